#include <fmt/format.h>

#include <algorithm>

#include "analysis/estimate_record.hpp"
#include "analysis/format.hpp"
#include "analysis/real_world_record.hpp"

namespace assay {
namespace {

std::string column_name(const FieldResult& series) { return series.model + (series.isolated ? "+isolation" : ""); }

std::vector<std::string> voice_sets(const RealWorldRecord& record) {
  std::vector<std::string> sets;
  for (const FieldResult& result : record.results) {
    if (std::ranges::find(sets, result.voices) == sets.end()) {
      sets.push_back(result.voices);
    }
  }
  return sets;
}

std::vector<FieldResult> columns_of(const RealWorldRecord& record, const std::string& voices) {
  std::vector<FieldResult> columns;
  for (const FieldResult& result : record.results) {
    if (result.voices == voices && result.condition == 0) {
      columns.push_back(result);
    }
  }
  return columns;
}

std::string cell(const FieldResult* result) {
  if (result == nullptr) {
    return "not available";
  }
  const Accuracy accuracy = accuracy_of(*result);
  return fmt::format("{:.1f} [{:.1f}, {:.1f}]", 100 * accuracy.point, 100 * accuracy.interval.lower,
                     100 * accuracy.interval.upper);
}

std::string meaning_of(const std::string& voices) {
  if (voices == "unseen") {
    return "voices that no training heard";
  }
  if (voices == "seen") {
    return "voices that trained, words spoken anew: the easy test of a benchmark";
  }
  return "real speech; the networks heard synthetic voices only";
}

std::string table(const RealWorldRecord& record, const std::string& voices) {
  constexpr int kFirst = 20;
  constexpr int kWidth = 20;
  const std::vector<FieldResult> columns = columns_of(record, voices);
  if (columns.empty()) {
    return {};
  }
  std::string text = fmt::format("Accuracy [%], {} words, {} ({})\n{:<{}}", format_count(columns.front().words), voices,
                                 meaning_of(voices), "", kFirst);
  for (const FieldResult& column : columns) {
    text += fmt::format("  {:<{}}", column_name(column), kWidth);
  }
  for (std::size_t i = 0; i < record.conditions.size(); ++i) {
    text += fmt::format("\n{:<{}}", record.conditions[i].name, kFirst);
    for (const FieldResult& column : columns) {
      text += fmt::format("  {:<{}}", cell(result_in(record, column, i)), kWidth);
    }
  }
  return text + "\n";
}

/// "17.5 dB [15.2, 19.0]"
std::string crossing_text(const SnrCrossing& crossing) {
  if (!crossing.point_db && !crossing.lower_db && !crossing.upper_db) {
    return "none of these ratios";
  }
  const auto number = [](const std::optional<double>& db, const char* unit) {
    return db ? fmt::format("{:.1f}{}", *db, unit) : std::string("none");
  };
  return fmt::format("{} [{}, {}]", number(crossing.point_db, " dB"), number(crossing.lower_db, ""),
                     number(crossing.upper_db, ""));
}

std::string crossings(const RealWorldRecord& record, const std::string& voices) {
  std::string text;
  for (const std::string& noise : curve_noises(record)) {
    for (const FieldResult& column : columns_of(record, voices)) {
      text += fmt::format("  {:<7} {:<18} crosses 90 % at {}, 60 % at {}\n", noise, column_name(column),
                          crossing_text(snr_crossing(record, column, noise, 0.9)),
                          crossing_text(snr_crossing(record, column, noise, 0.6)));
    }
  }
  if (text.empty()) {
    return text;
  }
  return fmt::format(
      "Signal-to-noise ratio, {} voices, interpolated between the ratios above; in brackets the same on "
      "the ends of\nthe 95 % intervals (none: no crossing among these ratios)\n{}",
      voices, text);
}

/// "clean: 98.8 % clean, 61.2 % in the field (field 10 to 20 dB): 37.6 points [34.1, 41.1] lost"
std::string gaps(const RealWorldRecord& record, const std::string& voices) {
  std::string text;
  for (const FieldResult& column : columns_of(record, voices)) {
    for (std::size_t i = 0; i < record.conditions.size(); ++i) {
      const FieldResult* const result = result_in(record, column, i);
      if (record.conditions[i].noise == "mixed" && result != nullptr) {
        const AccuracyGap gap = gap_of(*result);
        text += fmt::format("  {:<18} {:.1f} % clean, {:.1f} % in {}: a gap of {:.1f} points [{:.1f}, {:.1f}]\n",
                            column_name(column), 100 * accuracy_of(column).point, 100 * accuracy_of(*result).point,
                            record.conditions[i].name, gap.points, gap.lower, gap.upper);
      }
    }
  }
  return text.empty() ? text : fmt::format("Clean against field, {} voices\n{}", voices, text);
}

std::string percentile_text(double point_s, const TimeLimits& limits, std::string& reason) {
  if ((!limits.lower_s || !limits.upper_s) && reason.empty()) {
    reason = limits.reason;
  }
  return format_duration_estimate({.point = point_s, .lower = limits.lower_s, .upper = limits.upper_s}, Charset::utf8);
}

std::string timings(const RealWorldRecord& record) {
  std::string text;
  for (const TinyTiming& timing : record.timings) {
    std::string reason;
    const std::string p50 = percentile_text(timing.p50_s, timing.p50_limits, reason);
    const std::string p99 = percentile_text(timing.p99_s, timing.p99_limits, reason);
    text += fmt::format("  {:<40} P50 {}, P99 {}{}; {} of the time of its {} of sound\n", timing.step, p50, p99,
                        reason.empty() ? reason : " (" + reason + ")", format_percent(timing.p50_s / timing.sound_s),
                        format_duration(timing.sound_s));
  }
  if (text.empty()) {
    return text;
  }
  return fmt::format(
      "Time to compute, one thread, calls in a row, 95 % intervals\n{}  the isolation network's window "
      "delays sound by {} besides\n",
      text, format_duration(record.isolation_latency_s));
}

std::string energy(const RealWorldRecord& record) {
  std::string text;
  for (const TinyOperations& operations : record.operations) {
    const EnergyEstimate estimate = energy_estimate(operations);
    const char* const verdict = estimate.upper_w <= kTinyBudgetW   ? "within"
                                : estimate.lower_w <= kTinyBudgetW ? "only with reuse of operands within"
                                                                   : "above";
    text += fmt::format("  ESTIMATE {:<22} {}: {} to {}; {} to {} at {:.0f}/s: {} 1 mW\n", operations.step,
                        operations.arithmetic, format_quantity(estimate.lower_j, "J"),
                        format_quantity(estimate.upper_j, "J"), format_quantity(estimate.lower_w, "W"),
                        format_quantity(estimate.upper_w, "W"), operations.steps_a_second, verdict);
  }
  if (text.empty()) {
    return text;
  }
  return fmt::format(
      "Energy, from counted operations; not measured, a lower bound (45 nm, Horowitz, ISSCC 2014: arithmetic and\n"
      "operands from 32 KiB; not the front end, requantisation, leakage, clock, fetching instructions, converters). "
      "For\n"
      "scale: about {} a ds_cnn window on MLPerf Tiny's reference microcontroller (edge-ai-vision.com, October "
      "2021)\n{}",
      format_quantity(kMicrocontrollerJ, "J"), text);
}

}  // namespace

std::string real_world_text(const RealWorldRecord& record) {
  std::string text;
  for (const std::string& voices : voice_sets(record)) {
    text += table(record, voices) + '\n';
  }
  for (const std::string& voices : voice_sets(record)) {
    const std::string lines = gaps(record, voices);
    text += lines.empty() ? lines : lines + '\n';
  }
  for (const std::string& voices : voice_sets(record)) {
    const std::string lines = crossings(record, voices);
    text += lines.empty() ? lines : lines + '\n';
  }
  for (const std::string& lines : {timings(record), energy(record)}) {
    text += lines.empty() ? lines : lines + '\n';
  }
  return text;
}

}  // namespace assay
