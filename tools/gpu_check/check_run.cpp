#include "tools/gpu_check/check_run.hpp"

#include <exception>
#include <vector>

namespace assay::gpu_check {

std::optional<double> CheckRun::stated(const std::string& name) const {
  const auto found = datasheet.find(name);
  return found == datasheet.end() ? std::nullopt : std::optional(found->second);
}

bool CheckRun::has_time(const std::string& part, const std::string& name, double needed_s) {
  if (now_s() + needed_s <= end_s) {
    return true;
  }
  findings.add({.part = part, .name = name, .unit = "", .note = "left out: the time for the whole check is spent"});
  return false;
}

std::optional<double> measure(CheckRun& run, const Measured& what) {
  if (!run.has_time(what.part, what.name, what.seconds * run.scale)) {
    return std::nullopt;
  }
  Row row{.part = what.part, .name = what.name, .unit = what.unit, .target = what.target};
  try {
    CardWork work(run.table, run.device, what.work, what.settings);
    const std::string wrong = work.verify();
    row.output = wrong.empty()
                     ? "right (worst " + number_text(work.worst_error()) + ", bound " + number_text(work.bound()) + ")"
                     : wrong;
    constexpr std::size_t kFewest = 12;
    const CardSamples samples = sample(work, what.seconds * run.scale, what.sample_s, kFewest);
    const AssayGpuShape& shape = work.shape();
    std::vector<double> values;
    values.reserve(samples.seconds_per_step.size());
    double unit = 1.0;
    for (const double seconds : samples.seconds_per_step) {
      if (what.unit == "ns" || what.unit == "us") {
        unit = what.unit == "ns" ? 1e-9 : 1e-6;
        values.push_back(seconds / shape.step_work / unit);
      } else {
        const bool bytes = what.unit == "GB/s";
        unit = bytes ? 1e9 : 1e12;
        values.push_back((bytes ? static_cast<double>(shape.step_traffic_bytes) : shape.step_work) / seconds / unit);
      }
    }
    row.value = spread_of(std::move(values));
    if (!samples.sm_clock_hz.empty()) {
      row.sm_clock_hz = spread_of(samples.sm_clock_hz).median;
    }
    if (const auto algorithm = work.settings().find("fact:algorithm"); algorithm != work.settings().end()) {
      row.note = algorithm->second;
    }
    if (const auto stated = run.stated(what.stated)) {
      row.reference = *stated / unit;
      row.reference_name = "datasheet";
    }
    const double median = row.value->median * unit;
    if (!what.keep.empty() && wrong.empty()) {
      run.measured[what.keep] = median;
    }
    run.findings.add(std::move(row));
    return median;
  } catch (const std::exception& error) {
    row.note = error.what();
    run.findings.add(std::move(row));
    return std::nullopt;
  }
}

}  // namespace assay::gpu_check
