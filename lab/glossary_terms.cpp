#include <array>

#include "lab/glossary.hpp"

namespace assay {
namespace {

constexpr std::array kTerms{
    GlossaryEntry{"latency", "response time",
                  "Time from the moment a query was scheduled to arrive until its answer was complete.",
                  "The clock starts at the schedule, not when the generator got round to sending: a query that had to "
                  "wait because the system was busy is charged for the wait. A lost query has infinite latency."},
    GlossaryEntry{"service time", "", "Time from the start of the work on a query until its answer was complete.",
                  "It leaves out the waiting. Latency far above service time means that queries queue; the two agree "
                  "where each query finds the system idle."},
    GlossaryEntry{"lateness", "issue delay, late queries",
                  "How long after its scheduled arrival the generator issued a query.",
                  "It is the error of the instrument, not of the system under test, and it is reported as P50, P99 and "
                  "maximum. When more than the allowed share of the queries is late by more than a stated share of the "
                  "window, the run is INVALID: the machine had no room for generator and system together. Leave a core "
                  "free for the generator (--threads, --cpus), lower the rate, or use a quieter machine."},
    GlossaryEntry{
        "rate", "asked, scheduled rate, completed",
        "Queries per second: asked for, drawn into the schedule, and completed.",
        "Random arrivals are never exactly at their mean, so what was scheduled differs a little from what was "
        "asked. A completed rate below the scheduled one means that the system fell behind."},
    GlossaryEntry{"result", "headline, metric", "The scenario's own metric.",
                  "SingleStream: an upper limit of P90; MultiStream: of P99; Server: samples per second, if the window "
                  "held; Offline: samples per second. The limits hold with confidence 0.99 (early stopping)."},
    GlossaryEntry{"output", "answers, responses", "Sampled answers compared with a reference in higher precision.",
                  "It shows the largest relative error, the bound that correct code keeps, and how many answers were "
                  "compared. An answer beyond the bound makes the run INVALID: a wrong answer has no speed."},
    GlossaryEntry{"warning", "warnings", "What a careful reader of a result should know.",
                  "It does not make the run INVALID: a placement without a core of its own for the generator, slow "
                  "queries that come in clusters, a wish of the command line that the system refused."},
    GlossaryEntry{"again", "repeat", "The command that makes this measurement once more.",
                  "With the same seed the schedule and the samples are the same; what the machine does is not. In the "
                  "tour, Server's rate and window were derived from that tour's own SingleStream and Offline."},
    GlossaryEntry{
        "injected", "injected load, interference, noise, background, ctxsw, membw, pcie",
        "Load put beside the run on purpose: what was asked for and what was delivered.",
        "noise: random bursts that take the CPU from the worker; background: a share of the CPU, held by "
        "feedback; ctxsw: forced context switches; membw: bandwidth of the memory; pcie: of a "
        "GPU's link. Delivered is what the kernel accounts for the injectors' CPU time and sleeps; bursts and "
        "bytes they count themselves. With --device the knobs load the card, and its own clock accounts."},
    GlossaryEntry{
        "causes", "attribution, excess time, run-queue wait, wake-up, own queueing, unattributed",
        "What the slowest queries lost beyond the median latency, by cause.",
        "Run-queue wait: ready, and something else had the CPU. Steal: neither running nor waiting, so a "
        "hypervisor or an interrupt had it. Own queueing: waiting for earlier queries. Wake-up: a worker was free and "
        "took so long to run. Page faults and "
        "migration name what the kernel saw in that query. What nothing explains is called unattributed."},
    GlossaryEntry{
        "doctor", "assay doctor", "Read-only checks of what could bend the numbers of this machine.",
        "Each finding names its source, the metric that it touches and what to do. The verdict at the end rests "
        "on a probe that spins on one CPU for 3 s and times each moment at which something else ran."},
    GlossaryEntry{"scheduled arrival", "scheduled, schedule, arrival",
                  "The time at which the traffic, drawn before the run, has a query arrive.",
                  "In Server it comes from the arrival process and does not depend on how the system is doing; in "
                  "SingleStream and MultiStream it is the moment of the issue; in Offline the start of the run."},
    GlossaryEntry{"arrival process", "poisson, mmpp, bursts", "The random law of the times between arrivals.",
                  "Poisson: independent arrivals at a constant mean rate, with exponentially distributed gaps. Others "
                  "are constant gaps, gamma bursts, MMPP (a rate that switches between levels), steps, ramps and the "
                  "replay of a recorded trace."},
    GlossaryEntry{"open loop", "coordinated omission, closed loop",
                  "Traffic that keeps arriving by its schedule, however slow the answers are.",
                  "A closed loop waits for each answer before it sends the next query, so a stall is measured once "
                  "instead of once for each query it would have delayed. That error is called coordinated omission. "
                  "Server is an open loop; SingleStream and MultiStream are closed loops by definition."},
    GlossaryEntry{"P99", "99th percentile", "The latency that 99 of 100 queries do not exceed.",
                  "Exactly: the observation of rank ceil(0.99 n) in ascending order, so that it is a latency that was "
                  "measured, not an interpolation. One query in a hundred is slower."},
    GlossaryEntry{"percentile", "quantile, median, P50, P90, P95, P97, P99.9",
                  "The latency that the stated share of the queries does not exceed.",
                  "Taken at the exact integer rank ceil(p n) (Hyndman and Fan, type 1). P50 is the median. LoadGen's "
                  "own rank, floor(p n) counted from 0, is used only in its log format; they differ by one at most."},
    GlossaryEntry{"percentile interval", "confidence interval, interval, CI",
                  "The range that holds the true percentile with the stated confidence, 95 % unless said otherwise.",
                  "Its ends are two order statistics whose ranks follow from the binomial distribution; no shape of "
                  "the distribution is assumed. Both ends of a P99 interval exist only from 368 independent "
                  "observations on; below that the upper end is null and the text says how many more are needed."},
    GlossaryEntry{"effective sample size", "n_eff, effective n", "How many independent observations the run is worth.",
                  "Slow queries come in bursts, so neighbours repeat each other. The autocorrelation of 'slower than "
                  "the percentile' gives the factor by which n is divided before an interval is computed. Intervals "
                  "from the plain n are far too narrow on bursty runs."},
    GlossaryEntry{"early_stopping", "early-stopping estimate, early stopping failed",
                  "MLPerf's rule for how many queries a percentile claim needs, at a confidence of 99 %.",
                  "With t slow queries among n, the claim holds if so few would be seen with a probability of at most "
                  "1 % were the true share of slow ones exactly at the limit. P90 needs 64 queries for an estimate and "
                  "P99 662; SingleStream and MultiStream report that estimate, which is above the plain percentile. A "
                  "run that breaks the rule is INVALID although its percentile may look good: run longer."},
    GlossaryEntry{"mean", "average", "The sum of all latencies divided by their number.",
                  "One marker among several: two systems with equal means can differ tenfold in the tail. It is absent "
                  "where a query was lost, since one infinite latency makes it infinite."},
    GlossaryEntry{"tail", "tail latency", "The slow end of the latency distribution, usually from P99 on.",
                  "A page that waits for N answers is as slow as the slowest: with a share p of slow answers it is "
                  "slow with probability 1 - (1 - p)^N, which is 63 % for p = 1 % and N = 100."},
    GlossaryEntry{"hedging", "hedged request, hedge, extra work",
                  "A query that takes long is given to a second worker as well; the first answer wins.",
                  "It shortens the tail where one worker was stalled, and lengthens it where all are busy: each copy "
                  "that runs is extra work, and the result counts it. The time runs from the start of the work. After "
                  "Dean and Barroso, The Tail at Scale, 2013. `assay try hedging` compares runs with and without it."},
    GlossaryEntry{"window", "SLO, latency window, target latency, service level",
                  "The latency that a stated percentile has to stay within, such as 10ms@p99.",
                  "In Server it decides the verdict: the percentile must not exceed it. In the other scenarios the "
                  "share of queries within the window is reported and decides nothing."},
    GlossaryEntry{"scenario", "scenarios",
                  "How queries reach the system: SingleStream, MultiStream, Server or Offline.",
                  "The four scenarios of MLPerf Inference ask different questions of one machine and have different "
                  "headline numbers, so results of two scenarios are never compared with one another."},
    GlossaryEntry{"SingleStream", "single, single stream",
                  "One sample at a time; the next is issued when the answer to the last is complete.",
                  "It asks how fast one user is served. Headline: the early-stopping estimate of the P90 latency."},
    GlossaryEntry{"MultiStream", "multi, multi stream",
                  "Queries of several samples (8 by default), one query at a time.",
                  "A query is complete when its slowest sample is. It asks how a device with several sensors does. "
                  "Headline: the early-stopping estimate of the P99 latency of whole queries."},
    GlossaryEntry{"Server", "", "Queries of one sample arrive at random by a schedule that does not wait for answers.",
                  "It asks which rate the system can take while the target percentile stays within the window. "
                  "Headline: completed samples per second, if the run is VALID."},
    GlossaryEntry{"Offline", "", "All samples are handed over at once in one query.",
                  "It asks for throughput when nobody waits. Headline: samples per second, the number of samples over "
                  "the time until the last one was complete."},
    GlossaryEntry{
        "frames", "frame, camera, cameras, stream, ConstantStream, trigger",
        "Samples that belong to streams, each with a deadline: --arrivals cameras:KxFPS:PHASE.",
        "K cameras trigger FPS times a second, whatever the system does: ConstantStream of MLPerf Automotive, "
        "for several streams. aligned: all at once; staggered: evenly apart; random: each at a time of its "
        "own, drawn from the seed. Query i is a frame of camera i mod K. The deadline is the window, or the "
        "period where there is none. In MultiStream the samples of a query are the frames."},
    GlossaryEntry{"missed", "miss, missed frame, deadline miss, computed",
                  "Frames that were complete after their deadline, or never.",
                  "The share has an exact interval for the number of independent frames that the frames are worth: "
                  "misses come in clusters, within a trigger and over time. It decides no verdict: how many were "
                  "missed is the result. 'computed' tells only of the frames that were computed."},
    GlossaryEntry{"late frames", "late-frames, drop, dropped, queue, superseded",
                  "What becomes of a frame that the system has no time for: it waits in line, or is dropped.",
                  "With drop a camera has one frame in the system at most. A frame that comes while an earlier one of "
                  "its camera waits takes that one's place in line, and the earlier one is dropped; one that comes "
                  "while an earlier one is being computed is dropped itself, so that work begins at a trigger and "
                  "never on an old frame. A dropped frame counts as missed; it is no lost query."},
    GlossaryEntry{"jank", "janks, vsync, missed vsync, refresh, display, frame time",
                  "A refresh of the display (vsync) without a new frame to show.",
                  "The refreshes are the triggers of a single camera. A frame is shown at the first refresh at or "
                  "after its completion, so that a frame of 17 ms at 60 Hz is on the screen as if it took 33 ms: the "
                  "rate falls from 60 to 30, 20, 15, 12, 10. Frame times are the times between frames shown."},
    GlossaryEntry{"retention", "kept, FPS, 1 % low, FPS/W",
                  "Frames a second shown in the last 30 s of a run, as a share of those in the first 30 s.",
                  "Beside it stand the first 30 s, as long as a short benchmark, the last quarter of the run, and the "
                  "knee: the first interval below 95 % of the first one that the next three confirm. 1 % low is the "
                  "rate in the slowest hundredth of the frame times. FPS/W divides by the power that a counter "
                  "measured in a soak, idle power included."},
    GlossaryEntry{"VALID", "INVALID, verdict",
                  "The run kept every rule of its scenario, so its headline number may be quoted.",
                  "INVALID keeps all numbers, names each broken rule with the figures and the next command to try, and "
                  "makes the program exit with 3. Any error of the system under test makes a run INVALID."},
    GlossaryEntry{"synthetic", "",
                  "A system under test that waits for a time drawn from a stated law and does no work.",
                  "It tests the instrument and teaches queueing; its numbers say nothing about the machine, and every "
                  "place that shows one says SYNTHETIC."},
    GlossaryEntry{"emulated", "emulate, thermal envelope",
                  "A run whose clock a model of another device lowered, as that device's heat would.",
                  "The work is real and measured here; each query is drawn out by 1/f while the model holds the clock "
                  "at a factor f. The envelope's values are those of its file, assumed unless it says otherwise, so "
                  "the numbers say what such limits do and not how fast any device is. Every place that shows one "
                  "says EMULATED and the envelope's name."},
    GlossaryEntry{
        "envelope", "system envelope, starved, narrow",
        "A machine with something taken away on purpose: CPUs, wide instructions, memory bandwidth, huge pages.",
        "What is left was really measured, so one machine can stand for two systems. Every place that shows "
        "such a number says ENVELOPE and what was taken, and a run with narrower instructions compares only "
        "with its like. assay list envelopes names those that come with the program."},
    GlossaryEntry{
        "suite", "assay suite", "A list of measurements that each machine of a comparison makes.",
        "Workloads, sizes and rates are fixed in its file, so that any two machines measure the same; repeats "
        "take turns, so that what drifts meets all steps alike."},
    GlossaryEntry{"selftest", "assay selftest, NOT POSSIBLE HERE, calibration",
                  "The instrument against systems whose truth is known beforehand.",
                  "PASS, FAIL, or NOT POSSIBLE HERE with the reason: what the check rests on did not hold, for example "
                  "because other work moved the system itself off its law. The newest one goes along in every bundle."},
    GlossaryEntry{"bundle", "bundle.json",
                  "The folder that a suite leaves: every result file, and bundle.json that names them.",
                  "It appears whole or not at all, its files are read-only and named with their SHA-256, and it holds "
                  "no name of a host or a person and no path. Two bundles of one suite compare."},
    GlossaryEntry{"coalescing", "coalesce", "Handing over all queries that are due in one call.",
                  "When the generator wakes late, several queries may be due. Each keeps its own scheduled arrival, so "
                  "latency stays honest, while the system may answer them as one batch."},
    GlossaryEntry{"batching", "dynamic batching, batch", "Collecting queries for a short time to answer them together.",
                  "Larger batches raise throughput; the wait for them raises latency. It is the main reason why a "
                  "system is faster in Offline than in Server."},
    GlossaryEntry{"operational intensity", "arithmetic intensity",
                  "Floating-point operations for each byte moved to or from memory [flop/byte].",
                  "It places a kernel on the roofline: left of the ridge memory sets the limit, right of it "
                  "arithmetic. Work and traffic are declared beside the kernel's loop, and a test counts the work."},
    GlossaryEntry{"roofline", "ceiling, ridge", "The highest rate a machine can reach at each operational intensity.",
                  "It is min(peak arithmetic rate, intensity x memory bandwidth), both measured here (Williams, "
                  "Waterman and Patterson 2009). The ridge is the intensity at which the two limits are equal."},
    GlossaryEntry{
        "roof", "expected, typical, best, clean, contaminated",
        "The 0.95-quantile of the undisturbed samples of a ceiling; typical is their median, best their maximum.",
        "Noise only slows, so that a high quantile shows the hardware and does not rise with the number of "
        "samples. A sample is clean if nothing took the thread's CPU in it; the others are counted and used "
        "for nothing. The interval comes from rounds spread over the run."},
    GlossaryEntry{"knee", "p-norm, round knee",
                  "The round form of a roofline where its slope meets its roof: ((pi)^-p + (beta I)^-p)^(-1/p).",
                  "A machine of p = 2 reaches 71 % of the roof at the ridge, one of p = 5 87 %. The knee of a latency "
                  "sweep is another one: the size up to which a cache serves."},
    GlossaryEntry{"lighthouse", "mission", "The workload that stands for the mission when systems are compared.",
                  "A suite names the step. Its declared work over its declared traffic is the intensity at which the "
                  "roofs predict, and its measured throughput is what they are held against."},
    GlossaryEntry{"fairness", "fairness index, controls, withheld, NOT KNOWN, reportable",
                  "Whether two systems were measured alike: five controls from what the files recorded.",
                  "Same workload, warm-up, sample count, hardware state and guardrails. A verdict is given at five of "
                  "five; else it is withheld, with the control that failed or is not known, and the exit code is 6. "
                  "What an envelope declares as its limit is what is compared, and no breach."},
    GlossaryEntry{"crossover", "tie, crossover intensity", "The intensity at which the roofs of two systems tie.",
                  "The peak of the one with more bandwidth over the bandwidth of the one with the higher peak: the "
                  "first is ahead only below it, the second only above it. Claimed only where both differences "
                  "exceed their intervals; a tie of measured figures is that their intervals do not separate."},
    GlossaryEntry{"Pareto front", "pareto, front, dominated, axes",
                  "The systems that no other one is shown to beat on every axis at once.",
                  "Dominated: another is better on at least one axis beyond the intervals, and on no axis worse or "
                  "undecided. An axis counts where every measured system has a figure on it."},
    GlossaryEntry{"claim", "SUPPORTED, REFUTED, UNDECIDED",
                  "\"B is 2x more efficient than A\": whether the measured ratio shows it.",
                  "Supported where the whole 95 % interval of the ratio is at or above the factor, refuted where all "
                  "of it is below, else undecided, with the repeats that would decide."},
    GlossaryEntry{"datasheet", "projected, derived, given",
                  "A system of which a vendor's figures are known and nothing was measured.",
                  "Its throughput is projected from its stated peaks: a bound, not a result. Derived figures follow by "
                  "a formula from measured ones, and given ones were typed by a person."},
    GlossaryEntry{
        "write-allocate", "on bus, bus bytes, streaming stores, non-temporal",
        "A regular store reads its line from memory before it overwrites it.",
        "The bus then moves more than the program counts: twice as much for a store, 3/2 for a copy, 4/3 for a "
        "triad. Streaming (non-temporal) stores go past the caches and save it, which pays only when the "
        "data come from memory."},
    GlossaryEntry{"jitter probe", "jitter", "A short loop that does nothing but read the clock and note the gaps.",
                  "A gap far longer than one reading is time taken from the loop by the kernel, an interrupt or the "
                  "hypervisor. Latencies below the longest frequent gaps are the machine's noise, not the workload's."},
    GlossaryEntry{"wake error", "", "How late a sleeping thread runs after the time it asked to be woken at.",
                  "The generator sleeps until shortly before an arrival and then spins; the margin comes from the wake "
                  "error measured on this machine."},
    GlossaryEntry{"DEBUG", "Library was built as DEBUG, debug warning, Google Benchmark, gbench",
                  "Google Benchmark's warning that its own library was compiled without NDEBUG.",
                  "Debian's package always is, so that the line always comes. It concerns checks of the runner between "
                  "two measurements, not the kernels, which are compiled apart and optimised. In 'assay bench' the "
                  "runner times nothing: its iterations are steps of a kernel, and their time is that of our own clean "
                  "samples (manual time). The CPU column also holds what lies between two samples: read the time and "
                  "the rates."},
    GlossaryEntry{"steal", "stolen time",
                  "Time in which a virtual CPU was ready to run and the hypervisor ran something else.",
                  "Read from /proc/stat. The guest sees it as a stall, so it lands in the tail. A host may hide it: "
                  "a reading of 0 in a guest does not prove that nothing was stolen."},
    GlossaryEntry{"not available", "n/a, not visible, not visible here, unavailable",
                  "There is no such reading; the reason stands beside it.",
                  "'n/a' means that the thing does not exist here, such as a battery in a server. 'Not visible here' "
                  "means that it may exist but this machine does not show it, as most virtual machines hide "
                  "temperature: an effect of it can then not be excluded."},
    GlossaryEntry{"drain timeout", "drain",
                  "How long after the last issue the run waits for answers that are still out.",
                  "What is not back by then is lost; the run ends, so that a system that hangs does not hang the "
                  "measurement."},
    GlossaryEntry{"seed", "", "The number from which arrivals and the choice of samples are drawn.",
                  "Equal seeds give equal traffic on every machine, so that two systems answer the same queries at the "
                  "same scheduled times."},
    GlossaryEntry{
        "track", "tracks, cloud, edge, mobile, tiny, assay track",
        "One whole audit: a claim, the runs that put it to the test, and the sentence that follows.",
        "Its steps are data (share/tracks/). 'Claimed' is what a usual benchmark says, measured here too; "
        "'found' is what the load of the place showed. CONFIRMED: the claim did not survive, by the intervals. "
        "NOT CONFIRMED: it did. OPEN: what was measured does not decide."},
    GlossaryEntry{
        "lock", "late lock, locked, LATE, prediction lock",
        "A prediction in the lab, written down before anything of its part is measured; it cannot be taken back.",
        "A second lock on the same question goes below the first, which is the one that is held against what was "
        "measured. LATE: a run of the part had begun before it, so that it predicts nothing."},
    GlossaryEntry{
        "ledger", "chain, hash chain, chain intact, nonce, torn line",
        "Everything that was done in a lab, a line each, in a file to which lines are only added.",
        "Each line holds the hash of the line before and its own, so that a line that was changed, removed or put in "
        "breaks the chain. That proves order and accidental edits, not honesty. A nonce is a word that an instructor "
        "gives out: a ledger that has it is not from before. A line that a crash tore is set aside, and a line says "
        "so."},
    GlossaryEntry{"calibrated", "fixed, given, calibration", "How the size of a track's network was chosen.",
                  "Calibrated: the size whose mean alone is nearest to a target, so that the question is open on this "
                  "machine. Fixed: named with --preset, so that machines can be compared. Given: by --param, or the "
                  "workload has no sizes."},
    GlossaryEntry{"ESTIMATE", "estimate, energy estimate",
                  "Counted from operations and bytes with prices from the literature; not measured.",
                  "A lower bound for a small chip in one process. Not counted: the front end, requantisation, leakage, "
                  "the clock and fetching instructions. For scale: a window of ds_cnn is 2.5 to 14 uJ by this model "
                  "and took about 7,300 uJ on MLPerf Tiny's reference microcontroller (edge-ai-vision.com, 2021)."},
    GlossaryEntry{
        "isolation", "speech isolation, isolated, isolation network",
        "A small recurrent network in front of keyword spotting that lets speech through and holds noise back.",
        "It sets gains for 32 bands every 10 ms. Its window of 20 ms delays sound by as much, whatever the "
        "computing takes. In tables '+isolation' is the same model behind it; it can help and it can hurt, "
        "so both are shown."},
    GlossaryEntry{"field", "field condition, RealWorld, assay realworld",
                  "Words as a microphone far from a benchmark hears them: with echo, and noise at a stated ratio.",
                  "Each word gets an echo and one of babble, a talker, music or street noise, drawn by the seed. The "
                  "four ranges of ratios were fixed before any result. 'Clean' is the same words without; the gap is "
                  "paired by words."},
    GlossaryEntry{"echo", "reverb, RT60, reverberation",
                  "Sound that a room gives back; RT60 is the time in which it falls by 60 dB.",
                  "A tail of noise behind the word that decays exponentially, 3 dB below the direct sound in total. "
                  "It is a model of a room, made from the seed, and no recording."},
    GlossaryEntry{"CHANGED", "changed since it was written, assay validate, INVALID FILE",
                  "A result file whose hash is not that of its content: somebody edited it.",
                  "The hash is SHA-256 of the canonical form: no white space, keys sorted, without the hash itself. "
                  "INVALID FILE says that a file breaks its schema, or holds numbers that contradict each other. "
                  "A hash shows accidents; whoever edits a file can compute it anew, so that a signature (assay sign) "
                  "is what binds a file to a person."},
    GlossaryEntry{"signature", "assay sign, assay verify, signed, signers",
                  "An SSH key's mark on a result file or a bundle: who signed, and no byte changed since.",
                  "ssh-keygen makes and checks it, in the namespace assay. GOOD needs the signature of an allowed "
                  "signer, the hash, and in a bundle the digest of each file. It proves order and care, not that the "
                  "numbers were measured honestly."},
    GlossaryEntry{"shared", "assay show --shared, privacy, machine id",
                  "What a result file tells to whom it is handed: assay show --shared FILE lists all of it.",
                  "The machine's id is an HMAC that nobody can turn back into the machine-id. Hostname, user, paths, "
                  "addresses and serial numbers are never collected; the command looks for those of this computer in "
                  "every byte and says of each that it is not in it, or where it is."},
    GlossaryEntry{"siblings", "machine class, stands out, identical siblings",
                  "Machines of one class that ran one suite: they should give the same figures.",
                  "One class: the same CPU model, cores, caches and memory. A machine stands out where its figure is "
                  "farther from the median of all others than noise takes the farthest of so many equal machines in "
                  "one figure of a hundred, by more than 3 %, and its own interval does not hold that median. It takes "
                  "five siblings."},
    GlossaryEntry{"MAD", "median absolute deviation",
                  "The median of the distances from the median: how far values lie apart, whatever a few do.",
                  "For normal noise it is 0.67 standard deviations. One broken machine moves neither the median nor "
                  "this, while it would move a mean and a standard deviation."},
    GlossaryEntry{"peak", "peak search, highest rate", "The highest Server rate at which the window is held.",
                  "It is searched with repeats, since one lucky or unlucky run near the edge would mislead a plain "
                  "bisection; the answer is an interval and every probe is kept."},
    GlossaryEntry{
        "SAME", "FASTER, SLOWER, AMBIGUOUS, assay compare, reading",
        "What assay compare says of B against A, by the scenario's own metric over repeats of each.",
        "SAME: the interval of B/A lies within the margin. FASTER, SLOWER: it lies beyond, and a split by lot "
        "hardly ever parts the values as far. AMBIGUOUS: neither, with the number of repeats that would "
        "settle it. One run of each is never more than AMBIGUOUS: nothing is known of how runs differ."},
    GlossaryEntry{"NOT COMPARABLE", "comparability key, comparable",
                  "Two sets of runs of which no ratio would mean anything; each reason is named.",
                  "The key covers workload, parameters, scenario, injected load, thermal envelope and the class of the "
                  "length; the seed and the machine are left out. Runs that are INVALID, interrupted or changed after "
                  "writing do not compare either. Exit code 6."},
    GlossaryEntry{"margin", "--margin", "What differs by less is nobody's reason to change a system: 3 % unless said.",
                  "Between 1 / 1.03 and 1.03 a ratio counts as the same, however surely it differs from 1."},
    GlossaryEntry{
        "split by lot", "permutation test, permutation",
        "The share of all ways to deal the values of A and B out anew that part them at least as far as they are.",
        "Where nothing but chance parts A and B, that is at most 5 % in at most 5 % of cases, whatever the "
        "law of the values. Four repeats of each are the fewest with which it can be 5 %."},
    GlossaryEntry{"regression verdict", "comparison of systems",
                  "A comparison on machines of equal class with equal compiler and build.",
                  "Only there is a difference the doing of what was changed. Otherwise it is a comparison of systems, "
                  "and the line says what differs."},
};

}  // namespace

std::span<const GlossaryEntry> glossary_terms() { return kTerms; }

}  // namespace assay
