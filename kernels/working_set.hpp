#pragma once

#include <map>
#include <string>

#include "harness/units.hpp"

namespace assay {

/// The two sizes of a machine that decide how large a working set must and may be.
struct MemoryLimits {
  Bytes last_level_cache;  ///< 0 if the machine hides it
  Bytes memory;            ///< 0 if the machine hides it
};

/// The limits of this machine, detected by hwloc once a process and constant from then on.
[[nodiscard]] const MemoryLimits& memory_limits_here();

/// Size of the three triad arrays together: 4 x the last-level cache, so that under any replacement policy next to
/// least-recently-used no line survives until its next use. (STREAM asks for each array 4 x the cache; one array here
/// has 4/3, but all three pass through it between two uses of a line.) At least 64 MiB, at most 1/8 of the memory.
[[nodiscard]] Bytes default_triad_size(const MemoryLimits& limits);

/// Size of streamed weights: 1.25 x the last-level cache, at least 64 MiB, at most 1/8 of the memory.
[[nodiscard]] Bytes default_weights_size(const MemoryLimits& limits);

/// What a reader must know about a working set of `size`: the last-level cache and whether it is exceeded.
[[nodiscard]] std::map<std::string, std::string> cache_facts(Bytes size, const MemoryLimits& limits);

}  // namespace assay
