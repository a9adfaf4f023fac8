#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/fleet_risk.hpp"
#include "analysis/threshold_fit.hpp"
#include "lab/flow/lab_state.hpp"

namespace assay {

/// The dose of one control at which the percentile leaves its window, from the runs in which no other one was turned
/// up.
struct ControlThreshold {
  std::string control;
  std::string unit;
  std::size_t levels = 0;  ///< runs that it rests on, the ones without any load included
  std::optional<double> threshold;
  std::optional<double> lower;
  std::optional<double> upper;
  std::optional<double> highest_ok;       ///< dose, as achieved, that kept the window by itself
  std::optional<double> lowest_violated;  ///< and that broke it
  std::string reason;                     ///< why there is no threshold, or no end of its interval
};

/// One for each control of the part that was turned up alone in at least one run that counts.
[[nodiscard]] std::vector<ControlThreshold> control_thresholds(const LabState& state, std::size_t number);

/// The share of slow queries of the part's last run that has one, and what it means for a fleet.
struct FleetEvidenceRun {
  std::string run_file;
  FleetRisk risk;
  double needed_share_1000 = 0.0;  ///< so that a failure among 1,000 stays at 1 %
};
[[nodiscard]] std::optional<FleetEvidenceRun> fleet_of(const LabState& state, std::size_t part);

}  // namespace assay
