#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace assay {

class EmulatedClock;

/// How workers run, besides on which CPUs.
struct WorkerManner {
  bool pinned = true;                 ///< each to its own CPU; false: each may run on any of all_cpus
  std::vector<int> all_cpus;          ///< of the placement, those of the issuing threads too
  int fifo_priority = 0;              ///< SCHED_FIFO of this priority; 0: as every thread
  EmulatedClock* emulated = nullptr;  ///< slows the work of a run, not that of the warm-up; for whoever runs the work
};

/// Threads pinned to given CPUs, one each, that run `body(worker)` until it returns. They are joined by join() or the
/// destructor; whoever owns the team must make the bodies return first.
class WorkerTeam {
 public:
  using Body = std::function<void(std::size_t worker)>;

  WorkerTeam() = default;
  WorkerTeam(const WorkerTeam&) = delete;
  WorkerTeam& operator=(const WorkerTeam&) = delete;
  ~WorkerTeam() { join(); }

  /// Starts one thread a CPU. An empty list starts nothing. A thread that cannot be placed as asked keeps the exception
  /// for join_and_rethrow().
  void start(const std::vector<int>& cpus, const Body& body, const WorkerManner& manner = {});

  /// Waits for all.
  void join() noexcept;

  /// join(), then throws the first exception that a body let out, if any.
  void join_and_rethrow();

 private:
  std::vector<std::thread> threads_;
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
};

}  // namespace assay
