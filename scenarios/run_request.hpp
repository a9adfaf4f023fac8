#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/system_limits.hpp"
#include "loadgen/test_settings.hpp"
#include "scenarios/interference/interference_request.hpp"
#include "scenarios/thermal_envelope.hpp"
#include "scenarios/workload.hpp"

namespace assay {

/// That what is sustained shall be audited, with the machine watched beside the work.
struct SoakRequest {
  std::optional<double> ambient_c;  ///< of the room
};

/// One measurement as a person asked for it.
struct RunRequest {
  WorkloadRequest workload;
  TestSettings settings;               ///< expected latency is filled in from the warm-up
  std::optional<double> offline_rate;  ///< sizes the Offline query; absent: what the warm-up shows
  std::uint64_t seed = 0;              ///< of the workload's inputs, and where `settings.seeds` came from
  int worker_threads = 0;              ///< 0: as many as the cores left over by the issuing threads
  std::vector<int> cpus;               ///< only these; empty: all allowed
  Nanoseconds warm_up = std::chrono::milliseconds{500};
  InterferenceRequest interference;
  std::optional<SoakRequest> soak;
  SystemLimits limits;                      ///< as the result says them; what they ask for is in the other members
  std::optional<ThermalEnvelope> envelope;  ///< lowers the clock as such a device would: the run is EMULATED
  bool spin = false;                        ///< workers spin for their next sample instead of sleeping
  bool realtime = false;                    ///< SCHED_FIFO for the issuing threads, where the system allows it
  bool realtime_workers = false;  ///< SCHED_FIFO for the workers, above what is injected, where the system allows it
  bool pinned = true;             ///< each thread on a CPU of its own; false: anywhere in the placement
  bool share_cpus = false;        ///< workers also on the CPUs of the issuing threads
  bool huge_pages = true;         ///< ask for them; false: keep them away from the process
  bool lock_memory = false;       ///< all memory of the process touched and locked before the warm-up

  /// How many threads issue: more than one only in Server.
  [[nodiscard]] int issuing_threads() const;
};

/// Everything that makes no sense in the request, one line each; empty if it can be run.
[[nodiscard]] std::vector<std::string> problems_of(const RunRequest& request);

/// How long the measured phase should take at least.
[[nodiscard]] Nanoseconds expected_duration(const RunRequest& request);

}  // namespace assay
