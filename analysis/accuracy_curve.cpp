#include "analysis/accuracy_curve.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace assay {

EstimateRecord accuracy_estimate(const FieldResult& result) {
  const Accuracy accuracy = accuracy_of(result);
  return {.point = accuracy.point,
          .lower = accuracy.interval.lower,
          .upper = accuracy.interval.upper,
          .confidence = 0.95,
          .reason = {}};
}

std::vector<AccuracyCurve> accuracy_curves(const RealWorldRecord& record) {
  constexpr std::array<std::pair<const char*, bool>, 4> kModels{
      {{"clean", false}, {"robust", false}, {"clean", true}, {"robust", true}}};
  std::vector<AccuracyCurve> curves;
  for (const std::string& noise : curve_noises(record)) {
    for (const auto& [model, isolated] : kModels) {
      FieldResult series;
      series.model = model;
      series.isolated = isolated;
      series.voices = "unseen";
      AccuracyCurve curve{.noise = noise, .model = model, .isolated = isolated, .without_noise = {}, .points = {}};
      for (std::size_t i = 0; i < record.conditions.size(); ++i) {
        const FieldCondition& condition = record.conditions[i];
        const FieldResult* const result = result_in(record, series, i);
        if (result == nullptr || result->words == 0) {
          continue;
        }
        if (i == 0) {
          curve.without_noise = accuracy_estimate(*result);
        } else if (condition.noise == noise && condition.rt60_upper_s == 0.0 &&
                   condition.snr_lower_db == condition.snr_upper_db) {
          curve.points.push_back({.snr_db = condition.snr_lower_db, .share = accuracy_estimate(*result)});
        }
      }
      std::ranges::sort(curve.points, std::ranges::greater(), &AccuracyPoint::snr_db);
      if (!curve.points.empty()) {
        curves.push_back(std::move(curve));
      }
    }
  }
  return curves;
}

}  // namespace assay
