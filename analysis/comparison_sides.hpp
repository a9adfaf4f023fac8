#pragma once

#include <string>
#include <vector>

#include "analysis/run_document.hpp"

// What may be compared with what, and what differs all the same: the members of the comparability key in words, the
// state of the runs, and the conditions that a reader should know.

namespace assay {

/// One side of a comparison as it was given: repeats of one workload and scenario, or several such sets.
struct ComparisonSide {
  std::string name;    ///< for people: the file or folder as typed
  std::string system;  ///< what was taken away from the machine, of a bundle: "cpus 0, simd sse2"; empty: nothing
  std::vector<RunDocument> runs;
};

/// Something that differs between the sides and does not forbid the comparison.
struct SoftDifference {
  std::string what;  ///< "kernel"
  std::string a;     ///< every value there is, "6.1.0-28, 6.1.0-30"; "not recorded"
  std::string b;

  friend bool operator==(const SoftDifference&, const SoftDifference&) = default;
};

/// The key by which runs are put together: comparability_key(), or, across envelopes, that of the same run without
/// its emulated clock.
[[nodiscard]] std::string grouping_key(const RunDocument& run, bool across_envelopes);

/// Which members of the two keys differ, in words: "workload parameter n: 256 in A, 512 in B". Empty for equal keys.
[[nodiscard]] std::vector<std::string> key_differences(const RunDocument& a, const RunDocument& b,
                                                       bool across_envelopes);

/// Why repeats of equal keys do not compare, each with its remedy: INVALID, interrupted or changed runs, a run that is
/// on both sides, synthetic against real.
[[nodiscard]] std::vector<std::string> refusals(const ComparisonSide& a, const ComparisonSide& b);

/// Instrument, place and conditions that the two sides do not share, in a fixed order.
[[nodiscard]] std::vector<SoftDifference> soft_differences(const ComparisonSide& a, const ComparisonSide& b);

/// Why it is no regression verdict but a comparison of systems: "machine class: c:51aa in A, c:77b0 in B". Empty:
/// equal machine class, compiler and build, the whole machine on each side.
[[nodiscard]] std::vector<std::string> cross_machine_reasons(const ComparisonSide& a, const ComparisonSide& b);

/// What a reader should know of how the runs were made: A wholly before B, CPU time that others took, runs of several
/// machines on one side.
[[nodiscard]] std::vector<std::string> conduct_notes(const ComparisonSide& a, const ComparisonSide& b);

}  // namespace assay
