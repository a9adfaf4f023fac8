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

/// How long a step took on the machine that evaluated.
struct TinyTiming {
  std::string step;
  std::uint64_t repetitions = 0;
  double p50_s = 0.0;
  double p99_s = 0.0;
  double sound_s = 0.0;  ///< of sound that the step takes further
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

/// How many points fewer than clean, on the same words: the difference of two paired shares with the 95 % interval of
/// Wald from the words that changed sides (Agresti, Categorical Data Analysis, 2002, section 10.1).
struct AccuracyGap {
  double points = 0.0;
  double lower = 0.0;
  double upper = 0.0;
};
[[nodiscard]] AccuracyGap gap_of(const FieldResult& result);

/// The signal-to-noise ratio at which a straight line between the measured points crosses `share`, coming from the
/// quiet end; nothing where no two neighbours lie on both sides.
[[nodiscard]] std::optional<double> snr_crossing(const RealWorldRecord& record, const FieldResult& series,
                                                 const std::string& noise, double share);

/// The result of the same model, isolation and voices in another condition; null if there is none.
[[nodiscard]] const FieldResult* result_in(const RealWorldRecord& record, const FieldResult& series,
                                           std::size_t condition);

/// ESTIMATE, a lower bound: arithmetic and operands from a 32 KiB SRAM in 45 nm at 0.9 V (Horowitz, ISSCC 2014). Lower:
/// each byte is read once for eight uses; upper: once for each. No leakage, clock, instructions or converters, which
/// cost a microcontroller 100 times as much and more.
struct EnergyEstimate {
  double lower_j = 0.0;
  double upper_j = 0.0;
  double lower_w = 0.0;  ///< at steps_a_second
  double upper_w = 0.0;
};
[[nodiscard]] EnergyEstimate energy_estimate(const TinyOperations& operations);
inline constexpr double kTinyBudgetW = 1e-3;

/// assay/realworld/1 (schema/realworld-1.schema.json).
[[nodiscard]] std::string real_world_json(const RealWorldRecord& record);

/// Tables for a terminal.
[[nodiscard]] std::string real_world_text(const RealWorldRecord& record);

}  // namespace assay
