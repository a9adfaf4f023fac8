#pragma once

#include <string>
#include <vector>

#include "analysis/estimate_record.hpp"
#include "analysis/real_world_record.hpp"

namespace assay {

struct AccuracyPoint {
  double snr_db = 0.0;
  EstimateRecord share;
};

/// Accuracy of one model against the signal-to-noise ratio in one noise, on voices that no training heard.
struct AccuracyCurve {
  std::string noise;
  std::string model;  ///< "clean", "robust"
  bool isolated = false;
  EstimateRecord without_noise;       ///< the same words clean; without a point where that was not measured
  std::vector<AccuracyPoint> points;  ///< by falling ratio
};

/// The curves of a result, by noise, then by model; a model without a point in a noise has none there.
[[nodiscard]] std::vector<AccuracyCurve> accuracy_curves(const RealWorldRecord& record);

/// Share of right answers with Wilson's 95 % interval.
[[nodiscard]] EstimateRecord accuracy_estimate(const FieldResult& result);

}  // namespace assay
