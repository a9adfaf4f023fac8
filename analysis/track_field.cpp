#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/format.hpp"
#include "analysis/track_judges.hpp"

namespace assay {

namespace {

constexpr const char* kLoved = "clean";  ///< the model that the clean benchmark prefers
constexpr const char* kRobust = "robust";

struct Series {
  const char* model;
  bool isolated;
  const char* voices;
};

const FieldResult* find(const RealWorldRecord& record, const Series& series, std::size_t condition) {
  FieldResult wanted;
  wanted.model = series.model;
  wanted.isolated = series.isolated;
  wanted.voices = series.voices;
  const FieldResult* const found = result_in(record, wanted, condition);
  return found == nullptr || found->words == 0 ? nullptr : found;
}

/// The mixed field of the highest ratio: where people talk, and not in a storm.
std::optional<std::size_t> mildest_field(const RealWorldRecord& record) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < record.conditions.size(); ++i) {
    const FieldCondition& condition = record.conditions[i];
    if (condition.noise == "mixed" && (!best || condition.snr_lower_db > record.conditions[*best].snr_lower_db)) {
      best = i;
    }
  }
  return best;
}

std::string words_of(const FieldCondition& condition) {
  const std::string echo = condition.rt60_upper_s > 0.0 ? fmt::format(" and echo of {:g} to {:g} s",
                                                                      condition.rt60_lower_s, condition.rt60_upper_s)
                                                        : "";
  return fmt::format("{} (mixed noise{})", condition.name, echo);
}

void add(TrackField& field, const FieldResult* result, bool is_claim, const std::string& what) {
  if (result != nullptr) {
    field.accuracies.push_back(
        {.is_claim = is_claim, .what = what, .share = accuracy_estimate(*result), .words = result->words});
  }
}

/// "983 of 1,000 words, 98.3 % [97.3, 99.0]"
std::string counted(const FieldResult& result) {
  return fmt::format("{} of {} words, {}", format_count(result.correct), format_count(result.words),
                     share_text(accuracy_estimate(result)));
}

/// How far the comparison of two models carries: each is one of many that training could have made.
std::string seeds_text(const RealWorldRecord& record) {
  const auto seeds_of = [&](const char* model) {
    std::set<std::uint32_t> seeds;
    for (const ModelFacts& facts : record.models) {
      if (facts.model == model) {
        seeds.insert(facts.training_seed);
      }
    }
    return seeds.size();
  };
  const std::size_t loved = seeds_of(kLoved);
  const std::size_t robust = seeds_of(kRobust);
  if (loved == 0 || robust == 0) {
    return "From how many training seeds is not recorded.";
  }
  return fmt::format("Each is of {} training {}.", std::min(loved, robust),
                     std::min(loved, robust) == 1 ? "seed, and another may rank otherwise" : "seeds");
}

/// Which of the two models each test prefers, where their intervals are apart.
std::string ranking_sentence(const RealWorldRecord& record, std::size_t in_field) {
  const FieldResult* const loved_clean = find(record, {kLoved, false, "seen"}, 0);
  const FieldResult* const robust_clean = find(record, {kRobust, false, "seen"}, 0);
  const FieldResult* const loved_field = find(record, {kLoved, false, "unseen"}, in_field);
  const FieldResult* const robust_field = find(record, {kRobust, false, "unseen"}, in_field);
  if (loved_clean == nullptr || robust_clean == nullptr || loved_field == nullptr || robust_field == nullptr) {
    return "";
  }
  const EstimateRecord a = accuracy_estimate(*loved_clean);
  const EstimateRecord b = accuracy_estimate(*robust_clean);
  const bool field_decides = *accuracy_estimate(*robust_field).lower > *accuracy_estimate(*loved_field).upper;
  if (!field_decides) {
    return "";
  }
  const std::string clean = fmt::format("{} against {}", counted(*loved_clean), counted(*robust_clean));
  const std::string field = fmt::format("{} against {}", counted(*loved_field), counted(*robust_field));
  const std::string models = "The model trained on clean speech against the one trained with noise: ";
  if (*a.lower > *b.upper) {
    return fmt::format("{}the clean benchmark ranks the two the wrong way round: {} there, and in the field {}. {}",
                       models, clean, field, seeds_text(record));
  }
  if (*b.lower > *a.upper) {
    return fmt::format(
        "{}clean ({}) and in the field ({}) the second is the better one: here the benchmark ranks them "
        "as the field does. {}",
        models, clean, field, seeds_text(record));
  }
  return fmt::format("{}the clean benchmark does not tell them apart ({}); the field does ({}). {}", models, clean,
                     field, seeds_text(record));
}

