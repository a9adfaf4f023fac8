#include "scenarios/subject_work.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace assay {

namespace {

class KernelWork final : public SubjectWork {
 public:
  KernelWork(std::size_t threads, std::function<std::unique_ptr<Kernel>(std::size_t thread)> make)
      : make_(std::move(make)), kernels_(threads) {}

  void prepare(std::size_t thread, std::uint64_t seed) override {
    kernels_[thread] = make_(thread);
    kernels_[thread]->prepare(seed);
  }

  void run(std::size_t thread, std::uint64_t iterations) noexcept override { kernels_[thread]->repeat(iterations); }

  void describe(RooflineSubject& subject) const override {
    const Kernel& kernel = *kernels_.front();
    const RepeatStep step = kernel.repeat_step();
    const auto threads = static_cast<double>(kernels_.size());
    subject.kernel = kernel.identity().name;
    subject.kernel_version = kernel.identity().version;
    subject.parameters = kernel.identity().parameters;
    subject.work_unit = name_of(kernel.work_unit());
    subject.work_per_iteration = threads * static_cast<double>(step.work.count);
    subject.traffic_bytes_per_iteration = threads * static_cast<double>(step.traffic.count);
    // A line that a store allocates in a cache that holds it comes from nowhere.
    const bool from_memory = subject.level.empty() || subject.level == "DRAM";
    subject.bus_bytes_per_iteration =
        threads * static_cast<double>(from_memory ? step.bus_traffic.count : step.traffic.count);
    if (subject.kind == SubjectKind::dot) {
      subject.working_set_bytes = kernel.traffic().count;
    }
  }

  std::string check() override {
    Kernel& kernel = *kernels_.front();
    const std::uint32_t sample = 0;
    kernel.run({&sample, 1});
    for (const auto& each : kernels_) {
      if (each->failed()) {
        return "wrong: " + each->failure();
      }
    }
    const Kernel::Probe found = kernel.probe(0);
    const Kernel::Probe expected = kernel.reference_probe(sample);
    double worst = 0.0;
    for (std::size_t i = 0; i < Kernel::kProbeSize; ++i) {
      const double scale = std::max(std::fabs(static_cast<double>(expected[i])), kernel.output_scale());
      const double error = std::fabs(static_cast<double>(found[i]) - static_cast<double>(expected[i])) / scale;
      if (!(error <= kernel.tolerance())) {
        return fmt::format("wrong: probe element {} is {}, expected {} (bound {:.1e})", i, found[i], expected[i],
                           kernel.tolerance());
      }
      worst = std::max(worst, error);
    }
    return fmt::format("ok {:.1e} (bound {:.1e})", worst, kernel.tolerance());
  }

 private:
  std::function<std::unique_ptr<Kernel>(std::size_t thread)> make_;
  std::vector<std::unique_ptr<Kernel>> kernels_;
};

}  // namespace

std::unique_ptr<SubjectWork> make_kernel_work(std::size_t threads,
                                              std::function<std::unique_ptr<Kernel>(std::size_t thread)> make) {
  return std::make_unique<KernelWork>(threads, std::move(make));
}

void take_samples(RooflineSubject& subject, SubjectSamples samples) {
  subject.stopped_by = std::move(samples.stopped_by);
  for (const TeamObservation& observation : samples.observations) {
    subject.samples.push_back({.round = observation.round,
                               .seconds_per_iteration = observation.seconds_per_iteration(),
                               .clock_hz = observation.clock_hz,
                               .contamination = observation.contamination});
  }
}

}  // namespace assay
