#include "scenarios/execution_manner.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "harness/realtime.hpp"

namespace assay {

ExecutionManner::ExecutionManner(const RunRequest& request, const ThreadPlacement& placement, Warn warn)
    : request_(request), warn_(std::move(warn)), workers_{.pinned = request.pinned, .all_cpus = cpus_of(placement)} {
  if (request.realtime_workers) {
    if (const auto refusal = realtime_refusal(kWorkerPriority, SystemFiles{})) {
      warn_("--realtime-workers: SCHED_FIFO was refused (" + *refusal + "); the workers used the normal scheduler");
    } else {
      workers_.fifo_priority = kWorkerPriority;
    }
  }
  if (!request.huge_pages) {
    small_pages_.emplace();
    if (const auto& problem = small_pages_->problem()) {
      warn_("--huge-pages no: refused (" + *problem + ")");
    }
  }
}

void ExecutionManner::hold_memory() {
  if (!request_.lock_memory) {
    return;
  }
  locked_.emplace();
  if (const auto& problem = locked_->problem()) {
    warn_("--mlock: refused (" + *problem + "); memory was not locked; see ulimit -l");
  }
}

void ExecutionManner::describe(RunDocument& document) const {
  ExecutionRecord& execution = document.execution.emplace();
  if (workers_.fifo_priority > 0) {
    execution.worker_scheduling = fmt::format("SCHED_FIFO {}", workers_.fifo_priority);
  }
  execution.worker_spin = request_.spin && !document.placement.shared;
  execution.memory = memory_text(request_, {.small_pages = small_pages_ && small_pages_->problem().has_value(),
                                            .lock = locked_ && locked_->problem().has_value()});
  const SystemFiles files;
  const auto note = [&document](const Reading<Bytes>& reading, const char* path, std::optional<std::uint64_t>& into) {
    if (reading) {
      into = reading->count;
    } else {
      document.not_available[path] = reading.reason();
    }
  };
  note(huge_page_memory(files), "execution.huge_bytes", execution.huge_bytes);
  note(locked_memory(files), "execution.locked_bytes", execution.locked_bytes);
}

std::string memory_text(const RunRequest& request, const MemoryRefusals& refused) {
  std::string text = ExecutionRecord{}.memory;
  if (!request.huge_pages) {
    text = refused.small_pages ? text + ", small pages refused" : "small pages";
  }
  if (request.lock_memory) {
    text += refused.lock ? ", lock refused" : ", to be locked";
  }
  return text;
}

std::optional<std::string> hedge_problem(const RunRequest& request, const ThreadPlacement& placement) {
  const std::set<int> cpus(placement.worker_cpus.begin(), placement.worker_cpus.end());
  const std::size_t places = placement.pinned ? cpus.size() : cpus_of(placement).size();
  if (!request.workload.hedge || (placement.worker_cpus.size() > 1 && places > 1)) {
    return std::nullopt;
  }
  return fmt::format(
      "--hedge: a copy needs a second worker on a CPU of its own, and here {} on CPU {}; use --threads 2 where three "
      "CPUs are allowed, and --share-cpus besides where two are",
      placement.worker_cpus.size() == 1 ? "the only worker is" : "all workers are",
      cpu_list_text({cpus.begin(), cpus.end()}));
}

}  // namespace assay
