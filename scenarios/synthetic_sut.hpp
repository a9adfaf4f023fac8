#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/steady_clock.hpp"
#include "loadgen/system_under_test.hpp"
#include "scenarios/batching.hpp"
#include "scenarios/dilation.hpp"
#include "scenarios/service_law.hpp"
#include "scenarios/worker_team.hpp"

namespace assay {

/// Servers that take as long as a law says, by the clock and not by work: the instrument's own test piece. Each
/// service counts from the arrival or from the end of the one before it, whichever is later, so that the queue follows
/// Lindley's recursion.
class SyntheticSut final : public SystemUnderTest {
 public:
  /// One server a CPU. The service time of a sample depends on its position in the run and on `seed` alone, and on
  /// the factor of the emulated clock when the service begins, where the manner has one.
  SyntheticSut(const ServiceLaw& law, std::uint64_t seed, std::vector<int> worker_cpus, WaitPolicy wait,
               WorkerManner manner = {});
  ~SyntheticSut() override { stop(); }

  [[nodiscard]] std::string name() const override { return "synthetic"; }
  void begin_run(std::shared_ptr<ResponseSink> sink) override;
  void issue_query(std::span<const QuerySample> samples) override;
  void flush_queries() override { queue_->flush(); }
  void cancel() noexcept override { queue_->close(); }
  void end_run() override;

 private:
  void stop() noexcept;
  void serve();
  [[nodiscard]] Nanoseconds service_time_of(const QuerySample& sample) const;
  /// Twice as many as can wait: a slot is read before its next sample can arrive.
  [[nodiscard]] Instant& arrival_of(const QuerySample& sample) {
    return arrivals_[sample.id.position() % arrivals_.size()];
  }

  std::vector<Nanoseconds> service_times_;
  std::vector<Instant> arrivals_;
  std::vector<int> worker_cpus_;
  WorkerManner manner_;
  SteadyClock clock_;
  std::shared_ptr<ResponseSink> sink_;
  std::unique_ptr<SampleQueue> queue_;
  WorkerTeam team_;
};

/// Completes every sample inside issue_query(): what is left is the load generator itself.
class NullSut final : public SystemUnderTest {
 public:
  [[nodiscard]] std::string name() const override { return "null"; }
  void begin_run(std::shared_ptr<ResponseSink> sink) override { sink_ = std::move(sink); }
  void issue_query(std::span<const QuerySample> samples) override;
  void flush_queries() override {}

 private:
  std::shared_ptr<ResponseSink> sink_;
};

/// Samples that have a number and no content.
class NumberedSampleLibrary final : public QuerySampleLibrary {
 public:
  explicit NumberedSampleLibrary(std::uint64_t count) : count_(count) {}
  [[nodiscard]] std::string name() const override { return "numbered"; }
  [[nodiscard]] std::uint64_t total_sample_count() const override { return count_; }
  [[nodiscard]] std::uint64_t performance_sample_count() const override { return count_; }
  void load_samples(std::span<const QuerySampleIndex>) override {}
  void unload_samples(std::span<const QuerySampleIndex>) override {}

 private:
  std::uint64_t count_;
};

}  // namespace assay
