#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/unavailable.hpp"
#include "harness/units.hpp"

namespace assay {

/// Median latency of dependent accesses to a working set of that size.
struct LatencyPoint {
  std::uint64_t bytes = 0;
  double latency_ns = 0.0;
};

/// Sizes over which the latency hardly changes: they live in one level of the memory.
struct LatencyPlateau {
  double latency_ns = 0.0;        ///< median of the plateau
  std::uint64_t first_bytes = 0;  ///< smallest and
  std::uint64_t last_bytes = 0;   ///< largest measured size at this latency: the capacity is at least this ...
  std::optional<std::uint64_t> beyond_bytes;  ///< ... and below this, the next measured size; empty on the last one
};

struct LatencyKnees {
  std::vector<LatencyPlateau> plateaus;  ///< in order of size
  std::string reason;  ///< why there are none, or what makes the last one doubtful; empty if all is clear
};

/// Finds the plateaus of a sweep of sizes: an optimal segmentation of log(latency) into constant stretches with a price
/// for each further one (least absolute deviations, so that single disturbed points do not matter), of which those that
/// are long and flat are plateaus and the others the way from one to the next. A slow drift, as translations of small
/// pages cause it, does not split a plateau. Needs points at most a factor sqrt(2) apart over several octaves; any
/// order. Points that are not positive and finite are refused in `reason`.
[[nodiscard]] LatencyKnees find_latency_knees(std::span<const LatencyPoint> points);

/// For each cache that the machine reports (capacities, smallest first): the measured capacity, from the plateau that
/// ends beyond the cache before and not far beyond the cache itself and is much faster than the last one; or why there
/// is none. Sweep with huge pages: with small ones, page walks bend the curve of memory as a cache would.
[[nodiscard]] std::vector<Reading<Bytes>> measured_capacities(const LatencyKnees& knees,
                                                              std::span<const Bytes> reported);

}  // namespace assay