void add_costs(TrackField& field, const RealWorldRecord& record) {
  for (const TinyOperations& operations : record.operations) {
    const EnergyEstimate estimate = energy_estimate(operations);
    field.sentences.push_back(fmt::format(
        "{} ({}), by itself: ESTIMATE {} to {}, at {:g} a second {} to {}: {} 1 mW by this model.", operations.step,
        operations.arithmetic, format_quantity(estimate.lower_j, "J"), format_quantity(estimate.upper_j, "J"),
        operations.steps_a_second, format_quantity(estimate.lower_w, "W"), format_quantity(estimate.upper_w, "W"),
        estimate.upper_w <= kTinyBudgetW   ? "within"
        : estimate.lower_w <= kTinyBudgetW ? "only with operands reused within"
                                           : "above"));
  }
  if (!record.operations.empty()) {
    field.sentences.emplace_back(
        "The model counts operations and operands (Horowitz, ISSCC 2014, 45 nm) and nothing else; no energy was "
        "measured.");
  }
  for (const TinyTiming& timing : record.timings) {
    field.sentences.push_back(fmt::format(
        "{}: P50 {}, P99 {}; {} of the time of its {} of sound.", timing.step, format_duration(timing.p50_s),
        format_duration(timing.p99_s), format_percent(timing.p50_s / timing.sound_s), format_duration(timing.sound_s)));
  }
  if (record.isolation_latency_s > 0.0) {
    field.sentences.push_back(fmt::format("The isolation's window delays sound by {} besides the time it computes.",
                                          format_duration(record.isolation_latency_s)));
  }
}

}  // namespace

std::optional<TrackField> field_of(const RealWorldRecord& record) {
  const std::optional<std::size_t> in_field = mildest_field(record);
  const FieldResult* const claim = find(record, {kLoved, false, "seen"}, 0);
  const FieldResult* const found = in_field ? find(record, {kLoved, false, "unseen"}, *in_field) : nullptr;
  if (claim == nullptr || found == nullptr) {
    return std::nullopt;
  }
  constexpr double kPoints = 100.0;
  const AccuracyGap gap = gap_of(*found);
  TrackField field{.condition = words_of(record.conditions[*in_field]),
                   .file = {},
                   .sha256 = {},
                   .claim = accuracy_estimate(*claim),
                   .found = accuracy_estimate(*found),
                   .gap = {.point = gap.points / kPoints,
                           .lower = gap.lower / kPoints,
                           .upper = gap.upper / kPoints,
                           .confidence = 0.95,
                           .reason = {}},
                   .accuracies = {},
                   .curves = {},
                   .sentences = {}};
  field.curves = accuracy_curves(record);
  add(field, claim, true, "clean, voices that trained: the usual benchmark");
  add(field, find(record, {kLoved, false, "unseen"}, 0), false, "clean, voices that no training heard");
  add(field, find(record, {kLoved, false, "seen"}, *in_field), false, field.condition + ", voices that trained");
  add(field, found, false, field.condition + ", voices that no training heard");
  add(field, find(record, {kLoved, true, "unseen"}, *in_field), false, "the same behind the isolation network");
  add(field, find(record, {kRobust, false, "unseen"}, *in_field), false, "the same, model trained with noise");
  add(field, find(record, {kRobust, true, "unseen"}, *in_field), false,
      "the same, model trained with noise and isolation");
  field.sentences.push_back(ranking_sentence(record, *in_field));
  std::erase(field.sentences, "");
  add_costs(field, record);
  return field;
}

}  // namespace assay
