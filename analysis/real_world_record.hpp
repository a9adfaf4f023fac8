#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/binomial_interval.hpp"

namespace assay {

/// Where a word was spoken. Ranges are uniform; a condition of one value has equal ends.
struct FieldCondition {
  std::string name;   ///< "clean", "babble 10 dB", "echo 0.4 s", "field 10 to 20 dB"
  std::string noise;  ///< a kind, "mixed", or "" for none
  double snr_lower_db = 0.0;
  double snr_upper_db = 0.0;
  double rt60_lower_s = 0.0;  ///< 0: no echo
  double rt60_upper_s = 0.0;

  friend bool operator==(const FieldCondition&, const FieldCondition&) = default;
};

/// What one model made of the same words in one condition.
struct FieldResult {
  std::string model;          ///< "clean", "robust"
  bool isolated = false;      ///< behind the isolation network
  std::string voices;         ///< "unseen", "seen" or "real"
  std::size_t condition = 0;  ///< in RealWorldRecord::conditions
  std::uint64_t words = 0;
  std::uint64_t correct = 0;
  std::uint64_t lost = 0;    ///< right when clean, wrong here
  std::uint64_t gained = 0;  ///< wrong when clean, right here
};

/// The 95 % interval of a percentile of times, as runs have it: by order statistics, widened where calls in a row
/// depend on each other. An end that the calls cannot carry is absent, with the reason.
struct TimeLimits {
  std::optional<double> lower_s;
  std::optional<double> upper_s;
  std::string reason;
};

/// How long a step took on the machine that evaluated: calls in a row, nothing beside them of our own.
struct TinyTiming {
  std::string step;
  std::uint64_t repetitions = 0;
  double p50_s = 0.0;
  double p99_s = 0.0;
  double sound_s = 0.0;  ///< of sound that the step takes further
  TimeLimits p50_limits = {};
  TimeLimits p99_limits = {};
};

/// Counted operations of a step; what they would cost is an estimate.
struct TinyOperations {
  std::string step;
  std::string arithmetic;        ///< "i8" or "f32"
  double products = 0.0;         ///< each with its addition
  double bytes_a_product = 0.0;  ///< operands that it reads
  double steps_a_second = 0.0;
};

struct ModelFacts {
  std::string model;
  std::uint32_t training_seed = 0;
  std::uint64_t file_bytes = 0;
};

/// The result of RealWorld on the Tiny track.
struct RealWorldRecord {
  std::string created;  ///< UTC, ISO 8601
  std::string program;  ///< version
  std::uint64_t seed = 0;
  std::vector<ModelFacts> models;
  std::vector<FieldCondition> conditions;  ///< the first is clean
  std::vector<FieldResult> results;
  std::vector<TinyTiming> timings;
  std::vector<TinyOperations> operations;
  double isolation_latency_s = 0.0;  ///< what its window delays sound by, besides the time it computes
  bool interrupted = false;
};

/// Share of right answers with a 95 % interval of Wilson.
struct Accuracy {
  double point = 0.0;
  ShareInterval interval;
};
[[nodiscard]] Accuracy accuracy_of(const FieldResult& result);

/// How many points fewer than clean, on the same words: the difference of two paired shares with its 95 % interval from
/// Wilson's intervals of both and their correlation (Newcombe, Statistics in Medicine 17, 1998, 2635, method 10). It
/// keeps a width where no word changed sides.
struct AccuracyGap {
  double points = 0.0;
  double lower = 0.0;
  double upper = 0.0;
};
[[nodiscard]] AccuracyGap gap_of(const FieldResult& result);

/// Where accuracy falls below a share, coming from the quiet end: interpolated by straight lines between the measured
/// ratios. `point_db` on the accuracies themselves, `lower_db` on the upper ends of their Wilson intervals, `upper_db`
/// on the lower ends. Absent where that line is below the share from its start or nowhere.
struct SnrCrossing {
  std::optional<double> point_db;
  std::optional<double> lower_db;
  std::optional<double> upper_db;
};
[[nodiscard]] SnrCrossing snr_crossing(const RealWorldRecord& record, const FieldResult& series,
                                       const std::string& noise, double share);

/// The noises that have curves against the ratio, each once, in the order of the conditions.
[[nodiscard]] std::vector<std::string> curve_noises(const RealWorldRecord& record);

/// The result of the same model, isolation and voices in another condition; null if there is none.
[[nodiscard]] const FieldResult* result_in(const RealWorldRecord& record, const FieldResult& series,
                                           std::size_t condition);

/// ESTIMATE, a lower bound: arithmetic and operands from a 32 KiB SRAM in 45 nm at 0.9 V (Horowitz, ISSCC 2014). Lower:
/// each byte is read once for eight uses; upper: once for each. Not counted: the front end, requantisation, leakage,
/// the clock, fetching instructions, converters. For scale: kMicrocontrollerJ.
struct EnergyEstimate {
  double lower_j = 0.0;
  double upper_j = 0.0;
  double lower_w = 0.0;  ///< at steps_a_second
  double upper_w = 0.0;
};
[[nodiscard]] EnergyEstimate energy_estimate(const TinyOperations& operations);
inline constexpr double kTinyBudgetW = 1e-3;
/// A window of the same network on the reference microcontroller of MLPerf Tiny, about (edge-ai-vision.com, October
/// 2021).
inline constexpr double kMicrocontrollerJ = 7300e-6;

/// assay/realworld/1 (schema/realworld-1.schema.json).
[[nodiscard]] std::string real_world_json(const RealWorldRecord& record);

/// Tables for a terminal.
[[nodiscard]] std::string real_world_text(const RealWorldRecord& record);

}  // namespace assay
