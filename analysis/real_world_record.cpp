#include "analysis/real_world_record.hpp"

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

constexpr double kConfidence = 0.95;
constexpr double kNormalQuantile = 1.959963984540054;  // of 0.975

}  // namespace

Accuracy accuracy_of(const FieldResult& result) {
  const auto right = static_cast<double>(result.correct);
  const auto words = static_cast<double>(result.words);
  return {.point = words > 0.0 ? right / words : 0.0,
          .interval = wilson({.successes = right, .trials = words}, kConfidence)};
}

AccuracyGap gap_of(const FieldResult& result) {
  const auto words = static_cast<double>(result.words);
  if (words == 0.0) {
    return {};
  }
  const auto lost = static_cast<double>(result.lost);
  const auto gained = static_cast<double>(result.gained);
  constexpr double kPoints = 100.0;
  const double difference = (lost - gained) / words;
  const double deviation = std::sqrt(std::max(0.0, lost + gained - (lost - gained) * difference)) / words;
  return {.points = kPoints * difference,
          .lower = kPoints * (difference - kNormalQuantile * deviation),
          .upper = kPoints * (difference + kNormalQuantile * deviation)};
}

const FieldResult* result_in(const RealWorldRecord& record, const FieldResult& series, std::size_t condition) {
  const auto found = std::ranges::find_if(record.results, [&](const FieldResult& other) {
    return other.condition == condition && other.model == series.model && other.isolated == series.isolated &&
           other.voices == series.voices;
  });
  return found == record.results.end() ? nullptr : &*found;
}

std::optional<double> snr_crossing(const RealWorldRecord& record, const FieldResult& series, const std::string& noise,
                                   double share) {
  struct Point {
    double snr_db;
    double accuracy;
  };
  std::vector<Point> curve;
  for (std::size_t i = 0; i < record.conditions.size(); ++i) {
    const FieldCondition& condition = record.conditions[i];
    const bool one_value = condition.snr_lower_db == condition.snr_upper_db && condition.rt60_upper_s == 0.0;
    const FieldResult* const result = result_in(record, series, i);
    if (condition.noise == noise && one_value && result != nullptr) {
      curve.push_back({condition.snr_lower_db, accuracy_of(*result).point});
    }
  }
  std::ranges::sort(curve, std::ranges::greater{}, &Point::snr_db);
  for (std::size_t i = 1; i < curve.size(); ++i) {
    const Point& quieter = curve[i - 1];
    const Point& louder = curve[i];
    if (quieter.accuracy >= share && louder.accuracy < share) {
      const double part = (quieter.accuracy - share) / (quieter.accuracy - louder.accuracy);
      return quieter.snr_db + part * (louder.snr_db - quieter.snr_db);
    }
  }
  return std::nullopt;
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
