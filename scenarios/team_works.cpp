#include "scenarios/team_works.hpp"

#include <fmt/format.h>

#include "harness/quantity.hpp"
#include "kernels/core_to_core.hpp"
#include "kernels/stream_memory.hpp"

namespace assay {

namespace {

/// A line between the two threads of the subject. An iteration is a round trip, which is two transfers: accesses here.
class CoreToCoreWork final : public SubjectWork {
 public:
  void prepare(std::size_t /*thread*/, std::uint64_t /*seed*/) override {}
  void run(std::size_t thread, std::uint64_t iterations) noexcept override { line_.run(thread, iterations); }
  void describe(RooflineSubject& subject) const override {
    subject.work_unit = name_of(WorkUnit::access);
    subject.work_per_iteration = static_cast<double>(CoreToCore::kTransfersPerRoundTrip);
  }
  std::string check() override {
    return line_.complete() ? "ok: every transfer was answered" : "wrong: a thread gave up waiting for its partner";
  }

 private:
  CoreToCore line_;
};

/// One setting of the delay between the chunks that the other threads move. The memory is shared by all settings.
class LoadedLatencyWork final : public SubjectWork {
 public:
  LoadedLatencyWork(std::shared_ptr<LoadedLatency> latency, std::size_t delay)
      : latency_(std::move(latency)), delay_(delay) {}

  void prepare(std::size_t thread, std::uint64_t seed) override { latency_->prepare(thread, seed); }
  void before_turn() override { latency_->set_delay(LoadedLatency::delays().at(delay_)); }
  void run(std::size_t thread, std::uint64_t iterations) noexcept override {
    latency_->run(thread, iterations * Chase::kStepAccesses);
  }
  void after_sample() override {
    const LoadedLatency::Result& result = latency_->last_run();
    complete_ = complete_ && result.complete;
    injected_bytes_per_s_.push_back(
        result.elapsed > Nanoseconds{0} ? std::optional((result.injected / result.elapsed).value) : std::nullopt);
  }
  void finish(RooflineSubject& subject) const override {
    for (std::size_t i = 0; i < subject.samples.size() && i < injected_bytes_per_s_.size(); ++i) {
      subject.samples[i].injected_bytes_per_s = injected_bytes_per_s_[i];
    }
  }
  void describe(RooflineSubject& subject) const override {
    subject.work_unit = name_of(WorkUnit::access);
    subject.work_per_iteration = static_cast<double>(Chase::kStepAccesses);
  }
  std::string check() override {
    return complete_ ? "ok: every thread took part in every sample" : "wrong: a thread did not come";
  }

 private:
  std::shared_ptr<LoadedLatency> latency_;
  std::size_t delay_;
  bool complete_ = true;
  std::vector<std::optional<double>> injected_bytes_per_s_;
};

}  // namespace

std::unique_ptr<SubjectWork> TeamWorks::make(const RooflineSubject& subject) {
  if (subject.kernel == kCoreToCore) {
    return std::make_unique<CoreToCoreWork>();
  }
  if (subject.kernel != kLoadedLatency) {
    return nullptr;
  }
  if (latency_ == nullptr) {
    const Bytes size = parse_size(subject.parameters.at("size"));
    latency_ = std::make_shared<LoadedLatency>(
        LoadedLatency::Settings{
            .threads = subject.cpus.size(), .chase_size = size, .stream_size = size, .pages = Pages::huge},
        clock_);
  }
  return std::make_unique<LoadedLatencyWork>(latency_, parse_count(subject.parameters.at("delay")));
}

}  // namespace assay
