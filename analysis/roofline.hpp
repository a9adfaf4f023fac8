#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analysis/ceiling.hpp"
#include "analysis/roofline_knee.hpp"
#include "analysis/roofline_measurement.hpp"

namespace assay {

/// The round knee of one level, from the subjects that dial the intensity there.
struct LevelKnee {
  Knee knee;
  EstimateRecord pi;    ///< flop/s
  EstimateRecord beta;  ///< B/s
  EstimateRecord p;
  EstimateRecord ridge;          ///< flop/byte
  double log_error_round = 0.0;  ///< mean |log error| of the points to the round form
  double log_error_hard = 0.0;   ///< and to min(pi, beta I)
  std::vector<Knee> draws;       ///< of the bootstrap; empty without intervals
  std::size_t rounds = 0;
};

/// What the bootstrap says of the attainable rate at an intensity. flop/s.
[[nodiscard]] EstimateRecord attainable(const LevelKnee& knee, double flops_per_byte, const BootstrapPlan& plan);

/// The slopes of one memory level for one number of threads. Indices are of Roofline::ceilings.
struct LevelRoofs {
  std::string level;
  bool asked_for = false;            ///< a bandwidth of this level on this many threads was to be measured
  std::optional<std::size_t> slope;  ///< the best mix of accesses
  std::vector<std::size_t> mixes;    ///< every other usable one, also of fewer threads, fastest first
  std::string reason;                ///< why there is no slope
  std::string doubt;                 ///< a mix without enough clean samples whose fastest one lies above the slope
  EstimateRecord ridge;              ///< flat roof / slope, flop/byte; with a reason where there is none
  std::vector<std::size_t> points;   ///< usable settings of the dial, ascending intensity
  std::optional<LevelKnee> knee;
  std::string knee_reason;
};

/// The roofs that bound code of one data type on one number of threads. Where no arithmetic was to be measured there is
/// one set without a flat roof for each number of threads, of f64.
struct RoofSet {
  std::size_t threads = 1;
  std::string dtype;       ///< "f64"
  std::string work_unit;   ///< "flop" or "op": the two never share a roof
  bool asked_for = false;  ///< arithmetic of this set was to be measured
  /// The best multiply-add: code like a matrix product is bounded by it. Where no kernel of the set is one, the best.
  std::optional<std::size_t> flat;
  /// The other usable flat ceilings, also of fewer threads, fastest first: higher ones (an extra addition beside each
  /// multiply-add) and lower ones (narrower instructions).
  std::vector<std::size_t> others;
  std::string reason;  ///< why there is no flat roof
  std::string doubt;   ///< a multiply-add without enough clean samples whose fastest one lies above the roof
  std::vector<LevelRoofs> levels;

  [[nodiscard]] const LevelRoofs* level(const std::string& name) const;
};

/// Everything that is computed from a RooflineMeasurement.
struct Roofline {
  RooflineFitOptions options;
  std::vector<Ceiling> ceilings;  ///< one for each subject, in their order
  std::vector<RoofSet> sets;      ///< by work unit, data type and threads, ascending; floating point first

  /// nullptr if there is none.
  [[nodiscard]] const RoofSet* set(std::size_t threads, const std::string& dtype, const std::string& work_unit) const;
};

/// Fits all of it; the same measurement and options give the same result. Never throws for what was measured: what
/// cannot be had carries its reason. About 0.3 s for 150 subjects of 100 samples.
[[nodiscard]] Roofline fit_roofline(const RooflineMeasurement& measurement, const RooflineFitOptions& options = {});

/// The ratio of two estimates, with its interval from the draws that they share.
[[nodiscard]] EstimateRecord ratio_of(const Ceiling& numerator, const Ceiling& denominator, const BootstrapPlan& plan);

}  // namespace assay
