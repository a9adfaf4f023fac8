#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "analysis/gbench_file.hpp"
#include "analysis/run_document.hpp"

namespace assay {

/// What a benchmark's repetitions say together.
struct GbenchRow {
  std::string name;
  std::string label;
  GbenchTime time = GbenchTime::cpu;
  std::size_t repetition_count = 0;
  /// Median time of an iteration over the repetitions, by the clock that `time` names, with the 95 % interval by order
  /// statistics. Without enough repetitions the reason says how many are missing.
  EstimateRecord time_s;
  std::map<std::string, double> counters;  ///< median over the repetitions that have it
  std::string error;                       ///< why it was skipped; empty if it was not
};

/// The benchmarks in the order of the file.
[[nodiscard]] std::vector<GbenchRow> gbench_rows(const GbenchFile& file);

/// What a careful reader of the file should know, one line each: other load on the machine, a clock that may change,
/// times that are CPU time, threads, values that were not finite.
[[nodiscard]] std::vector<std::string> gbench_warnings(const GbenchFile& file);

}  // namespace assay
