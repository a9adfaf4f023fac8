#include "analysis/real_world_record.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/estimate_record.hpp"

namespace assay {
namespace {

struct CurvePoint {
  double snr_db;
  Accuracy accuracy;
};

bool is_on_curve(const FieldCondition& condition) {
  return !condition.noise.empty() && condition.noise != "mixed" && condition.rt60_upper_s == 0.0 &&
         condition.snr_lower_db == condition.snr_upper_db;
}

/// Points from the quiet end.
template <class Height>
std::optional<double> first_below(const std::vector<CurvePoint>& curve, double share, const Height& height) {
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const double here = height(curve[i].accuracy);
    if (here >= share) {
      continue;
    }
    if (i == 0) {
      return std::nullopt;
    }
    const double quieter = height(curve[i - 1].accuracy);
    const double part = (quieter - share) / (quieter - here);
    return curve[i - 1].snr_db + part * (curve[i].snr_db - curve[i - 1].snr_db);
  }
  return std::nullopt;
}

}  // namespace

Accuracy accuracy_of(const FieldResult& result) {
  const auto right = static_cast<double>(result.correct);
  const auto words = static_cast<double>(result.words);
  return {.point = words > 0.0 ? right / words : 0.0,
          .interval = wilson({.successes = right, .trials = words}, kUsualConfidence)};
}

AccuracyGap gap_of(const FieldResult& result) {
  if (result.words == 0) {
    return {};
  }
  const auto words = static_cast<double>(result.words);
  const auto lost = static_cast<double>(result.lost);
  const auto gained = static_cast<double>(result.gained);
  const auto here = static_cast<double>(result.correct);
  const double clean = here + lost - gained;
  const double both = here - gained;
  const double neither = words - both - lost - gained;
  const ShareInterval of_clean = wilson({.successes = clean, .trials = words}, kUsualConfidence);
  const ShareInterval of_here = wilson({.successes = here, .trials = words}, kUsualConfidence);
  const double product = both * neither - lost * gained;
  const double corrected = product > 0.0 ? std::max(0.0, product - words / 2.0) : product;
  const double margins = clean * (words - clean) * here * (words - here);
  const double correlation = margins > 0.0 ? corrected / std::sqrt(margins) : 0.0;
  const auto side = [correlation](double one, double other) {
    return std::sqrt(std::max(0.0, one * one - 2.0 * correlation * one * other + other * other));
  };
  constexpr double kPoints = 100.0;
  const double difference = (lost - gained) / words;
  return {.points = kPoints * difference,
          .lower = kPoints * (difference - side(clean / words - of_clean.lower, of_here.upper - here / words)),
          .upper = kPoints * (difference + side(of_clean.upper - clean / words, here / words - of_here.lower))};
}

const FieldResult* result_in(const RealWorldRecord& record, const FieldResult& series, std::size_t condition) {
  const auto found = std::ranges::find_if(record.results, [&](const FieldResult& other) {
    return other.condition == condition && other.model == series.model && other.isolated == series.isolated &&
           other.voices == series.voices;
  });
  return found == record.results.end() ? nullptr : &*found;
}

SnrCrossing snr_crossing(const RealWorldRecord& record, const FieldResult& series, const std::string& noise,
                         double share) {
  std::vector<CurvePoint> curve;
  for (std::size_t i = 0; i < record.conditions.size(); ++i) {
    const FieldCondition& condition = record.conditions[i];
    const FieldResult* const result = result_in(record, series, i);
    if (condition.noise == noise && is_on_curve(condition) && result != nullptr) {
      curve.push_back({condition.snr_lower_db, accuracy_of(*result)});
    }
  }
  std::ranges::sort(curve, std::ranges::greater{}, &CurvePoint::snr_db);
  return {.point_db = first_below(curve, share, [](const Accuracy& accuracy) { return accuracy.point; }),
          .lower_db = first_below(curve, share, [](const Accuracy& accuracy) { return accuracy.interval.upper; }),
          .upper_db = first_below(curve, share, [](const Accuracy& accuracy) { return accuracy.interval.lower; })};
}

std::vector<std::string> curve_noises(const RealWorldRecord& record) {
  std::vector<std::string> noises;
  for (const FieldCondition& condition : record.conditions) {
    if (is_on_curve(condition) && std::ranges::find(noises, condition.noise) == noises.end()) {
      noises.push_back(condition.noise);
    }
  }
  return noises;
}

EnergyEstimate energy_estimate(const TinyOperations& operations) {
  // Picojoules, Horowitz, "Computing's energy problem", ISSCC 2014: an 8-bit product 0.2 with a 32-bit addition 0.1; a
  // float product 3.7 with its addition 0.9; 8 bytes from a cache of 32 KiB 20.
  constexpr double kPicojoule = 1e-12;
  constexpr double kByte = 20.0 / 8.0;
  constexpr double kReuse = 8.0;
  const double product = operations.arithmetic == "i8" ? 0.2 + 0.1 : 3.7 + 0.9;
  const double memory = operations.bytes_a_product * kByte;
  EnergyEstimate estimate{.lower_j = operations.products * (product + memory / kReuse) * kPicojoule,
                          .upper_j = operations.products * (product + memory) * kPicojoule};
  estimate.lower_w = estimate.lower_j * operations.steps_a_second;
  estimate.upper_w = estimate.upper_j * operations.steps_a_second;
  return estimate;
}

}  // namespace assay
