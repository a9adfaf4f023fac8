#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "analysis/roofline_measurement.hpp"
#include "harness/clock.hpp"
#include "harness/machine.hpp"
#include "harness/sampling_team.hpp"
#include "harness/unavailable.hpp"
#include "harness/units.hpp"

namespace assay {

/// Latency against size, and the capacities that it shows.
struct LevelSweep {
  std::vector<RooflineSubject> subjects;  ///< one a size, ascending
  /// Of each data cache in ascending level, or why the curve does not show it.
  std::vector<Reading<Bytes>> capacities;
};

/// The sizes of a sweep: from 4 KiB up to twice the last cache in half powers of two, as far as all of them together
/// fit `memory_limit`.
[[nodiscard]] std::vector<std::uint64_t> sweep_sizes(std::uint64_t last_level_cache, std::uint64_t memory_limit);

/// Chases pointers through each size on the first thread of `team`, a few samples each in five rounds.
[[nodiscard]] LevelSweep sweep_levels(SamplingTeam& team, Clock& clock, const Machine& machine,
                                      std::uint64_t memory_limit, std::uint64_t seed, const std::stop_token& stop);

}  // namespace assay
