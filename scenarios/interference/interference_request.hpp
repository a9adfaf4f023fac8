#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/time.hpp"

namespace assay {

/// What can be injected beside a measurement.
enum class Knob {
  noise,       ///< Poisson bursts that preempt the victim
  background,  ///< a share of the victim's CPUs, taken by a duty cycle under feedback
  ctxsw,       ///< context switches forced on the victim's CPUs
  memory,      ///< bandwidth taken from the memory that all cores share
  pcie,        ///< bandwidth taken from the link between host and GPU
};
[[nodiscard]] const char* name_of(Knob knob);  ///< "noise"
[[nodiscard]] const char* unit_of(Knob knob);  ///< "bursts/s", "share", "switches/s", "bytes/s"; on each CPU

/// Bursts on each CPU: their mean rate and the CPU time that each takes.
struct NoiseDose {
  double rate_per_s = 0.0;
  Nanoseconds length{0};
};

/// Who injects: our own processes, or stress-ng where it is installed.
enum class InjectorSource { own, stress_ng };

/// What loads a GPU: a thread of the measuring process, through a stream of its own in the same context; or a process
/// with a context of its own, which the card runs in turn with the victim's where MPS does not merge the two.
enum class GpuInjectorHome { thread, process };

/// How the injectors stand against the victim.
enum class InjectorPriority {
  strongest,  ///< SCHED_FIFO where the system allows it, else nice -10, else as every process
  ordinary,   ///< SCHED_OTHER, nice 0: what a user without rights gets
};

/// The load that a person asked to inject beside one run.
struct InterferenceRequest {
  std::optional<NoiseDose> noise;
  std::optional<double> background_share;    ///< of each CPU, in (0, kMostShare]
  std::optional<double> switches_per_s;      ///< on each CPU
  std::optional<double> memory_bytes_per_s;  ///< read, by one process beside the victim
  std::optional<double> pcie_bytes_per_s;    ///< between host and GPU, both directions together
  std::vector<int> cpus;                     ///< where to inject; empty: the workers' CPUs
  InjectorSource source = InjectorSource::own;
  GpuInjectorHome home = GpuInjectorHome::thread;  ///< of what loads a GPU
  InjectorPriority priority = InjectorPriority::strongest;

  [[nodiscard]] bool any() const {
    return noise || background_share || switches_per_s || memory_bytes_per_s || pcie_bytes_per_s;
  }

  /// Linux gives real-time tasks 95 % of each second (sched_rt_runtime_us); an injector that takes more stalls for
  /// tens of milliseconds, which nobody asked for.
  static constexpr double kMostShare = 0.9;
  static constexpr double kMostSwitches = 20'000.0;
  static constexpr double kMostBursts = 10'000.0;
};

/// Everything that makes no sense in the request, one line each, naming the flag.
[[nodiscard]] std::vector<std::string> problems_of(const InterferenceRequest& request);

}  // namespace assay
