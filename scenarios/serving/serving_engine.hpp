#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/serving_iterations.hpp"
#include "harness/bounded_queue.hpp"
#include "harness/steady_clock.hpp"
#include "loadgen/system_under_test.hpp"
#include "scenarios/serving/engine_thread.hpp"
#include "scenarios/serving/iteration_backend.hpp"
#include "scenarios/serving/iteration_time.hpp"
#include "scenarios/serving/serving_policy.hpp"
#include "scenarios/serving/serving_samples.hpp"

namespace assay {

class ServingLoop;

/// A sample on its way to the engine's thread.
struct ServingArrival {
  QuerySample sample;
  Instant at;
};

/// A decoder that serves requests: one thread that takes what arrived, lets the scheduler plan an iteration, has the
/// back end compute it, and reports started, first token and completion. What its time went to is summed as it runs.
class ServingEngine final : public SystemUnderTest {
 public:
  struct Options {
    ServingPolicy policy;
    ServingSamples::Options samples;  ///< the vocabulary is that of the back end
    int cpu = 0;                      ///< of the engine's thread
    WaitPolicy wait;
    WorkerManner manner;
  };
  using Maker = std::function<std::unique_ptr<IterationBackend>()>;

  /// Makes the back end on the engine's thread. Throws what that throws, and std::invalid_argument if the policy makes
  /// no sense or the cache does not hold the longest request.
  ServingEngine(const Options& options, const Maker& make);
  ~ServingEngine() override;

  [[nodiscard]] std::string name() const override;
  void begin_run(std::shared_ptr<ResponseSink> sink) override;
  void issue_query(std::span<const QuerySample> samples) override;
  void flush_queries() override {}
  void cancel() noexcept override;
  void end_run() override;

  [[nodiscard]] ServingSamples& samples() { return *samples_; }
  [[nodiscard]] const ServingSamples& samples() const { return *samples_; }
  [[nodiscard]] const IterationBackend& backend() const { return *backend_; }
  [[nodiscard]] const ServingPolicy& policy() const { return options_.policy; }

  /// Runs a task with the back end on the engine's thread; between runs only.
  void with_backend(const std::function<void(IterationBackend&)>& task);

  /// What the next runs are measured against, and what `slo` admission steers by.
  void set_ceilings(const ServingCeilings& ceilings) { ceilings_ = ceilings; }
  void set_model(const IterationTimes& times) { times_ = std::make_unique<IterationTimes>(times); }

  /// What the last run went to; complete after end_run().
  [[nodiscard]] const ServingRecord& record() const { return record_; }

  /// The answer to a sample that is alone; between runs.
  [[nodiscard]] std::vector<std::uint32_t> answer_alone(QuerySampleIndex sample, std::size_t most_tokens);

  /// The first token of the answer that the sample alone would not have, and that rounding does not explain either;
  /// nothing: there is none. The sample is given the tokens of `answer`. Between runs.
  struct Difference {
    std::size_t token = 0;
    std::string why;  ///< why rounding does not explain it
  };
  [[nodiscard]] std::optional<Difference> first_difference(QuerySampleIndex sample,
                                                           std::span<const std::uint32_t> answer);

 private:
  friend class ServingLoop;
  [[nodiscard]] std::vector<std::uint32_t> prompt_of(QuerySampleIndex sample) const;
  void stop();

  static constexpr std::size_t kQueueCapacity = std::size_t{1} << 16;

  Options options_;
  SteadyClock clock_;
  EngineThread thread_;  ///< ends after what is below is gone
  std::unique_ptr<IterationBackend> backend_;
  std::unique_ptr<ServingSamples> samples_;
  std::unique_ptr<IterationTimes> times_;
  ServingCeilings ceilings_;
  std::shared_ptr<ResponseSink> sink_;
  BoundedQueue<ServingArrival> queue_{kQueueCapacity};
  Signal arrived_;
  std::atomic<bool> closed_{false};
  bool running_ = false;
  std::unique_ptr<ServingLoop> loop_;
  ServingRecord record_;
};

}  // namespace assay
