#include "analysis/mlperf_layout.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/format.hpp"
#include "analysis/report_text.hpp"
#include "analysis/run_file.hpp"
#include "analysis/run_mark.hpp"

namespace assay {

namespace {

std::string plain(const std::string& text) { return printable_text(text, Charset::utf8); }

std::string nanoseconds_text(const std::optional<double>& seconds) {
  return seconds && std::isfinite(*seconds) ? fmt::format("{:.0f}", *seconds * 1e9) : "not available";
}

std::string rate_text(const std::optional<double>& rate) {
  return rate ? fmt::format("{:.2f}", *rate) : "not available";
}

const char* yes_or_no(const RunDocument& run, const char* code) {
  for (const InvalidReason& reason : run.invalid_reasons) {
    if (reason.code == code) {
      return "NO";
    }
  }
  return "Yes";
}

std::string headline_line(const RunDocument& run) {
  if (run.scenario == "single" || run.scenario == "multi") {
    return fmt::format(" * Early stopping {}th percentile estimate: {}\n", run.scenario == "single" ? 90 : 99,
                       nanoseconds_text(run.metric.point));
  }
  return fmt::format("{}: {}\n", run.scenario == "server" ? "Completed samples per second    " : "Samples per second",
                     rate_text(run.samples_per_s));
}

/// Names for folders: each key once, and no two keys under one name.
class FolderNames {
 public:
  std::string name_for(const std::string& wanted, const std::string& key) {
    const auto known = names_.find(key);
    if (known != names_.end()) {
      return known->second;
    }
    const std::string base = wanted.empty() ? "unnamed" : for_file_name(wanted);
    const std::size_t taken = ++uses_[base];
    const std::string name = taken == 1 ? base : fmt::format("{}_{}", base, taken);
    return names_[key] = name;
  }

