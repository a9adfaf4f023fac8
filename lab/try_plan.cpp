#include "lab/try_plan.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <initializer_list>
#include <stdexcept>

#include "harness/file_source.hpp"
#include "harness/realtime.hpp"
#include "harness/thread_affinity.hpp"
#include "lab/run_request_text.hpp"
#include "scenarios/execution_manner.hpp"

namespace assay {
namespace {

constexpr std::array kExperiments{
    TryExperiment{"hedging", "each query has one worker",
                  "a slow query goes to a second worker as well (--hedge, p95 unless a time is given)",
                  "the first answer wins, so one stalled worker no longer decides; the copies are extra work"},
    TryExperiment{"pinning", "threads may run on any CPU of the placement (--no-pinning)",
                  "each thread stays on its own CPU",
                  "a pinned thread keeps its caches; it cannot flee from what disturbs its CPU"},
    TryExperiment{
        "realtime", "workers under the normal scheduler", "workers under SCHED_FIFO 70 (--realtime-workers)",
        "work goes before injected load of lower priority; the kernel stops real-time threads for the rest of "
        "each second of which they took 95 %"},
    TryExperiment{"memory", "small pages (--huge-pages no)",
                  "huge pages, touched and locked (--huge-pages yes --mlock)",
                  "fewer misses of the address cache and no first touch in the run; seen where operands are large"},
    TryExperiment{"polling", "workers sleep until a sample comes", "workers spin for it (--spin)",
                  "spares the wake-up; burns the CPU while nothing is to do"},
    TryExperiment{"batching", "a batch takes what already waits (--batch, 8 unless given)",
                  "a batch waits for company (--batch-timeout, 1ms unless given)",
                  "larger batches do more work a second where weights are shared; the first of a batch waits"}};

void refuse_own(const RunOptions& run, std::string_view experiment, std::initializer_list<std::string_view> flags) {
  for (const std::string_view flag : flags) {
    if (run.value(flag)) {
      throw std::invalid_argument(
          fmt::format("--{}: assay try {} sets it itself, on one side only; leave it out", flag, experiment));
    }
  }
}

std::string scenario_of(const RunOptions& run) { return run.value("scenario").value_or("single"); }

std::size_t cpus_for(const RunOptions& run, const TryPlace& place) {
  const auto given = run.value("cpus");
  return given ? cpu_list(*given).size() : place.cpu_count;
}

TryPlan hedging(const RunOptions& run, const TryPlace& place) {
  if (const std::string scenario = scenario_of(run); scenario != "single" && scenario != "server") {
    throw std::invalid_argument("--scenario " + scenario + ": hedging is for single queries; take single or server");
  }
  TryPlan plan{run, run};
  constexpr std::size_t kWithOwnCpus = 3;  // the generator and two workers
  for (RunOptions* side : {&plan.a, &plan.b}) {
    if (!run.value("threads")) {
      side->set("threads", "2");
    }
    if (cpus_for(run, place) < kWithOwnCpus) {
      side->set("share-cpus", "true");
    }
    side->set("no-accounts", "true");  // hedging keeps none, so the other side must not pay for any
    side->values.erase("hedge");
  }
  plan.b.set("hedge", run.value("hedge").value_or("p95"));
  return plan;
}

TryPlan batching(const RunOptions& run) {
  if (scenario_of(run) != "server") {
    throw std::invalid_argument(
        "--scenario: a batch waits for queries that come by themselves; take --scenario server --rate R");
  }
  TryPlan plan{run, run};
  for (RunOptions* side : {&plan.a, &plan.b}) {
    side->set("batch", run.value("batch").value_or("8"));
  }
  plan.a.set("batch-timeout", "0ms");
  plan.b.set("batch-timeout", run.value("batch-timeout").value_or("1ms"));
  return plan;
}

}  // namespace

std::span<const TryExperiment> try_experiments() { return kExperiments; }

const TryExperiment& try_experiment(std::string_view name) {
  std::vector<std::string_view> names;
  for (const TryExperiment& experiment : kExperiments) {
    if (experiment.name == name) {
      return experiment;
    }
    names.push_back(experiment.name);
  }
  throw std::invalid_argument(fmt::format(
      "experiment '{}': there is none of that name; known are {} (assay try --list)", name, fmt::join(names, ", ")));
}

TryPlace try_place_here() {
  const SystemFiles files;
  TryPlace place{.cpu_count = cpus_of_this_thread().size(),
                 .realtime_refusal = realtime_refusal(ExecutionManner::kWorkerPriority, files)};
  const auto huge = files.read_line("/sys/kernel/mm/transparent_hugepage/enabled");
  if (!huge || huge->find("[never]") != std::string::npos) {
    place.huge_page_refusal =
        huge ? "transparent huge pages are switched off (/sys/kernel/mm/transparent_hugepage/enabled)"
             : "this kernel has no transparent huge pages";
  }
  rlimit limit{};
  if (geteuid() != 0 && getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    place.lock_refusal =
        fmt::format("without rights no more than {} KiB may be locked (ulimit -l)", limit.rlim_cur / 1024);
  }
  return place;
}

std::string try_side_b(const TryExperiment& experiment, const TryPlace& place) {
  if (experiment.name == "memory" && place.huge_page_refusal) {
    return "small pages, touched and locked (--huge-pages no --mlock); huge pages are not to be had: " +
           *place.huge_page_refusal;
  }
  if (experiment.name == "memory" && place.lock_refusal) {
    return "huge pages (--huge-pages yes), not locked: " + *place.lock_refusal;
  }
  return std::string(experiment.b);
}

std::optional<std::string> try_refusal(const TryExperiment& experiment, const TryPlace& place) {
  const bool one_cpu = place.cpu_count < 2;
  if (experiment.name == "hedging" && one_cpu) {
    return "a copy needs a second worker on a CPU of its own, and one CPU is allowed";
  }
  if (experiment.name == "pinning" && one_cpu) {
    return "one CPU is allowed: there is nothing to move to";
  }
  if (experiment.name == "polling" && one_cpu) {
    return "one CPU is allowed: a worker that spins would take it from the generator that it waits for";
  }
  if (experiment.name == "realtime" && place.realtime_refusal) {
    return "SCHED_FIFO was refused: " + *place.realtime_refusal;
  }
  if (experiment.name == "memory" && place.huge_page_refusal && place.lock_refusal) {
    return *place.huge_page_refusal + "; " + *place.lock_refusal;
  }
  return std::nullopt;
}

TryPlan try_plan(const TryExperiment& experiment, const RunOptions& run, const TryPlace& place) {
  if (scenario_of(run) == "offline") {
    throw std::invalid_argument("--scenario offline: it has no tail of requests; take single, multi or server");
  }
  if (experiment.name == "hedging") {
    return hedging(run, place);
  }
  if (experiment.name == "batching") {
    return batching(run);
  }
  TryPlan plan{run, run};
  if (experiment.name == "pinning") {
    refuse_own(run, experiment.name, {"no-pinning"});
    plan.a.set("no-pinning", "true");
  } else if (experiment.name == "realtime") {
    refuse_own(run, experiment.name, {"realtime-workers"});
    plan.b.set("realtime-workers", "true");
  } else if (experiment.name == "memory") {
    refuse_own(run, experiment.name, {"huge-pages", "mlock"});
    plan.a.set("huge-pages", "no");
    plan.b.set("huge-pages", place.huge_page_refusal ? "no" : "yes");
    if (!place.lock_refusal) {
      plan.b.set("mlock", "true");
    }
  } else {
    refuse_own(run, experiment.name, {"spin"});
    plan.b.set("spin", "true");
  }
  return plan;
}

RunOptions of_pair(const RunOptions& side, std::uint64_t pair) {
  const RunRequest request = request_from(side);
  RunOptions run = side;
  run.set("seed", fmt::format("{}", request.seed + pair));
  if (run.value("seeds") || run.value("stream") == "mlperf") {  // then they do not follow from the seed
    const Seeds& seeds = request.settings.seeds;
    run.set("seeds",
            fmt::format("{},{},{}", seeds.sample_library + pair, seeds.sample_index + pair, seeds.schedule + pair));
  }
  return run;
}

}  // namespace assay
