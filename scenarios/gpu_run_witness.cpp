#include "scenarios/gpu_run_witness.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "harness/gpu_sensors.hpp"
#include "kernels/gpu/gpu_catalogue.hpp"
#include "kernels/gpu/gpu_findings.hpp"

namespace assay {

namespace {

constexpr const char* kSource = "NVML (libnvidia-ml.so.1)";

std::string percent(const Reading<double>& share) {
  return share ? fmt::format("{:.1f} %", 100.0 * *share) : "not available (" + share.reason() + ")";
}

}  // namespace

std::optional<GpuDevice> gpu_device_of(const std::string& workload,
                                       const std::map<std::string, std::string>& parameters) {
  const KernelEntry* const entry = find_gpu_kernel(workload);
  if (entry == nullptr || entry->name != workload) {
    return std::nullopt;
  }
  const auto named = parameters.find("device");
  const Reading<GpuDevice> device = open_gpu(named == parameters.end() ? 0 : gpu_index_from(named->second));
  if (!device) {
    throw std::runtime_error(no_gpu_line(device.reason()));
  }
  return *device;
}

GpuRunWitness::GpuRunWitness(const GpuDevice& device)
    : simulated_(device.plugin.simulated()), findings_(read_gpu_findings(device)), board_(open_board(device)) {
  if (!board_) {
    no_activity_ = board_.reason();
    return;
  }
  const auto meter = GpuActivityMeter::open(*board_);
  if (meter) {
    activity_ = *meter;
  } else {
    no_activity_ = meter.reason();
  }
}

void GpuRunWitness::begin_run(std::shared_ptr<ResponseSink> sink) {
  watched_.clear();
  if (activity_ != nullptr) {
    if (const auto failure = activity_->begin()) {
      no_activity_ = failure->reason;
      activity_.reset();
    }
  }
  energy_before_ = board_ ? board_->energy_j() : Reading<double>{Unavailable{board_.reason()}};
  begin_ = clock_.now();
  system_->begin_run(std::move(sink));
}

void GpuRunWitness::end_run() {
  system_->end_run();
  const double elapsed_s = seconds(clock_.now() - begin_);
  note_activity();
  note_power(elapsed_s);
}

void GpuRunWitness::note_activity() {
  Finding finding{.check = "gpu_activity", .source = kSource};
  const Reading<GpuActivity> activity =
      activity_ != nullptr ? activity_->end() : Reading<GpuActivity>{Unavailable{no_activity_}};
  if (activity) {
    finding.fact = fmt::format(
        "in the run, by the card's own counters: multiprocessors {}, tensor pipes {}, memory "
        "bandwidth {}, occupancy {}",
        percent(activity->multiprocessors), percent(activity->tensor), percent(activity->dram),
        percent(activity->occupancy));
  } else {
    finding.state = CheckState::not_visible;
    finding.fact = "activity by the card's own counters: not available: " + activity.reason();
  }
  const Reading<GpuUtilisation> utilisation =
      board_ ? board_->utilisation() : Reading<GpuUtilisation>{Unavailable{board_.reason()}};
  if (utilisation) {
    finding.fact += fmt::format("; utilisation as commonly read, at its end: {:.0f} %", 100.0 * utilisation->kernels);
    finding.consequence =
        "that utilisation is the share of time in which any kernel ran, and says nothing of how much "
        "of the card it used";
  }
  watched_.push_back(std::move(finding));
}

void GpuRunWitness::note_power(double elapsed_s) {
  if (!board_) {
    return;
  }
  const Reading<double> energy = board_->energy_j();
  Finding finding{.check = "gpu_power", .source = kSource};
  if (energy_before_ && energy && elapsed_s > 0.0) {
    finding.fact = fmt::format("{:.0f} J of the board in {:.1f} s, {:.0f} W", *energy - *energy_before_, elapsed_s,
                               (*energy - *energy_before_) / elapsed_s);
  } else {
    finding.state = CheckState::not_visible;
    finding.fact = "energy: not available: " + (energy ? energy_before_.reason() : energy.reason());
  }
  if (const Reading<double> celsius = board_->temperature_c()) {
    finding.fact += fmt::format(", {:.0f} C at its end", *celsius);
  }
  if (const Reading<std::uint64_t> reasons = board_->throttle_reasons()) {
    finding.fact += ", clock events: " + throttle_reasons_text(*reasons);
    if (is_throttling(*reasons)) {
      finding.state = CheckState::warn;
      finding.consequence = "heat or power holds the clock back: what is measured is what the card sustains so";
    }
  }
  watched_.push_back(std::move(finding));
}

void GpuRunWitness::add_to(RunDocument& document) const {
  for (const std::vector<Finding>* const findings : {&findings_, &watched_}) {
    document.conditions.findings.insert(document.conditions.findings.end(), findings->begin(), findings->end());
    for (const std::string& warning : warnings_of(*findings)) {
      document.warnings.push_back(warning);
    }
  }
}

}  // namespace assay
