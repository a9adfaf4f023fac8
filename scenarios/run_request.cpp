#include "scenarios/run_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "scenarios/interference/interference.hpp"

namespace assay {

int RunRequest::issuing_threads() const { return settings.scenario == Scenario::server ? settings.issuing_threads : 1; }

std::vector<std::string> problems_of(const RunRequest& request) {
  std::vector<std::string> problems = problems_of(request.workload);
  const auto of_settings = request.settings.problems();
  problems.insert(problems.end(), of_settings.begin(), of_settings.end());
  const auto of_interference = problems_of(request.interference);
  problems.insert(problems.end(), of_interference.begin(), of_interference.end());
  const bool on_gpu = injected_gpu(request.workload).has_value();
  if (request.interference.pcie_bytes_per_s && !on_gpu) {
    problems.emplace_back("--pcie: only a workload on a GPU has that link; add --device cuda:N, or take --membw");
  }
  if (request.interference.any() && request.interference.source == InjectorSource::stress_ng && on_gpu) {
    problems.emplace_back("--with stress-ng: it cannot load a GPU; leave the flag out");
  }
  if (request.interference.home == GpuInjectorHome::process && !on_gpu) {
    problems.emplace_back("--inject-from process: beside a processor's workload that is how it is; leave the flag out");
  }
  if (request.soak && (request.settings.scenario == Scenario::offline || request.settings.mode == TestMode::accuracy)) {
    problems.emplace_back("--soak: Offline's one query has no course over time; take single, multi or server");
  }
  if (request.soak && request.settings.scenario == Scenario::server &&
      !std::holds_alternative<ConstantArrivals>(request.settings.arrivals) &&
      !std::holds_alternative<CameraArrivals>(request.settings.arrivals)) {
    problems.emplace_back(
        "--soak: with random arrivals the throughput is that of the schedule; take --arrivals constant or cameras, or "
        "--scenario single or multi");
  }
  if (request.worker_threads < 0) {
    problems.push_back(fmt::format("--threads {}: must be at least 1", request.worker_threads));
  }
  if (const auto& hedge = request.workload.hedge) {
    const Scenario scenario = request.settings.scenario;
    if (scenario != Scenario::server && scenario != Scenario::single_stream) {
      problems.push_back(
          fmt::format("--hedge: {} sends many samples at once, which fill all workers; take single or "
                      "server",
                      title_of(scenario)));
    }
    if (request.settings.late_frames == LateFrames::drop) {
      problems.emplace_back(
          "--hedge: a camera whose late frames are dropped has one frame in the system; leave one out");
    }
    if (request.worker_threads == 1) {
      problems.emplace_back("--hedge: a second worker must be there to take a copy; use --threads 2");
    }
    constexpr Nanoseconds kShortest = std::chrono::microseconds{10};  // a thread wakes no more often
    if (hedge->after && *hedge->after < kShortest) {
      problems.emplace_back("--hedge: must be at least 10us");
    }
  }
  if (request.realtime_workers && request.workload.name.starts_with("cmd:")) {
    problems.emplace_back(
        "--realtime-workers: the process of a command keeps the normal scheduler; leave it out, or bring a library "
        "(lib:FILE)");
  }
  if (request.workload.name == "llama" && request.settings.mode == TestMode::accuracy) {
    problems.emplace_back("--mode accuracy: workload llama checks a few answers of a performance run; leave it out");
  }
  if (request.warm_up < Nanoseconds::zero()) {
    problems.emplace_back("--warmup: must not be negative");
  }
  if (request.offline_rate && !(*request.offline_rate > 0.0)) {
    problems.push_back(fmt::format("--rate {}: must be above 0", *request.offline_rate));
  }
  if (request.envelope) {
    for (const EnvelopeFault& fault : faults_of(*request.envelope)) {
      problems.push_back(fmt::format("--emulate-envelope: {} {}", fault.key, fault.text));
    }
    if (request.workload.name == "llama") {
      problems.emplace_back("--emulate-envelope: workload llama runs on the real clock only; leave it out");
    }
    if (remote_protocol_of(request.workload.name)) {
      problems.emplace_back("--emulate-envelope: a server does its work elsewhere; use another workload");
    }
    if (request.workload.name == "null") {
      problems.emplace_back(
          "--emulate-envelope: workload null does no work that a lower clock could slow; use another");
    }
  }
  return problems;
}

Nanoseconds expected_duration(const RunRequest& request) {
  const TestSettings& settings = request.settings;
  if (settings.mode == TestMode::accuracy) {
    return Nanoseconds{0};
  }
  if (settings.scenario == Scenario::server) {
    return std::max(settings.min_duration,
                    from_seconds(static_cast<double>(settings.min_query_count) / settings.server_target_qps));
  }
  return settings.min_duration;
}

}  // namespace assay
