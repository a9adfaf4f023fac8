#include "harness/doctor.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <thread>

#include "harness/counter_set.hpp"
#include "harness/doctor_verdict.hpp"
#include "harness/effective_clock.hpp"
#include "harness/thread_placement.hpp"

namespace assay {
namespace {

/// What systemd-detect-virt prints; nothing if it is not installed. The only program that doctor starts.
std::optional<std::string> run_detect_virt() {
  struct Closer {
    void operator()(FILE* pipe) const { pclose(pipe); }
  };
  const std::unique_ptr<FILE, Closer> pipe(popen("systemd-detect-virt 2>/dev/null", "re"));
  std::array<char, 128> line{};
  if (pipe == nullptr || std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) == nullptr) {
    return std::nullopt;
  }
  return trimmed(line.data());
}

Reading<std::uint64_t> probe_instructions() {
  CounterSet counters;
  for (const auto& reading : counters.read()) {
    if (reading.event == CounterEvent::instructions) {
      return reading.value;
    }
  }
  return Unavailable{"this build knows no such event"};
}

/// On a thread of its own, so that the caller's binding stays as it was.
void run_on(int cpu, const std::function<void()>& body) {
  std::exception_ptr failure;
  std::thread([&] {
    try {
      pin_this_thread(cpu);
      body();
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) {
    std::rethrow_exception(failure);
  }
}

void replace(std::vector<Finding>& findings, Finding finding) {
  const auto same = std::find_if(findings.begin(), findings.end(),
                                 [&finding](const Finding& other) { return other.check == finding.check; });
  if (same == findings.end()) {
    findings.push_back(std::move(finding));
  } else {
    *same = std::move(finding);
  }
}

}  // namespace

RunConditions conditions_from(const FileSource& files, const Machine& machine, const ConditionRequest& request,
                              const BuildKind& build) {
  using Check = Finding (*)(const CheckInput&);
  constexpr std::array<Check, 21> kChecks{
      check_virtualization, check_allowed_cpus, check_cpu_quota,       check_smt,
      check_core_types,     check_isolation,    check_governor,        check_turbo,
      check_clock,          check_other_load,   check_batch_system,    check_memory,
      check_swap,           check_huge_pages,   check_numa_balancing,  check_temperature,
      check_energy,         check_power_supply, check_perf_permission, check_address_randomisation,
      check_results_folder};
  const CheckInput input{.files = files, .machine = machine, .request = request};
  RunConditions conditions;
  conditions.findings.reserve(kChecks.size() + 1);
  for (const Check check : kChecks) {
    conditions.findings.push_back(check(input));
  }
  conditions.findings.push_back(check_build(build));
  return conditions;
}

RunConditions read_conditions(const Machine& machine, const ConditionRequest& request) {
  return conditions_from(SystemFiles{}, machine, request, current_build());
}

DoctorReport run_doctor(const Machine& machine, Clock& clock, ConditionRequest request, Nanoseconds probe) {
  DoctorReport report;
  report.clock_quality = request.clock_quality ? *request.clock_quality : measure_clock_quality(clock);
  request.clock_quality = report.clock_quality;

  const SystemFiles files;
  const CheckInput input{.files = files, .machine = machine, .request = request};
  report.probed_cpu = request.cpus.empty() ? machine.allowed_cpus().back() : request.cpus.back();
  const auto before = read_cpu_times(files);
  Reading<EffectiveClock> effective = Unavailable{"not measured"};
  run_on(report.probed_cpu, [&] {
    report.jitter = run_jitter_probe(clock, probe);
    effective = measure_effective_clock(clock, KernelThreadMeter{});
  });
  const auto after = read_cpu_times(files);
  if (before && after) {
    report.shares = load_between(*before, *after, sysconf(_SC_CLK_TCK));
  }

  report.findings = read_conditions(machine, request).findings;
  replace(report.findings, check_measured_load(input, report.shares));
  replace(report.findings, check_steal(input, report.shares));
  replace(report.findings, check_detect_virt(input, run_detect_virt()));
  replace(report.findings, check_effective_clock(effective));
  replace(report.findings, check_hardware_counters(probe_instructions()));
  replace(report.findings, check_gpu(read_gpu_presence()));
  report.verdict =
      verdict_of(report.jitter, {.virtual_machine = machine.virtualization != "none", .shares = report.shares});
  return report;
}

}  // namespace assay
