#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "harness/doctor.hpp"
#include "harness/random_bits.hpp"
#include "harness/steady_clock.hpp"
#include "harness/thread_placement.hpp"
#include "kernels/gpu/gpu_catalogue.hpp"
#include "kernels/gpu/gpu_findings.hpp"
#include "scenarios/gpu_roofline.hpp"

namespace assay {

namespace {

constexpr double kSampleSeconds = 8e-3;  // what a launch costs is far below a percent of it
constexpr int kSamplesOfTurn = 4;
constexpr double kLeastClockShare = 0.5;
constexpr std::uint32_t kMostRounds = 100;  // more samples would tell nothing new

class GpuRooflineRun {
 public:
  GpuRooflineRun(const RooflineRequest& request, const GpuDevice& device, const Machine& machine, std::stop_token stop,
                 const RooflineObserver& observer)
      : request_(request), device_(device), stop_(std::move(stop)), observer_(observer) {
    result_.machine = machine;
    result_.machine_identity = identify(machine);
    result_.seed = request.seed;
    result_.sample_s = kSampleSeconds;
    result_.nominal_clock_hz = 1e3 * device.facts.clock_khz;
    result_.nominal_clock_source = "the CUDA runtime, the highest clock of the multiprocessors";
  }

  RooflineMeasurement run() {
    const int cpu = roofline_cpus(result_.machine, request_.cpus).front();
    observer_.phase("conditions");
    result_.conditions = read_conditions(result_.machine, {.cpus = {cpu}, .threads = 1});
    const std::vector<Finding> findings = read_gpu_findings(device_);
    result_.conditions.findings.insert(result_.conditions.findings.end(), findings.begin(), findings.end());
    for (const std::string& warning : warnings_of(findings)) {
      observer_.warn(result_, warning);
    }
    const Instant begin = clock_.now();
    pin_this_thread(cpu);
    describe_levels();
    subjects_ = plan_gpu_roofline(device_, request_.parts, cpu);
    prepare();
    sample();
    check();
    result_.duration_s = seconds(clock_.now() - begin);
    result_.interrupted = stop_.stop_requested();
    return std::move(result_);
  }

 private:
  void describe_levels() {
    const AssayGpuFacts& facts = device_.facts;
    result_.levels = {{.name = "L2",
                       .reported_bytes = facts.l2_bytes,
                       .measured_bytes = {},
                       .working_set_bytes = facts.l2_bytes / 2,
                       .note = "no sweep of sizes is made on a GPU; half of the cache is worked on"},
                      {.name = "HBM",
                       .reported_bytes = facts.memory_bytes,
                       .measured_bytes = {},
                       .working_set_bytes = 0,
                       .note = "no sweep of sizes is made on a GPU"},
                      {.name = "PCIe",
                       .reported_bytes = {},
                       .measured_bytes = {},
                       .working_set_bytes = 0,
                       .note = "page-locked memory of the host"}};
  }

  void prepare() {
    observer_.phase("prepare");
    kernels_.resize(subjects_.size());
    steps_.assign(subjects_.size(), 1);
    for (std::size_t i = 0; i < subjects_.size() && !stop_.stop_requested(); ++i) {
      RooflineSubject& subject = subjects_[i];
      try {
        auto kernel = make_gpu_kernel(device_, subject.kernel, subject.parameters);
        kernel->prepare(request_.seed);
        describe(*kernel, subject);
        steps_[i] = steps_of_sample(*kernel);
        kernels_[i] = std::move(kernel);
      } catch (const GpuUnsupported& error) {
        subject.unavailable = error.what();
        subject.kernel.clear();  // nobody asks a card for what it does not have
      } catch (const std::exception& error) {
        subject.unavailable = error.what();
      }
    }
  }

  static void describe(const GpuKernel& kernel, RooflineSubject& subject) {
    const RepeatStep step = kernel.repeat_step();
    subject.kernel_version = kernel.identity().version;
    subject.parameters = kernel.identity().parameters;
    subject.work_unit = name_of(kernel.work_unit());
    subject.work_per_iteration = static_cast<double>(step.work.count);
    subject.traffic_bytes_per_iteration = static_cast<double>(step.traffic.count);
    subject.bus_bytes_per_iteration = subject.traffic_bytes_per_iteration;
    if (subject.kind == SubjectKind::bandwidth) {
      subject.working_set_bytes = kernel.memory_of_card().count;
    }
  }

