#include <nlohmann/json.hpp>

#include "analysis/estimate_record.hpp"
#include "analysis/json_values.hpp"
#include "analysis/real_world_record.hpp"

namespace assay {
namespace {

using Json = nlohmann::ordered_json;

Json condition_json(const FieldCondition& condition) {
  const bool noisy = !condition.noise.empty();
  const bool echo = condition.rt60_upper_s > 0.0;
  return {{"name", condition.name},
          {"noise", noisy ? Json(condition.noise) : Json()},
          {"snr_db", noisy ? Json{condition.snr_lower_db, condition.snr_upper_db} : Json()},
          {"rt60_s", echo ? Json{condition.rt60_lower_s, condition.rt60_upper_s} : Json()}};
}

Json result_json(const RealWorldRecord& record, const FieldResult& result) {
  const Accuracy accuracy = accuracy_of(result);
  const AccuracyGap gap = gap_of(result);
  return {{"model", result.model},
          {"isolated", result.isolated},
          {"voices", result.voices},
          {"condition", record.conditions.at(result.condition).name},
          {"words", result.words},
          {"correct", result.correct},
          {"lost", result.lost},
          {"gained", result.gained},
          {"accuracy",
           {{"point", accuracy.point},
            {"lower", accuracy.interval.lower},
            {"upper", accuracy.interval.upper},
            {"confidence", kUsualConfidence}}},
          {"gap_points",
           {{"point", gap.points}, {"lower", gap.lower}, {"upper", gap.upper}, {"confidence", kUsualConfidence}}}};
}

Json crossing_json(const SnrCrossing& crossing) {
  return {{"point", json_number(crossing.point_db)},
          {"lower", json_number(crossing.lower_db)},
          {"upper", json_number(crossing.upper_db)},
          {"confidence", kUsualConfidence},
          {"kind", "interpolated"}};
}

/// One for each curve against the signal-to-noise ratio.
Json crossings_json(const RealWorldRecord& record) {
  Json crossings = Json::array();
  for (const FieldResult& series : record.results) {
    if (series.condition != 0) {
      continue;
    }
    for (const std::string& noise : curve_noises(record)) {
      crossings.push_back({{"model", series.model},
                           {"isolated", series.isolated},
                           {"voices", series.voices},
                           {"noise", noise},
                           {"snr_db_at_accuracy_0.9", crossing_json(snr_crossing(record, series, noise, 0.9))},
                           {"snr_db_at_accuracy_0.6", crossing_json(snr_crossing(record, series, noise, 0.6))}});
    }
  }
  return crossings;
}

Json limits_json(const TimeLimits& limits) {
  return {{"lower_s", json_number(limits.lower_s)},
          {"upper_s", json_number(limits.upper_s)},
          {"confidence", kUsualConfidence},
          {"reason", json_text_or_null(limits.reason)}};
}

Json energy_json(const TinyOperations& operations) {
  const EnergyEstimate estimate = energy_estimate(operations);
  return {{"kind", "ESTIMATE"},
          {"step", operations.step},
          {"arithmetic", operations.arithmetic},
          {"products", operations.products},
          {"bytes_a_product", operations.bytes_a_product},
          {"energy_j", {estimate.lower_j, estimate.upper_j}},
          {"steps_hz", operations.steps_a_second},
          {"power_w", {estimate.lower_w, estimate.upper_w}}};
}

}  // namespace

std::string real_world_json(const RealWorldRecord& record) {
  Json json{{"schema", "assay/realworld/1"},
            {"created", record.created},
            {"program_version", record.program},
            {"seed", record.seed},
            {"interrupted", record.interrupted},
            {"models", Json::array()},
            {"conditions", Json::array()},
            {"results", Json::array()},
            {"crossings", crossings_json(record)},
            {"timings", Json::array()},
            {"isolation_latency_s", record.isolation_latency_s},
            {"energy_estimates", Json::array()},
            {"energy_source",
             "operation counts times Horowitz, ISSCC 2014 (45 nm, 0.9 V): arithmetic and operands only, a lower bound; "
             "not measured. Not counted: front end, requantisation, leakage, clock, fetching instructions, converters. "
             "For scale: about 7,300 uJ a ds_cnn window on the reference microcontroller of MLPerf Tiny "
             "(edge-ai-vision.com, October 2021)"},
            {"energy_budget_w", kTinyBudgetW}};
  for (const ModelFacts& model : record.models) {
    json["models"].push_back(
        {{"model", model.model}, {"training_seed", model.training_seed}, {"file_bytes", model.file_bytes}});
  }
  for (const FieldCondition& condition : record.conditions) {
    json["conditions"].push_back(condition_json(condition));
  }
  for (const FieldResult& result : record.results) {
    json["results"].push_back(result_json(record, result));
  }
  for (const TinyTiming& timing : record.timings) {
    json["timings"].push_back({{"step", timing.step},
                               {"repetitions", timing.repetitions},
                               {"p50_s", timing.p50_s},
                               {"p50_limits", limits_json(timing.p50_limits)},
                               {"p99_s", timing.p99_s},
                               {"p99_limits", limits_json(timing.p99_limits)},
                               {"sound_s", timing.sound_s},
                               {"real_time_factor", timing.p50_s / timing.sound_s}});
  }
  for (const TinyOperations& operations : record.operations) {
    json["energy_estimates"].push_back(energy_json(operations));
  }
  return json.dump(2) + "\n";
}

}  // namespace assay
