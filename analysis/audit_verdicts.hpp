#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/estimate_record.hpp"

// The small records of what an audit concludes. Numbers of systems are places in AuditRecord::systems.

namespace assay {

enum class CrossoverState {
  crosses,    ///< each system wins on one side of an intensity
  dominates,  ///< one roof is the higher everywhere
  undecided,  ///< intervals overlap
  absent,     ///< a system has no roofs
};

/// Where the roofs of two systems meet.
struct AuditCrossover {
  std::size_t a = 0;
  std::size_t b = 1;
  CrossoverState state = CrossoverState::absent;
  std::optional<std::size_t> wins_below;  ///< the system with more bandwidth
  std::optional<std::size_t> wins_above;  ///< the system with the higher peak
  EstimateRecord intensity;               ///< work/byte at which they tie; only where they cross
  EstimateRecord bandwidth_ratio;         ///< B over A: their ratio far below
  EstimateRecord peak_ratio;              ///< and far above
  std::string sentence;
};

/// B over A of the lighthouse's throughput.
struct AuditComparison {
  std::size_t a = 0;
  std::size_t b = 1;
  EstimateRecord measured;
  EstimateRecord predicted;
  std::optional<std::uint64_t> more_repeats;  ///< that would tell the two apart, on each side
};

enum class ClaimOutcome { supported, refuted, undecided, not_available, withheld };
[[nodiscard]] std::string name_of(ClaimOutcome outcome);  ///< "SUPPORTED", ..., "WITHHELD"

/// "B is 2x more efficient than A": B over A is at least the factor, by a metric of which more is better.
struct AuditClaim {
  double factor = 2.0;
  std::string metric = "throughput";
  ClaimOutcome outcome = ClaimOutcome::not_available;
  EstimateRecord measured;                    ///< B over A; of P99 A over B
  EstimateRecord predicted;                   ///< of throughput only
  std::optional<std::uint64_t> more_repeats;  ///< that would decide
  std::string sentence;
};

/// How one system stands to the others on the axes in use.
struct ParetoPoint {
  bool placed = false;                      ///< it has a measured figure on every axis in use
  std::optional<std::size_t> dominated_by;  ///< at least as good on every axis, better on one, beyond the intervals
  std::string sentence;
};

/// The order of the measured systems by throughput.
struct AuditRanking {
  std::vector<std::size_t> order;      ///< by point, best first
  std::vector<bool> above_next;        ///< beyond the intervals; one for each but the last
  std::vector<std::string> sentences;  ///< one for each neighbouring pair
};

}  // namespace assay
