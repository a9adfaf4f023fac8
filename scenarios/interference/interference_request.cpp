#include "scenarios/interference/interference_request.hpp"

#include <fmt/format.h>

namespace assay {

const char* name_of(Knob knob) {
  switch (knob) {
    case Knob::noise:
      return "noise";
    case Knob::background:
      return "background";
    case Knob::ctxsw:
      return "ctxsw";
    case Knob::memory:
      return "memory";
    case Knob::pcie:
      return "pcie";
  }
  return "";
}

const char* unit_of(Knob knob) {
  switch (knob) {
    case Knob::noise:
      return "bursts/s";
    case Knob::background:
      return "share";
    case Knob::ctxsw:
      return "switches/s";
    case Knob::memory:
    case Knob::pcie:
      return "bytes/s";
  }
  return "";
}

std::vector<std::string> problems_of(const InterferenceRequest& request) {
  using Request = InterferenceRequest;
  constexpr Nanoseconds kShortest = std::chrono::microseconds{10};
  constexpr Nanoseconds kLongest = std::chrono::milliseconds{100};
  constexpr double kLeastRate = 0.01;  // rarer than once in 100 s is nothing that a run could show
  std::vector<std::string> problems;
  double share = request.background_share.value_or(0.0);
  if (request.background_share && !(share > 0.0 && share <= Request::kMostShare * (1 + 1e-6))) {
    problems.push_back(
        fmt::format("--background {:g}%: must be above 0% and at most {:g}%: the system takes the CPU "
                    "from real-time work that asks for more",
                    100 * share, 100 * Request::kMostShare));
  }
  if (request.noise) {
    const NoiseDose& noise = *request.noise;
    share += noise.rate_per_s * seconds(noise.length);
    if (!(noise.rate_per_s >= kLeastRate && noise.rate_per_s <= Request::kMostBursts)) {
      problems.push_back(fmt::format("--noise {:g}: must be at least {:g} and at most {:g} bursts a second",
                                     noise.rate_per_s, kLeastRate, Request::kMostBursts));
    }
    if (noise.length < kShortest || noise.length > kLongest) {
      problems.emplace_back("--noise: a burst must last from 10us to 100ms");
    }
    if (request.source == InjectorSource::stress_ng) {
      problems.emplace_back("--noise: stress-ng of Debian 12 has no Poisson bursts; leave out --with stress-ng");
    }
  }
  if (request.switches_per_s &&
      !(*request.switches_per_s >= kLeastRate && *request.switches_per_s <= Request::kMostSwitches)) {
    problems.push_back(fmt::format("--ctxsw {:g}: must be at least {:g} and at most {:g} switches a second",
                                   *request.switches_per_s, kLeastRate, Request::kMostSwitches));
  }
  if (request.memory_bytes_per_s && request.source == InjectorSource::stress_ng) {
    problems.emplace_back(
        "--membw: what stress-ng reads is not known to anybody but itself; leave out --with stress-ng");
  }
  constexpr double kRounding = 1e-6;  // of a dose that went through text
  if (problems.empty() && share > Request::kMostShare * (1 + kRounding)) {
    problems.push_back(
        fmt::format("--noise and --background together ask for {:.0f}% of each CPU; at most {:g}% can "
                    "be taken",
                    100 * share, 100 * Request::kMostShare));
  }
  if (!request.any() &&
      (!request.cpus.empty() || request.source != InjectorSource::own || request.home != GpuInjectorHome::thread)) {
    problems.emplace_back(
        "--inject-on, --inject-from and --with say how to inject, and nothing is to be injected; add --noise, "
        "--background, --ctxsw, "
        "--membw or --pcie");
  }
  return problems;
}

}  // namespace assay
