#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/gpu_check/tail_mark.hpp"

namespace assay::gpu_check {

/// The middle of some values with what it is known to.
struct Spread {
  double median = 0.0;
  std::optional<double> lower;  ///< of the median's 95 % interval, by order statistics; absent below six values
  std::optional<double> upper;
  double least = 0.0;
  double most = 0.0;
  std::size_t count = 0;
  std::string no_interval;  ///< why there is none, where it is not that there are too few values
};
[[nodiscard]] Spread spread_of(std::vector<double> values);

/// What a row is held against.
struct Target {
  std::string text;  ///< ">= 0.90 of datasheet"
  double share = 0.0;
  bool at_most = false;
};

/// One line of the table.
struct Row {
  std::string part;  ///< "memory", "products"
  std::string name;
  std::string unit;
  std::optional<Spread> value;      ///< absent: `note` says why
  std::optional<TailMark> tail;     ///< of latencies, in the same unit
  std::optional<double> reference;  ///< in the same unit
  std::string reference_name;       ///< "datasheet", "measured read x bytes"
  std::optional<double> share;      ///< median / reference
  std::optional<Target> target;
  std::optional<double> sm_clock_hz;  ///< median
  std::string output;                 ///< "right (worst 1e-16, bound 1e-15)"; empty: not checked
  std::string note;

  [[nodiscard]] bool is_wrong() const { return !output.empty() && !output.starts_with("right"); }
  /// "met", "missed", or why it cannot be said.
  [[nodiscard]] std::string verdict() const;
};

/// A word that holds for the whole check.
struct Note {
  std::string name;
  std::string text;
};

struct Findings {
  std::vector<Note> notes;
  std::vector<Row> rows;

  void note(const std::string& name, const std::string& text);
  void add(Row row);  ///< prints it at once, too: a check that is cut off leaves what it had
};

[[nodiscard]] bool has_wrong_output(const Findings& findings);
[[nodiscard]] std::string table_text(const Findings& findings);
[[nodiscard]] std::string json_text(const Findings& findings);

/// Four significant digits.
[[nodiscard]] std::string number_text(double value);

}  // namespace assay::gpu_check