 private:
  std::map<std::string, std::string> names_;
  std::map<std::string, std::size_t> uses_;
};

std::string read_me(std::size_t runs) {
  return fmt::format(
      "# {}\n\n{} {} in the folders that a submission to MLPerf Inference would have. A submission also needs "
      "accuracy\n"
      "runs, compliance tests, user.conf, measurements and the rules' own workloads, data sets and durations. None of\n"
      "that is here.\n",
      kNotASubmission, runs, runs == 1 ? "run" : "runs");
}

}  // namespace

std::string mlperf_summary_text(const RunDocument& run) {
  constexpr const char* kRule = "================================================\n";
  std::string text = fmt::format("{}\n{}Results Summary\n{}", kNotASubmission, kRule, kRule);
  text += fmt::format("SUT name : {}{}\nScenario : {}\nMode     : PerformanceOnly\n", plain(mark_of(run).before(" ")),
                      plain(run.machine_identity.label), mlperf_scenario(run));
  text += fmt::format("Result is : {}\n", run.valid ? "VALID" : "INVALID");
  if (run.scenario == "server") {
    text += fmt::format("  Performance constraints satisfied : {}\n", yes_or_no(run, "latency_constraint"));
  }
  text += fmt::format("  Min duration satisfied : {}\n  Min queries satisfied : {}\n  Early stopping satisfied: {}\n",
                      yes_or_no(run, "min_duration"), yes_or_no(run, "min_queries"), yes_or_no(run, "early_stopping"));
  if (!run.invalid_reasons.empty()) {
    text += "Recommendations:\n";
    for (const InvalidReason& reason : run.invalid_reasons) {
      text += fmt::format(" * {}\n", plain(reason.message));
    }
  }
  text += headline_line(run);
  text += fmt::format("\n{}Additional Stats\n{}", kRule, kRule);
  if (run.scenario == "multi") {
    text += "Per-query latency:  \n";
  }
  if (run.scenario != "offline") {
    text += fmt::format(
        "Min latency (ns)                : {}\nMax latency (ns)                : {}\n"
        "Mean latency (ns)               : {}\n",
        nanoseconds_text(run.latency.min_s), nanoseconds_text(run.latency.max_s), nanoseconds_text(run.latency.mean_s));
    for (const auto& [loadgen, ours] : std::vector<std::pair<const char*, const char*>>{{"50.00", "p50"},
                                                                                        {"90.00", "p90"},
                                                                                        {"95.00", "p95"},
                                                                                        {"97.00", "p97"},
                                                                                        {"99.00", "p99"},
                                                                                        {"99.90", "p99.9"}}) {
      if (const auto found = run.latency.percentiles_s.find(ours); found != run.latency.percentiles_s.end()) {
        text += fmt::format("{} percentile latency (ns)   : {}\n", loadgen, nanoseconds_text(found->second.point));
      }
    }
  }
  text += fmt::format("\n{}Test Parameters Used\n{}", kRule, kRule);
  text += fmt::format("samples_per_query : {}\ntarget_qps : {}\ntarget_latency (ns): {}\nmin_duration (ms): {:.0f}\n",
                      run.samples_per_query, rate_text(run.rate_target_hz), nanoseconds_text(run.slo_s),
                      run.min_duration_s * 1e3);
  return text;
}

std::string mlperf_system_json(const RunDocument& run) {
  constexpr const char* kNotRecorded = "not recorded";
  const Machine& machine = run.machine;
  const nlohmann::ordered_json json{
      {"status", kNotASubmission},
      {"division", kNotRecorded},
      {"submitter", kNotRecorded},
      {"system_type", kNotRecorded},
      {"system_name", mark_of(run).before(" ") + run.machine_identity.label},
      {"number_of_nodes", "1"},
      {"host_processor_model_name", machine.cpu_model},
      {"host_processors_per_node", fmt::format("{}", machine.package_count)},
      {"host_processor_core_count",
       fmt::format("{}", machine.package_count > 0 ? machine.core_count / machine.package_count : machine.core_count)},
      {"host_memory_capacity", format_bytes(machine.memory_total.count)},
      {"operating_system", machine.operating_system},
      {"other_software_stack",
       fmt::format("Assay {} ({}), {}", run.tool.version, run.tool.revision, run.tool.compiler)},
      {"accelerators_per_node", kNotRecorded},
      {"is_network", "false"},
      {"sw_notes", fmt::format("kernel {}, virtualization {}", machine.kernel_release, machine.virtualization)}};
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::vector<LayoutFile> mlperf_layout(std::span<const RunDocument> runs) {
  FolderNames systems;
  std::map<std::string, FolderNames> benchmarks;
  std::map<std::string, std::size_t> counts;
  std::map<std::string, std::string> files;
  std::size_t kept = 0;
  for (const RunDocument& run : runs) {
    if (run.mode == "accuracy") {
      continue;
    }
    ++kept;
    const std::string system = systems.name_for(run.machine_identity.label, run.machine_identity.id);
    files.try_emplace(fmt::format("systems/{}.json", system), mlperf_system_json(run));
    std::string parameters;
    for (const auto& [name, value] : run.workload_parameters) {
      parameters += fmt::format("\n{}={}", name, value);
    }
    const std::string benchmark = benchmarks[system].name_for(
        run.workload, fmt::format("{}\n{}{}", run.workload, run.workload_version, parameters));
    const std::string scenario = fmt::format("results/{}/{}/{}/performance", system, benchmark, mlperf_scenario(run));
    const std::string folder = fmt::format("{}/run_{}", scenario, ++counts[scenario]);
    files[folder + "/mlperf_log_detail.txt"] = mlperf_detail_text(run);
    files[folder + "/mlperf_log_summary.txt"] = mlperf_summary_text(run);
  }
  files["README.md"] = read_me(kept);
  std::vector<LayoutFile> layout;
  layout.reserve(files.size());
  for (auto& [path, text] : files) {
    layout.push_back({.path = path, .text = std::move(text)});
  }
  return layout;
}

}  // namespace assay
