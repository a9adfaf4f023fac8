#include "lab/run_options.hpp"

#include <algorithm>
#include <array>

namespace assay {

namespace {

constexpr std::string_view kTraffic = "Traffic";
constexpr std::string_view kLength = "Length";
constexpr std::string_view kWork = "Work";
constexpr std::string_view kPlace = "Place";
constexpr std::string_view kServing = "Serving";
constexpr std::string_view kServer = "Server over HTTP";
constexpr std::string_view kInjected = "Injected load";
constexpr std::string_view kTaken = "Taken away";

constexpr std::array kFlags{
    RunFlag{"scenario", "NAME", "single, multi, server or offline (default: single)", kTraffic},
    RunFlag{"rate", "R", "Server: mean arrivals per second, e.g. 200 or 5k; Offline: sizes the one query", kTraffic},
    RunFlag{"slo", "T[@pN]", "latency window, e.g. 10ms@p99: INVALID if the percentile misses it (Server)", kTraffic},
    RunFlag{"ttft", "T[@pN]",
            "window of the time to first token, e.g. 500ms@p99: INVALID if the percentile misses it (Server)",
            kTraffic},
    RunFlag{"tpot", "T[@pN]", "window of the time per further token, e.g. 50ms: as --ttft", kTraffic},
    RunFlag{"samples-per-query", "N", "MultiStream: samples of each query (default: 8)", kTraffic},
    RunFlag{
        "arrivals", "LAW",
        "Server: poisson, constant, gamma:K, mmpp:RATIO[:CALM:BURST], step:AT:FACTOR, ramp:OVER:FACTOR, "
        "trace:FILE[:SPEED], or cameras:KxFPS[:PHASE], K cameras that trigger FPS times a second aligned, staggered "
        "or random (default: poisson)",
        kTraffic},
    RunFlag{
        "late-frames", "POLICY",
        "with --arrivals cameras: queue, or drop: a camera has one frame in the system, and one that comes while an "
        "earlier one waits takes its place, while it runs is dropped (default: queue)",
        kTraffic},
    RunFlag{"issuing-threads", "N", "Server: threads that issue (default: 1)", kTraffic},
    RunFlag{"coalesce", "", "Server: one call for all queries that are due", kTraffic},
    RunFlag{"max-outstanding", "N", "Server: end the run when more queries are in flight", kTraffic},
    RunFlag{"selection", "HOW", "with-replacement, equal-issue, unique or same (default: with-replacement)", kTraffic},
    RunFlag{"same-index", "I", "the sample of --selection same (default: 0)", kTraffic},
    RunFlag{"stream", "NAME", "random numbers: assay, or mlperf for LoadGen's own sequence (default: assay)", kTraffic},
    RunFlag{"mode", "NAME", "performance, or accuracy: each sample once, every answer checked", kTraffic},
    RunFlag{"duration", "T", "shortest measured time, e.g. 10s (default: 10s)", kLength},
    RunFlag{"max-duration", "T", "end the run there, whatever else is asked", kLength},
    RunFlag{"min-queries", "N", "fewest queries (default: 100; MultiStream 662; Offline 1)", kLength},
    RunFlag{"max-queries", "N", "end the run after so many queries", kLength},
    RunFlag{"warmup", "T", "load before the measured part (default: 500ms)", kLength},
    RunFlag{"drain", "T", "how long to wait for the last answers; then they are lost (default: 10s)", kLength},
    RunFlag{"soak", "", "audit what is sustained: sensors, clock and throughput once a second, and a verdict", kLength},
    RunFlag{"ambient", "C", "with --soak: temperature of the room in degrees C, noted in the result", kLength},
    RunFlag{"batch", "N", "workers take up to N samples at once (default: 1)", kWork},
    RunFlag{"batch-timeout", "T", "how long a worker waits for company (default: 0ms, only what already waits)", kWork},
    RunFlag{"emulate-envelope", "FILE",
            "slow the work down as a device that heats up would: a TOML file, or blocked-airflow, laptop, phone, "
            "phone-60fps or server; the run is EMULATED",
            kWork},
    RunFlag{"law", "NAME", "workload synthetic: constant, exponential, lognormal, gamma or bimodal", kWork},
    RunFlag{"mean", "T", "workload synthetic: mean service time (default: 10ms)", kWork},
    RunFlag{"sd", "T", "workload synthetic: standard deviation (default: 5ms)", kWork},
    RunFlag{"seed", "N", "of inputs, sample order and schedule (default: 0)", kWork},
    RunFlag{"seeds", "A,B,C", "the seeds of loaded set, sample order and schedule, each on its own", kWork},
    RunFlag{"loaded-samples", "N", "samples of the library that are in memory at once (default: all)", kWork},
    RunFlag{"library-samples", "N", "workloads synthetic and null: samples in the library (default: 1024)", kWork},
    RunFlag{"lengths", "LAW",
            "workload llama: tokens of prompts and answers: azure-conv, azure-code, openorca-like, fixed:IN/OUT or a "
            "trace's CSV, then /DIVISOR and :MOST_IN/MOST_OUT, e.g. azure-conv/8:512/64",
            kServing},
    RunFlag{"batching", "HOW", "continuous, or static: a batch waits for its last answer (default: continuous)",
            kServing},
    RunFlag{"max-slots", "N", "sequences in flight (default: 16)", kServing},
    RunFlag{"token-budget", "N", "tokens of an iteration, answers first (default: 256)", kServing},
    RunFlag{"chunked-prefill", "on|off", "cut prompts to what the budget leaves (default: on)", kServing},
    RunFlag{"prefill-first", "on|off", "answers wait while a prompt is read (default: off)", kServing},
    RunFlag{"kv", "LAYOUT",
            "cache: paged as a sequence grows, reserved for its whole answer, or contiguous for the whole context "
            "(default: paged)",
            kServing},
    RunFlag{"kv-dtype", "NAME", "bf16, int8 (CPUs) or fp8 (GPUs) (default: bf16)", kServing},
    RunFlag{"kv-tokens", "N", "room of the cache (default: for --max-slots of the longest requests)", kServing},
    RunFlag{"prefix-cache", "on|off", "share the pages of prompts that begin alike (default: off)", kServing},
    RunFlag{"admission", "HOW", "fcfs, sjf: short prompts first, or slo: steered by --ttft and --tpot (default: fcfs)",
            kServing},
    RunFlag{"graphs", "on|off", "with --device cuda:N: steps as CUDA graphs (default: on)", kServing},
    RunFlag{"async-sched", "on|off",
            "with --device cuda:N: plan the next step while the card works on this one (default: off)", kServing},
    RunFlag{"tp-shard", "N",
            "with --device cuda:N: one rank of N (1, 2, 4, 8), its all-reduces emulated in the card's memory "
            "(default: 1)",
            kServing},
    RunFlag{"price-per-hour", "USD", "of this machine: the result then has a price per million tokens", kServing},
    RunFlag{"sut", "URL",
            "drive a real server, e.g. http://127.0.0.1:8000/v1: workload openai (the default with this flag), "
            "openai-chat, triton or kserve; only this address is contacted, and a key comes from ASSAY_API_KEY",
            kServer},
    RunFlag{"model", "NAME", "with --sut: the model, as the server names it", kServer},
    RunFlag{"prompt-tokens", "N", "with --sut: tokens of each prompt (default: 128)", kServer},
    RunFlag{"max-tokens", "N", "with --sut: tokens of each answer (default: 64)", kServer},
    RunFlag{"connections", "N", "with --sut: connections, open before the run; one request each (default: 16)",
            kServer},
    RunFlag{"request-timeout", "T", "with --sut: a request that takes longer is an error (default: 60s)", kServer},
    RunFlag{"noise", "R[xT]",
            "Poisson bursts on each worker's CPU: so many a second, each of T (default: 1ms), e.g. 80x1ms", kInjected},
    RunFlag{"background", "SHARE", "take this share of each worker's CPU, e.g. 50%", kInjected},
    RunFlag{"ctxsw", "R", "force so many context switches a second on each worker's CPU, e.g. 1k", kInjected},
    RunFlag{"membw", "B/s", "read memory beside the run at this rate, e.g. 4GB/s, or max", kInjected},
    RunFlag{"pcie", "B/s", "with --device cuda:N: copy between host and card at this rate, e.g. 10GB/s, or max",
            kInjected},
    RunFlag{"simd", "LEVEL", "no instruction set wider than this, also in libraries, e.g. avx2 or sse", kTaken},
    RunFlag{"envelope", "NAME|FILE", "what to take away from the machine: assay list envelopes, or such a file",
            kTaken},
    RunFlag{"inject-on", "LIST", "inject on these CPUs instead, e.g. 0-3", kInjected},
    RunFlag{"inject-priority", "HOW",
            "strongest: SCHED_FIFO where the system allows it; or ordinary (default: strongest)", kInjected},
    RunFlag{"inject-from", "WHAT",
            "with --device cuda:N: the card is loaded by a thread of the measuring process, or by a process with a "
            "context of its own (default: thread)",
            kInjected},
    RunFlag{"with", "SOURCE", "own, or stress-ng where it is installed (default: own)", kInjected},
    RunFlag{"device", "NAME", "cpu, or cuda:N: the workload on that GPU, e.g. gemm, stream or fma (default: cpu)",
            kPlace},
    RunFlag{"threads", "N", "workers (default: one for each core that is left)", kPlace},
    RunFlag{"cpus", "LIST", "use only these CPUs, e.g. 0-3,8", kPlace},
    RunFlag{"no-accounts", "", "do not read what the kernel accounts for slow queries", kWork},
    RunFlag{"spin", "", "workers spin for their next sample instead of sleeping", kPlace},
    RunFlag{"no-pinning", "", "threads may run on any CPU of the placement, not each on its own", kPlace},
    RunFlag{"share-cpus", "",
            "workers also on the CPUs of the issuing threads, one for each core; in Server only with --threads",
            kPlace},
    RunFlag{
        "realtime-workers", "",
        "SCHED_FIFO 70 for the workers, above injected load, where the system allows it; the kernel stops real-time "
        "threads for the rest of each second of which they took 95 %",
        kPlace},
    RunFlag{"huge-pages", "yes|no", "no: keep transparent huge pages away from the run's memory (default: yes)",
            kPlace},
    RunFlag{"mlock", "", "touch and lock the memory of the run before the warm-up, where the system allows it", kPlace},
    RunFlag{"hedge", "T|pN",
            "single and server: give a query to a second worker as well once one has worked on it for T, or for the pN "
            "of the warm-up's work; the first answer wins, what runs runs to its end. The thread that sends copies "
            "asks for "
            "SCHED_FIFO 61",
            kWork},
    RunFlag{"realtime", "", "SCHED_FIFO for the issuing threads, where the system allows it", kPlace},
};

bool needs_quotes(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=.,:@/+%";
  return text.empty() || text.find_first_not_of(kPlain) != std::string_view::npos;
}

std::string quoted(const std::string& text) {
  if (!needs_quotes(text)) {
    return text;
  }
  std::string result = "'";
  for (const char c : text) {
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return result + "'";
}

}  // namespace

std::span<const RunFlag> run_flags() { return kFlags; }

std::optional<std::string> RunOptions::value(std::string_view flag) const {
  const auto found = values.find(flag);
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> arguments_of(const RunOptions& options) {
  std::vector<std::string> arguments{options.workload};
  for (const RunFlag& flag : kFlags) {
    const auto value = options.value(flag.name);
    if (!value) {
      continue;
    }
    const std::string dashed = "--" + std::string(flag.name);
    if (flag.metavar.empty()) {
      if (options.is_on(flag.name)) {
        arguments.push_back(dashed);
      }
    } else {
      arguments.push_back(dashed + "=" + *value);
    }
  }
  for (const std::string& parameter : options.parameters) {
    arguments.push_back("--param=" + parameter);
  }
  return arguments;
}

std::string command_text(std::string_view command, const RunOptions& options) {
  std::string text = "assay " + std::string(command);
  for (const std::string& argument : arguments_of(options)) {
    const auto equals = argument.starts_with("--") ? argument.find('=') : std::string::npos;
    text += ' ';
    text += equals == std::string::npos ? quoted(argument)
                                        : argument.substr(0, equals) + ' ' + quoted(argument.substr(equals + 1));
  }
  return text;
}

}  // namespace assay
