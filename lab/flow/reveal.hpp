#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lab/flow/lab_state.hpp"
#include "lab/flow/measured_figure.hpp"

namespace assay {

/// A locked prediction against what was measured after it. Built from recorded runs alone.
struct Reveal {
  std::string predicted;             ///< "25 ms", or the option in words
  std::string measured;              ///< "31.2 ms [29.0, 35.1]", or the option that holds
  std::optional<bool> right;         ///< of a choice with a key
  MeasuredAnswer answer;             ///< of a number
  std::optional<double> factor;      ///< larger / smaller, at least 1; absent where one of them is 0
  std::optional<double> difference;  ///< predicted less measured, in the unit
  bool within = false;               ///< of the measured interval
  bool late = false;                 ///< locked after a run of the part had begun: of no value as a prediction
  /// Of the question about the P99: what each law makes of a mean of 10 and a standard deviation of 5, in the unit.
  std::vector<std::pair<std::string, double>> curves;
  std::vector<std::string> sentences;  ///< "You predicted X, measured Y: off by Z x, too low."
};

/// Nothing before the lock, and nothing before each run that answers the question is there.
[[nodiscard]] std::optional<Reveal> reveal(const LabState& state, std::size_t part, const FlowQuestion& question);

/// "25 ms"
[[nodiscard]] std::string quantity_text(double value, const std::string& unit);

}  // namespace assay
