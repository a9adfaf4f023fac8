#include <nlohmann/json.hpp>

#include "lab/doctor_view.hpp"

namespace assay {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json json_of(const Finding& finding) {
  return {{"check", finding.check},
          {"state", name_of(finding.state)},
          {"fact", finding.fact},
          {"consequence", text_or_null(finding.consequence)},
          {"source", text_or_null(finding.source)},
          {"remedy", text_or_null(finding.remedy)},
          {"undo", text_or_null(finding.undo)}};
}

Json json_of(const JitterReport& jitter, int cpu) {
  Json bins = Json::array();
  for (const auto& bin : jitter.bins) {
    if (bin.count > 0) {
      bins.push_back({{"lower_s", seconds(bin.lower)},
                      {"upper_s", seconds(bin.upper)},
                      {"count", bin.count},
                      {"total_s", seconds(bin.total)}});
    }
  }
  const Nanoseconds delay = p99_delay(jitter, std::chrono::microseconds{100});
  Json object{{"cpu", cpu},
              {"duration_s", seconds(jitter.duration)},
              {"readings", jitter.readings},
              {"gaps_over_1us", jitter.gaps_over_1us},
              {"gaps_over_10us", jitter.gaps_over_10us},
              {"gaps_over_100us", jitter.gaps_over_100us},
              {"gaps_over_1ms", jitter.gaps_over_1ms},
              {"max_gap_s", seconds(jitter.max_gap)},
              {"lost_share", jitter.lost_share()},
              {"formula", "single-gap"},
              {"task_100us_p99_delay_s", delay == kNever ? Json(nullptr) : Json(seconds(delay))}};
  if (delay == kNever) {
    object["task_100us_p99_delay_reason"] = "no undisturbed time was left in the probe";
  }
  object["dominated_below_s"] = seconds(dominated_below(jitter));
  object["longest_judged_work_s"] = seconds(longest_judged_work(jitter));
  object["bins"] = std::move(bins);
  return object;
}

Json json_of(const ClockQuality& quality) {
  return {{"source", quality.source},
          {"cost_s", quality.cost_ns * 1e-9},
          {"resolution_s", static_cast<double>(quality.resolution_ns) * 1e-9},
          {"backward_steps", quality.backward_steps},
          {"wake_error_s_p50", seconds(quality.wake_error_p50)},
          {"wake_error_s_p90", seconds(quality.wake_error_p90)},
          {"wake_error_s_max", seconds(quality.wake_error_max)},
          {"spin_margin_s", seconds(quality.spin_margin)}};
}

Json json_of(const Machine& machine) {
  Json caches = Json::array();
  for (const auto& cache : machine.data_caches) {
    caches.push_back({{"level", cache.level},
                      {"size_bytes", cache.size.count},
                      {"line_bytes", cache.line.count},
                      {"sharing_cores", cache.sharing_cores},
                      {"instances", cache.instance_count}});
  }
  return {{"cpu_model", machine.cpu_model},
          {"architecture", machine.architecture},
          {"isa", machine.isa},
          {"packages", machine.package_count},
          {"cores", machine.core_count},
          {"hardware_threads", machine.hardware_threads.size()},
          {"numa_nodes", machine.numa_node_count},
          {"allowed_cpus", machine.allowed_cpus()},
          {"data_caches", std::move(caches)},
          {"memory_bytes", machine.memory_total.count},
          {"operating_system", machine.operating_system},
          {"kernel_release", machine.kernel_release},
          {"virtualization", machine.virtualization},
          {"not_visible", machine.not_visible}};
}

}  // namespace

std::string doctor_json(const DoctorReport& report, const Machine& machine) {
  Json findings = Json::array();
  for (const auto& finding : report.findings) {
    findings.push_back(json_of(finding));
  }
  Json object{{"schema", "assay/doctor/1"},
              {"verdict", report.verdict},
              {"strict_failure", strict_failure(report)},
              {"findings", std::move(findings)},
              {"jitter", json_of(report.jitter, report.probed_cpu)},
              {"clock", json_of(report.clock_quality)},
              {"load", nullptr},
              {"machine", json_of(machine)}};
  if (report.shares) {
    object["load"] = {{"foreign_share", report.shares->foreign},
                      {"own_share", report.shares->own},
                      {"steal_share", report.shares->steal}};
  } else {
    object["load_reason"] = "/proc/stat does not show where CPU time goes";
  }
  // Texts come from files of this host; bytes that are no UTF-8 become U+FFFD instead of an exception.
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace assay
