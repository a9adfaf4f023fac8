#pragma once

#include <functional>
#include <optional>
#include <string>

#include "analysis/run_document.hpp"
#include "harness/process_memory.hpp"
#include "scenarios/run_request.hpp"
#include "scenarios/worker_team.hpp"

namespace assay {

/// How a run's threads and memory are held: asks the system for what the request wants, says what was refused, and
/// gives it back at its end. Make it before the workload, which must be gone before it.
class ExecutionManner {
 public:
  /// Above the injectors (60), so that a worker that may go first shows what noise of lower priority does to it.
  static constexpr int kWorkerPriority = 70;

  using Warn = std::function<void(const std::string& warning)>;
  ExecutionManner(const RunRequest& request, const ThreadPlacement& placement, Warn warn);

  [[nodiscard]] const WorkerManner& workers() const { return workers_; }
  /// Once the operands are in memory.
  void hold_memory();
  /// Writes "execution" and why a reading of it is absent, as it is now.
  void describe(RunDocument& document) const;

 private:
  const RunRequest& request_;
  Warn warn_;
  WorkerManner workers_;
  std::optional<SmallPages> small_pages_;
  std::optional<LockedMemory> locked_;
};

/// What of a run's wishes for its memory the system refused.
struct MemoryRefusals {
  bool small_pages = false;
  bool lock = false;
};
/// "huge pages where the system gives them", "small pages, to be locked", "small pages, lock refused"
[[nodiscard]] std::string memory_text(const RunRequest& request, const MemoryRefusals& refused);

/// Why the placement has no second worker that could take a copy; nothing if none is wanted or one is there.
[[nodiscard]] std::optional<std::string> hedge_problem(const RunRequest& request, const ThreadPlacement& placement);

}  // namespace assay
