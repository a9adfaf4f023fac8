#include "scenarios/interference/knob_survey.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <stdexcept>

#include "harness/gpu_presence.hpp"
#include "kernels/gpu/gpu_plugin.hpp"
#include "scenarios/interference/injector_process.hpp"
#include "scenarios/interference/stress_ng.hpp"

namespace assay {
namespace {

/// The scheduling that an injector gets here, by starting one that hardly works.
Reading<std::string> scheduling_here() {
  const int cpu = sched_getcpu();
  try {
    const InjectorProcess trial(
        {.loop = DutyLoop{.share = 0.01}, .cpu = cpu < 0 ? 0 : cpu, .seed = 0, .time_limit = std::chrono::seconds{1}});
    return trial.scheduling();
  } catch (const std::runtime_error& error) {
    return Unavailable{error.what()};
  }
}

std::string strength(const std::string& scheduling, const FileSource& files) {
  if (scheduling.starts_with("SCHED_FIFO")) {
    const auto runtime = files.read_integer("/proc/sys/kernel/sched_rt_runtime_us");
    const auto period = files.read_integer("/proc/sys/kernel/sched_rt_period_us");
    const std::string limit = runtime && period && *runtime > 0 && *period > 0
                                  ? fmt::format("; the system grants real-time work {:.0f} % of a CPU",
                                                100.0 * static_cast<double>(*runtime) / static_cast<double>(*period))
                                  : "";
    return scheduling + ": preempts every ordinary process at once" + limit;
  }
  return scheduling + ": shares the CPU with the victim, so beside a busy one it gets about half at most";
}

}  // namespace

std::vector<KnobFinding> survey_knobs(const FileSource& files) {
  const Reading<std::string> scheduling = scheduling_here();
  const Reading<std::string> own = scheduling ? Reading<std::string>(strength(*scheduling, files))
                                              : Reading<std::string>(Unavailable{scheduling.reason()});
  std::vector<KnobFinding> findings{{"noise", own ? "--noise 80x1ms" : "", own},
                                    {"background", own ? "--background 50%" : "", own},
                                    {"ctxsw", own ? "--ctxsw 1k" : "", own},
                                    {"memory", own ? "--membw 4GB/s" : "", own}};
  const Reading<std::string> other = stress_ng_version();
  for (const auto& [name, flag] : {std::pair{"background (stress-ng)", "--background 50% --with stress-ng"},
                                   std::pair{"ctxsw (stress-ng)", "--ctxsw 1k --with stress-ng"}}) {
    findings.push_back({name, other ? flag : "", other});
  }
  Reading<GpuPresence> gpu = read_gpu_presence();
  if (gpu) {
    if (const Reading<GpuPlugin> plugin = open_gpu_plugin(); !plugin) {
      gpu = Unavailable{plugin.reason()};
    }
  }
  findings.push_back(
      {"GPU", gpu ? "--device cuda:0 --pcie 10GB/s" : "",
       gpu ? Reading<std::string>(fmt::format("{}: with --device the knobs load the card itself, and --pcie its link",
                                              fmt::join(gpu->names, ", ")))
           : Reading<std::string>(Unavailable{gpu.reason()})});
  return findings;
}

}  // namespace assay