  /// The first stretches also wake the card.
  static std::uint64_t steps_of_sample(GpuKernel& kernel) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 40U;
    std::uint64_t steps = 1;
    for (;;) {
      const double took = kernel.timed_repeat(steps).device_s;
      if (took >= kSampleSeconds / 2.0 || steps >= kMost) {
        return steps;
      }
      const double factor = took > 0.0 ? std::clamp(kSampleSeconds / took, 2.0, 16.0) : 16.0;
      steps = static_cast<std::uint64_t>(std::ceil(static_cast<double>(steps) * factor));
    }
  }

  void sample() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < kernels_.size(); ++i) {
      if (kernels_[i] != nullptr) {
        order.push_back(i);
      }
    }
    observer_.phase("rounds", request_.time_limit);
    const Instant begin = clock_.now();
    RandomBits bits(request_.seed);
    std::uint64_t visits = 0;
    for (std::uint32_t round = 0; !order.empty() && round < kMostRounds && !over(begin); ++round) {
      bits.shuffle(std::span(order));
      const double round_begin_s = seconds(clock_.now() - begin);
      for (const std::size_t i : order) {
        if (over(begin)) {
          break;
        }
        visit(i, round);
        ++visits;
        if (observer_.on_progress) {
          observer_.on_progress(visits, visits + order.size());
        }
      }
      result_.rounds.push_back({.round = round, .begin_s = round_begin_s, .end_s = seconds(clock_.now() - begin)});
    }
    if (stalled_ > 0) {
      observer_.warn(
          result_,
          fmt::format("{} samples were taken at less than half of the card's highest clock; they count as stalled",
                      stalled_));
    }
  }

  [[nodiscard]] bool over(Instant begin) const {
    return stop_.stop_requested() || clock_.now() - begin >= request_.time_limit;
  }

  void visit(std::size_t index, std::uint32_t round) {
    RooflineSubject& subject = subjects_[index];
    try {
      for (int i = 0; i < kSamplesOfTurn; ++i) {
        const GpuStretch stretch = kernels_[index]->timed_repeat(steps_[index]);
        const bool stalled =
            stretch.sm_clock_hz && *stretch.sm_clock_hz < kLeastClockShare * 1e3 * device_.facts.clock_khz;
        stalled_ += stalled ? 1 : 0;
        subject.samples.push_back({.round = round,
                                   .seconds_per_iteration = stretch.device_s / static_cast<double>(stretch.steps),
                                   .clock_hz = stretch.sm_clock_hz,
                                   .injected_bytes_per_s = {},
                                   .contamination = stalled ? Contamination::stalled : Contamination::none});
      }
      subject.stopped_by = round + 1 == kMostRounds ? "enough rounds" : "the time for all subjects";
    } catch (const std::exception& error) {
      subject.unavailable = error.what();
      kernels_[index].reset();  // its handle is of no further use
    }
  }

  void check() {
    observer_.phase("check");
    for (std::size_t i = 0; i < kernels_.size(); ++i) {
      if (kernels_[i] != nullptr) {
        try {
          const OutputCheck found = kernels_[i]->verify();
          subjects_[i].output_check =
              found.passed ? fmt::format("ok {:.1e} (bound {:.1e})", found.worst_relative_error, found.tolerance)
                           : "wrong: " + found.detail;
        } catch (const std::exception& error) {
          subjects_[i].output_check = fmt::format("not made: {}", error.what());
        }
      }
    }
    result_.subjects = std::move(subjects_);
  }

  const RooflineRequest& request_;
  const GpuDevice& device_;
  std::stop_token stop_;
  const RooflineObserver& observer_;
  SteadyClock clock_{{.spin_margin = Nanoseconds{0}}};
  RooflineMeasurement result_;
  std::vector<RooflineSubject> subjects_;
  std::vector<std::unique_ptr<GpuKernel>> kernels_;
  std::vector<std::uint64_t> steps_;  ///< of a sample of each
  std::uint64_t stalled_ = 0;
};

}  // namespace

RooflineMeasurement run_gpu_roofline(const RooflineRequest& request, const GpuDevice& device, const Machine& machine,
                                     const std::stop_token& stop, const RooflineObserver& observer) {
  return GpuRooflineRun(request, device, machine, stop, observer).run();
}

}  // namespace assay
