#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "harness/simulated_clock.hpp"
#include "loadgen/system_under_test.hpp"

namespace assay::test_support {

/// Samples without content.
class FakeLibrary final : public QuerySampleLibrary {
 public:
  explicit FakeLibrary(std::uint64_t total, std::uint64_t performance = 0)
      : total_(total), performance_(performance == 0 ? total : performance) {}
  [[nodiscard]] std::string name() const override { return "fake"; }
  [[nodiscard]] std::uint64_t total_sample_count() const override { return total_; }
  [[nodiscard]] std::uint64_t performance_sample_count() const override { return performance_; }
  void load_samples(std::span<const QuerySampleIndex> samples) override {
    loads.emplace_back(samples.begin(), samples.end());
  }
  void unload_samples(std::span<const QuerySampleIndex>) override { ++unload_count; }

  std::vector<std::vector<QuerySampleIndex>> loads;
  int unload_count = 0;

 private:
  std::uint64_t total_;
  std::uint64_t performance_;
};

/// A system whose behaviour is a function of the issued samples and the sink.
class ScriptedSystem final : public SystemUnderTest {
 public:
  using Script = std::function<void(std::span<const QuerySample>, ResponseSink&)>;
  explicit ScriptedSystem(Script script) : script_(std::move(script)) {}

  [[nodiscard]] std::string name() const override { return "scripted"; }
  void begin_run(std::shared_ptr<ResponseSink> handed) override { sink = std::move(handed); }
  void issue_query(std::span<const QuerySample> samples) override {
    calls.push_back(samples.size());
    issued.insert(issued.end(), samples.begin(), samples.end());
    script_(samples, *sink);
  }
  void flush_queries() override { ++flush_count; }
  void end_run() override {
    if (at_end) {
      at_end(*sink);
    }
  }

  std::shared_ptr<ResponseSink> sink;
  std::function<void(ResponseSink&)> at_end;
  std::vector<QuerySample> issued;
  std::vector<std::size_t> calls;
  int flush_count = 0;

 private:
  Script script_;
};

/// Completes each sample at once.
inline void complete_now(std::span<const QuerySample> samples, ResponseSink& sink) {
  for (const QuerySample& sample : samples) {
    const QueryResponse response{.id = sample.id};
    sink.complete({&response, 1});
  }
}

/// One server with a first-come, first-served queue on the simulated clock. `service` gives the service time of the
/// n-th sample.
class QueueServer final : public SystemUnderTest {
 public:
  using Service = std::function<Nanoseconds(std::uint64_t)>;
  QueueServer(SimulatedClock& clock, Service service) : clock_(clock), service_(std::move(service)) {}

  [[nodiscard]] std::string name() const override { return "queue"; }
  void begin_run(std::shared_ptr<ResponseSink> sink) override { sink_ = std::move(sink); }
  void flush_queries() override {}
  void issue_query(std::span<const QuerySample> samples) override {
    for (const QuerySample& sample : samples) {
      const Instant start = std::max(clock_.now(), free_at_);
      free_at_ = start + service_(count_++);
      clock_.at(start, [this, sample] { sink_->started({&sample, 1}); });
      clock_.at(free_at_, [this, sample] {
        const QueryResponse response{.id = sample.id};
        sink_->complete({&response, 1});
      });
    }
  }

 private:
  SimulatedClock& clock_;
  Service service_;
  std::shared_ptr<ResponseSink> sink_;
  Instant free_at_{};
  std::uint64_t count_ = 0;
};

}  // namespace assay::test_support
