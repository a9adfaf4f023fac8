#include <array>

#include "lab/glossary.hpp"

namespace assay {
namespace {

constexpr std::array kReasons{
    GlossaryEntry{
        "no_flat_roof", "no flat roof", "INVALID: no peak of a data type had enough clean samples.",
        "Several threads lose more samples than one, being disturbed more often. Close what else runs, or ask "
        "for a longer --duration."},
    GlossaryEntry{"no_slope", "no slope", "INVALID: no mix of accesses at a memory level had enough clean samples.",
                  "As with no_flat_roof; --only bandwidth leaves more time for each of them."},
    GlossaryEntry{"roof_in_doubt", "roof in doubt",
                  "INVALID: a candidate without enough clean samples was once faster than the roof that was taken.",
                  "The true roof may be that candidate's. A longer --duration decides."},
    GlossaryEntry{"implausible", "plausibility gate",
                  "INVALID: a figure is above what any core of that instruction set can do in a cycle.",
                  "The loop did not do what it declares, or the clock beside it was wrong. Such a figure is used for "
                  "nothing; report it with the result file."},
    GlossaryEntry{"too_few_rounds", "too few rounds", "INVALID: fewer than five rounds were measured.",
                  "What differs between rounds cannot then be told from what differs within one, so that there is no "
                  "interval. Ask for a longer --duration."},
    GlossaryEntry{"min_duration", "minimum duration", "INVALID: the run was shorter than its minimum duration.",
                  "What counts is the last scheduled arrival in Server, the last issue in SingleStream and MultiStream "
                  "and the last completion in Offline. Short runs miss slow disturbances. Ask for a longer --duration "
                  "or, in Offline, for more samples."},
    GlossaryEntry{"min_queries", "minimum query count, min_query_count",
                  "INVALID: fewer queries or samples than the minimum were issued.",
                  "The count is part of the scenario's rules. Ask for a longer --duration, a higher --rate, or a lower "
                  "--min-queries if the result need not meet the official count."},
    GlossaryEntry{"latency_constraint", "latency bound", "INVALID: the target percentile was above the window.",
                  "The system did not keep up with this rate, or the machine disturbed it. Try a lower --rate, or let "
                  "`assay peak` find the highest rate that holds the window."},
    GlossaryEntry{"lost_queries", "lost, deadline, lost query", "INVALID: queries were issued and never answered.",
                  "They count with infinite latency, so percentiles that reach them are infinite too. The system hung, "
                  "dropped work, or needed longer than the drain timeout after the last issue."},
    GlossaryEntry{"failed", "failed queries", "INVALID: the system itself reported samples as failed.",
                  "They count with infinite latency, as lost queries do: an error returned quickly is no fast answer."},
    GlossaryEntry{"workload_failed", "custom workload failed",
                  "INVALID: the workload stopped giving answers, and the run ended there.",
                  "A workload of your own (lib:FILE or cmd:PROGRAM) reported an error, its process ended, wrote "
                  "something that is no answer, or took longer than --param timeout allows. The reason has its words."},
    GlossaryEntry{
        "cpus_changed", "CPUs changed",
        "INVALID: the CPUs that the measurement's threads may use were changed while it ran.",
        "A CPU was taken offline, the cpuset of the control group was made smaller, or somebody used taskset. "
        "What was measured before and after it are two different machines. Run again."},
    GlossaryEntry{"duplicate", "duplicate completion", "INVALID: a sample was completed more than once.",
                  "The first completion counts. A system that answers twice has a fault in its bookkeeping, and its "
                  "other completions cannot be trusted either."},
    GlossaryEntry{"unknown_id", "unknown id", "INVALID: a completion named no sample of this run.",
                  "Often an answer to a query of an earlier run that came late. It is counted and booked on nobody."},
    GlossaryEntry{"after_end", "late completion", "INVALID: a completion came after the run was over.",
                  "Its query had been given up as lost. A longer drain timeout shows how slow it really was."},
    GlossaryEntry{"threw", "exception", "INVALID: the system under test threw an exception.",
                  "The run file holds the first messages. Queries that were not answered because of it are lost."},
    GlossaryEntry{
        "output_check", "output check failed, wrong output", "INVALID: answers differed from the known results.",
        "A fast wrong answer is worth nothing. Accuracy mode checks every sample; performance runs keep a random "
        "few and check those. The run file says how many were checked and what was found."},
    GlossaryEntry{"clock_step", "clock disagreement",
                  "INVALID: two clocks of the machine disagreed about how long the run took.",
                  "A suspended or migrated virtual machine, or a broken time source, shows like this. Run again; if it "
                  "stays, `assay doctor` shows which clock the kernel uses."},
    GlossaryEntry{"interrupted", "Ctrl-C", "INVALID: somebody stopped the run before its end.",
                  "What was measured until then is kept and flagged. The first Ctrl-C stops and saves; a second one "
                  "kills the program."},
    GlossaryEntry{"max_outstanding", "",
                  "INVALID: more queries were waiting for an answer than the stated limit allows.",
                  "The system falls behind the rate and would fall behind further. Lower the rate or raise the limit."},
    GlossaryEntry{"record_capacity", "", "INVALID: the log, allocated before the run, was full.",
                  "Nothing is allocated while measuring, so the run had to end. The system was faster than the stated "
                  "expectation: state a higher rate or a shorter expected latency, or a shorter duration."},
    GlossaryEntry{"dose", "dose not delivered",
                  "INVALID: the injected load was not what was asked for, by the kernel's own account.",
                  "A share counts as delivered within 2 points or 10 %, a rate within 10 %. Beside a busy victim an "
                  "ordinary process gets half of a CPU at most; as root the injectors use SCHED_FIFO and get what is "
                  "asked for. The numbers are kept: they belong to the dose that was achieved."},
    GlossaryEntry{"max_duration", "", "The run ended because it reached its longest allowed duration.",
                  "No error by itself; the run is INVALID only if another rule was not met by then."},
    GlossaryEntry{"max_query_count", "max_queries",
                  "The run ended because it reached its largest allowed number of queries.",
                  "No error by itself; the run is INVALID only if another rule was not met by then."},
    GlossaryEntry{"first_token_missing", "",
                  "INVALID: token latencies were promised and an answer came without a first-token time.",
                  "TTFT does not exist for that query, so no percentile of it can be claimed."},
    GlossaryEntry{"token_count_missing", "",
                  "INVALID: token latencies were promised and an answer came without its number of tokens.",
                  "TPOT does not exist for that query, so no percentile of it can be claimed."},
    GlossaryEntry{"remote_refused", "refused", "INVALID: requests found no connection to the server.",
                  "64 in a row end the run: the server is gone. What was measured is kept."},
    GlossaryEntry{"remote_timeout", "", "INVALID: requests took longer than --request-timeout.",
                  "The server is overrun, or a stream stalled. Such an answer counts as one that never came."},
    GlossaryEntry{"remote_http_status", "", "INVALID: answers had an HTTP status other than 200.",
                  "The result counts each status. Redirects are not followed and count as well."},
    GlossaryEntry{"remote_server_error", "", "INVALID: answers with status 200 held an error of the server.",
                  "Streaming servers send the status before they know. The warnings show the first of them."},
    GlossaryEntry{"remote_broken_stream", "", "INVALID: answers were cut, or were not what the protocol says.",
                  "No JSON, no end, no HTTP, or a connection that was closed in the middle."},
    GlossaryEntry{
        "remote_wrong_token_count", "", "INVALID: answers had another number of tokens than was asked for.",
        "Shorter answers are cheaper ones: their times do not compare. docs/driving-servers.md says how tokens "
        "are counted."},
    GlossaryEntry{"client_busy", "", "INVALID: the thread that receives answers had no time left.",
                  "Above 90 % of a CPU the client itself may be what is slow. --threads takes more of them."},
    GlossaryEntry{
        "client_backlog", "", "INVALID: answers lay in the kernel before the client read them.",
        "P99 of that wait is above 1 % of the median time to first token, and above 0.2 ms: TTFT would hold the "
        "client's own delay."},
    GlossaryEntry{"exit codes", "exit code, exit status", "What the program's exit status means to a script.",
                  "0 done; 1 a --fail-on condition was met; 2 wrong usage; 3 the run is INVALID; 4 the environment was "
                  "refused; 5 a file could not be read or written, or is no result file; 6 the runs are not "
                  "comparable; 130 interrupted, partial result kept."},
};

}  // namespace

std::span<const GlossaryEntry> glossary_reasons() { return kReasons; }

}  // namespace assay
