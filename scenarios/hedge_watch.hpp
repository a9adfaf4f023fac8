#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/run_tail.hpp"
#include "harness/steady_clock.hpp"
#include "scenarios/hedging.hpp"
#include "scenarios/worker_team.hpp"

namespace assay {

/// Hedging over the runs of one system: the time after which a copy is sent, and the thread that sends.
class HedgeWatch {
 public:
  explicit HedgeWatch(const HedgeRequest& request) : request_(request) {}

  /// The time from what the warm-up saw, by worker, unless one was asked for.
  void choose_time(const std::vector<std::vector<Nanoseconds>>& of_workers);

  struct System {
    std::size_t workers = 0;
    std::size_t max_batch = 1;
  };
  /// Starts the thread, which may run on any of `cpus`. `queue` must last until end_run(). Throws std::logic_error
  /// before choose_time() where no time was asked for.
  void begin_run(const System& system, std::shared_ptr<ResponseSink> sink, SampleQueue& queue,
                 const std::vector<int>& cpus);
  [[nodiscard]] Hedging& hedging() noexcept { return *hedging_; }
  void end_run() noexcept;
  /// After end_run(): throws what ended the thread before its time, if anything did.
  void rethrow_failure() { thread_.join_and_rethrow(); }

  /// Of the last run, without its share of extra work.
  [[nodiscard]] HedgeRecord record() const;

 private:
  void watch(SampleQueue& queue);

  HedgeRequest request_;
  std::optional<Nanoseconds> after_;
  std::string rule_ = "as asked";
  std::unique_ptr<Hedging> hedging_;
  SteadyClock clock_{{.spin_margin = Nanoseconds{0}, .signal_spin = Nanoseconds{0}}};
  std::atomic<bool> ends_{false};
  std::string scheduling_;  ///< written by the thread before its first step
  WorkerTeam thread_;
};

}  // namespace assay
