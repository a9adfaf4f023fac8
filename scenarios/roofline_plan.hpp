#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/roofline_measurement.hpp"
#include "harness/machine.hpp"
#include "scenarios/prepared_kernels.hpp"

namespace assay {

/// The parts of a roofline measurement that a person can leave out.
struct RooflineParts {
  bool compute = true;
  bool bandwidth = true;
  bool intensity = true;
  bool latency = true;
  bool dots = true;
};

struct RooflinePlanRequest {
  std::vector<int> cpus;  ///< the first one carries what runs on one thread; not empty
  RooflineParts parts{};
  std::optional<KernelChoice> workload{};  ///< a point of its own, in place of the dots
  bool layers = false;                     ///< and of each of its layers
};

/// What to measure on `machine`, whose memory levels are `levels`, without a sample yet. The kernels' own figures
/// (work, traffic) are left to who makes them. What the machine lacks is in the plan too, with the reason in
/// `unavailable`.
///
/// On one thread: every peak of every instruction set; at every level each access mix with each number of streams, and
/// the dial of intensity; latency at each level in huge and in small pages; the dots. On all threads: the best
/// instruction set, the main mixes and the dial. On 2, 4, 8 ... threads: one peak and one mix from memory.
[[nodiscard]] std::vector<RooflineSubject> plan_roofline(const Machine& machine, const std::vector<MemoryLevel>& levels,
                                                         const RooflinePlanRequest& request);

/// One hardware thread of each core, the fastest first and CPU 0, which serves most interrupts, last. `only` is a
/// person's choice, empty for all. Throws std::invalid_argument naming each CPU that is absent or not allowed.
[[nodiscard]] std::vector<int> roofline_cpus(const Machine& machine, const std::vector<int>& only);

}  // namespace assay
