#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "analysis/roofline_measurement.hpp"
#include "harness/machine.hpp"
#include "harness/unavailable.hpp"
#include "harness/units.hpp"

namespace assay {

/// The memory levels of `machine`, smallest first, DRAM last, and what one thread works on at each. `measured` has the
/// capacity of each cache as a sweep of sizes found it, in the order of machine.data_caches; it may be shorter.
///
/// L1: a quarter of the cache, since something else always uses the rest (24 of 32 KiB already cost a quarter of the
/// bandwidth on a guest). Further caches: the geometric middle between twice the level below and half of the smaller of
/// the reported and the measured capacity. DRAM: four times the last cache, 64 MiB at least and `memory_limit` at most.
[[nodiscard]] std::vector<MemoryLevel> roofline_levels(const Machine& machine,
                                                       const std::vector<Reading<Bytes>>& measured,
                                                       std::uint64_t memory_limit);

/// What each of `threads` threads works on at levels[index] so that all of them together stay in it: less than alone
/// where they share the cache, and never so little that the level below would hold it. In DRAM the threads share out
/// what one thread alone would use.
[[nodiscard]] std::uint64_t working_set_of_team(const Machine& machine, const std::vector<MemoryLevel>& levels,
                                                std::size_t index, std::size_t threads);

}  // namespace assay
