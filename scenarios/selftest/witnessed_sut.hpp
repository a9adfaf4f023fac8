#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/time.hpp"
#include "loadgen/system_under_test.hpp"
#include "scenarios/worker_team.hpp"

namespace assay {

/// What the system itself saw of one sample, by CLOCK_MONOTONIC: not the clock of the instrument.
struct WitnessedSample {
  std::int64_t received_ns = 0;  ///< in issue_query()
  std::int64_t done_ns = 0;      ///< before the answer was handed back
};

/// Servers with given service times that keep their own account: the test piece of `assay selftest`. One thread plays
/// all servers, so that a queue with several needs two CPUs like one with one; it never sleeps.
class WitnessedSut final : public SystemUnderTest {
 public:
  struct Options {
    std::vector<Nanoseconds> services;       ///< of the samples by their position; those beyond fail
    std::vector<Nanoseconds> busy_at_start;  ///< one a server, counted from the first arrival
    int cpu = 0;
    int fifo_priority = 0;         ///< SCHED_FIFO; 0: as every thread
    std::uint64_t block_each = 0;  ///< every so many samples issue_query() does not return for `block`; 0: never
    Nanoseconds block{0};
  };

  explicit WitnessedSut(Options options);
  ~WitnessedSut() override { stop(); }

  [[nodiscard]] std::string name() const override { return "synthetic"; }
  void begin_run(std::shared_ptr<ResponseSink> sink) override;
  void issue_query(std::span<const QuerySample> samples) override;
  void flush_queries() override {}
  void cancel() noexcept override { stopping_.store(true, std::memory_order_release); }
  void end_run() override;

  /// Of the samples of the last run, by position. After end_run().
  [[nodiscard]] std::span<const WitnessedSample> account() const { return {account_.data(), admitted_}; }

 private:
  struct Due {
    std::int64_t done_ns;
    std::uint64_t position;
    friend bool operator<(const Due& a, const Due& b) { return a.done_ns > b.done_ns; }  // a heap with the first on top
  };

  void stop() noexcept;
  void serve();
  void admit(std::uint64_t position);

  Options options_;
  std::vector<WitnessedSample> account_;
  std::vector<QueryId> ids_;
  std::vector<Due> due_;
  std::vector<std::int64_t> free_at_ns_;
  std::size_t admitted_ = 0;
  std::atomic<std::uint64_t> arrived_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> serving_{false};
  std::shared_ptr<ResponseSink> sink_;
  WorkerTeam team_;
};

}  // namespace assay
