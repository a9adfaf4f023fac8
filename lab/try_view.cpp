#include "lab/try_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/dose_verdict.hpp"
#include "analysis/experiment_records.hpp"

namespace assay {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMethod =
    "B/A: geometric mean over pairs of runs; interval: Student t, 95 %, on the logarithms of the ratios, each quantity "
    "on its own; helps or harms: the interval lies beyond 3 %; each pair has a seed of its own, equal on both sides";

Json or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }
Json or_null(const std::optional<double>& value) { return value ? or_null(*value) : Json(); }
Json or_null(const std::optional<std::uint64_t>& value) { return value ? Json(*value) : Json(); }

Json spread_json(const std::optional<TrySpread>& spread) {
  return spread ? Json{{"median", or_null(spread->median)},
                       {"least", or_null(spread->least)},
                       {"most", or_null(spread->most)}}
                : Json();
}

Json row_json(const TryRow& row) {
  Json ratio;
  if (row.ratio) {
    ratio = {{"point", row.ratio->ratio},          {"lower", or_null(row.ratio->lower)},
             {"upper", or_null(row.ratio->upper)}, {"confidence", PairedRatio::kConfidence},
             {"pairs", row.ratio->pairs},          {"more_pairs", or_null(row.ratio->more_pairs)}};
  }
  return {{"quantity", row.name},
          {"unit", row.more_is_better ? "samples/s" : "s"},
          {"a", spread_json(row.a)},
          {"b", spread_json(row.b)},
          {"b_over_a", ratio},
          {"pairs", row.pairs},
          {"pairs_used", row.pairs_used},
          {"finding", name_of(row.finding)},
          {"reason", row.reason.empty() ? Json() : Json(row.reason)}};
}

Json run_json(const TryRun& run) {
  Json infinite = Json::array();
  for (const auto& [name, value] :
       {std::pair{"p50_s", run.p50_s}, std::pair{"p99_s", run.p99_s}, std::pair{"p99.9_s", run.p999_s}}) {
    if (value && std::isinf(*value)) {
      infinite.push_back(name);
    }
  }
  Json doses = Json::array();
  for (const DoseRecord& dose : run.doses) {
    doses.push_back({{"knob", dose.knob}, {"achieved", or_null(dose.achieved)}, {"delivered", dose.delivered}});
  }
  return {{"side", run.is_b ? "b" : "a"},
          {"seed", run.seed},
          {"valid", run.valid},
          {"p50_s", or_null(run.p50_s)},
          {"p99_s", or_null(run.p99_s)},
          {"p99.9_s", or_null(run.p999_s)},
          {"infinite", infinite},
          {"samples_per_s", or_null(run.samples_per_s)},
          {"extra_work_share", run.hedging ? or_null(run.hedging->extra_work_share) : Json()},
          {"doses", doses},
          {"file", run.file}};
}

std::string value_text(double value, bool is_rate, Charset charset) {
  if (std::isinf(value)) {
    return "infinite";
  }
  return is_rate ? format_rate(value, "samples/s") : format_duration(value, charset);
}

std::string value_text(const std::optional<double>& value, bool is_rate, Charset charset) {
  return value ? value_text(*value, is_rate, charset) : "not available";
}

/// "1.13 ms (980 µs to 1.20)": an end has no unit where it is that of the median.
std::string spread_text(const std::optional<TrySpread>& spread, bool is_rate, Charset charset) {
  if (!spread) {
    return "not available";
  }
  const std::string median = value_text(spread->median, is_rate, charset);
  const auto unit_of = [](const std::string& text) { return text.substr(std::min(text.find(' '), text.size())); };
  const auto end = [&](double value) {
    const std::string text = value_text(value, is_rate, charset);
    return unit_of(text) == unit_of(median) ? text.substr(0, text.find(' ')) : text;
  };
  return fmt::format("{} ({} to {})", median, end(spread->least), end(spread->most));
}

std::string ratio_text(const TryRow& row) {
  if (!row.ratio) {
    return "not available";
  }
  if (!row.ratio->lower) {
    return fmt::format("{:.3f} x [no interval from one pair]", row.ratio->ratio);
  }
  return fmt::format("{:.3f} x [{:.3f}, {:.3f}]", row.ratio->ratio, *row.ratio->lower, *row.ratio->upper);
}

/// Columns are padded by characters, not by bytes: "µ" has two.
std::string padded(const std::string& text, std::size_t width) {
  const auto characters =
      static_cast<std::size_t>(std::ranges::count_if(text, [](unsigned char byte) { return (byte & 0xC0U) != 0x80U; }));
  return text + std::string(width > characters ? width - characters : 1, ' ');
}

std::string more_text(const TryRow& row) {
  if (row.finding == TryFinding::not_available && !row.reason.empty()) {
    return fmt::format(" ({})", row.reason);
  }
  if (row.finding != TryFinding::no_difference_shown && row.finding != TryFinding::not_surely_relevant) {
    return "";
  }
  if (row.ratio->pairs < 2) {
    return " (two pairs or more are needed)";
  }
  return row.ratio->more_pairs
             ? fmt::format(" (about {} more {} would show more than 3 % at {:.3f} x, if it and the spread stay)",
                           *row.ratio->more_pairs, *row.ratio->more_pairs == 1 ? "pair" : "pairs", row.ratio->ratio)
             : "";
}

std::string extra_work_text(const TryResult& result, Charset charset) {
  std::string text;
  for (const TryRun& run : result.runs) {
    if (run.hedging) {
      text += fmt::format("{}hedging in {}: {}\n", result.mark.before(" "), run.is_b ? "B" : "A",
                          hedging_sentence(*run.hedging, charset));
    }
  }
  return text;
}

std::string pairs_text(const TryRow& row) {
  return row.pairs == row.pairs_used ? fmt::format("{}", row.pairs)
                                     : fmt::format("{} of {}", row.pairs_used, row.pairs);
}

/// Each line of figures begins with the mark of the runs.
std::string table_text(const TryResult& result, Charset charset) {
  constexpr std::size_t kName = 11;
  constexpr std::size_t kSide = 36;
  constexpr std::size_t kRatio = 26;
  constexpr std::size_t kPairs = 8;
  const std::string mark = result.mark.before("  ");
  std::string text = (mark.empty() ? mark : padded("", mark.size())) + padded("response", kName) +
                     padded("A, median (range)", kSide) + padded("B, median (range)", kSide) +
                     padded("B/A [95 %]", kRatio) + padded("pairs", kPairs) + "seen\n";
  for (const TryRow& row : try_rows(result)) {
    text += mark + padded(row.name, kName) + padded(spread_text(row.a, row.more_is_better, charset), kSide) +
            padded(spread_text(row.b, row.more_is_better, charset), kSide) + padded(ratio_text(row), kRatio) +
            padded(pairs_text(row), kPairs) + std::string(name_of(row.finding)) +
            (row.reason.empty() ? "" : ": " + row.reason) + "\n";
  }
  return text;
}

std::string doses_text(const TryResult& result) {
  std::string text;
  for (const TryDose& dose : try_doses(result)) {
    const auto amount = [&](const std::optional<double>& value) {
      return value ? dose_amount(dose.unit, *value) : std::string("not available");
    };
    const char* judged = dose.same() ? "" : ": not the same dose";
    text += fmt::format("{}injected {}: {} asked, A got {}, B got {}{}\n", result.mark.before(" "), dose.knob,
                        dose_amount(dose.unit, dose.requested), amount(dose.a), amount(dose.b),
                        dose.known() ? judged : ": not known whether it is the same dose");
  }
  return text;
}

}  // namespace

std::string try_sentence(const TryResult& result) {
  std::string sentence = fmt::format("{}{} on {}: ", result.mark.before(" "), result.experiment, result.workload);
  const std::vector<TryRow> rows = try_rows(result);
  if (std::ranges::all_of(rows, [](const TryRow& row) { return row.pairs == 0; })) {
    return sentence + "nothing was seen, no pair of runs is complete";
  }
  const auto found = [&](TryFinding finding) {
    return std::ranges::find(rows, finding, &TryRow::finding) != rows.end();
  };
  if (found(TryFinding::dose_differs)) {
    return sentence + "no verdict, the two sides did not get the same dose";
  }
  if (found(TryFinding::dose_not_known)) {
    return sentence + "no verdict, it is not known which dose each side got";
  }
  bool first = true;
  for (const TryRow& row : rows) {
    sentence += first ? "" : "; ";
    first = false;
    sentence += fmt::format("{} {}", row.name, name_of(row.finding));
    if (row.finding == TryFinding::helps || row.finding == TryFinding::harms) {
      sentence += " " + ratio_text(row);
    }
    sentence += more_text(row);
  }
  return sentence;
}

std::string try_json(const TryResult& result) {
  Json rows = Json::array();
  for (const TryRow& row : try_rows(result)) {
    rows.push_back(row_json(row));
  }
  Json doses = Json::array();
  for (const TryDose& dose : try_doses(result)) {
    doses.push_back({{"knob", dose.knob},
                     {"unit", dose.unit},
                     {"requested", dose.requested},
                     {"a_mean", or_null(dose.a)},
                     {"b_mean", or_null(dose.b)},
                     {"same", dose.known() ? Json(dose.same()) : Json()}});
  }
  Json runs = Json::array();
  for (const TryRun& run : result.runs) {
    runs.push_back(run_json(run));
  }
  const Json json{{"schema", "assay/try/1"},
                  {"experiment", result.experiment},
                  {"workload", result.workload},
                  {"scenario", result.scenario},
                  {"synthetic", result.mark.synthetic},
                  {"emulated", result.mark.emulated.empty() ? Json() : Json(result.mark.emulated)},
                  {"a", {{"what", result.a}, {"command", result.command_a}}},
                  {"b", {{"what", result.b}, {"command", result.command_b}}},
                  {"pairs_planned", result.pairs_planned},
                  {"interrupted", result.interrupted},
                  {"method", kMethod},
                  {"results", rows},
                  {"doses", doses},
                  {"finding", try_sentence(result)},
                  {"runs", runs}};
  return json.dump(2) + "\n";
}

std::string try_text(const TryResult& result, Charset charset) {
  std::string text = fmt::format("A: {}\nB: {}\n\n", result.a, result.b);
  text += table_text(result, charset) + "\n" + doses_text(result) + extra_work_text(result, charset);
  const auto invalid = std::ranges::count(result.runs, false, &TryRun::valid);
  if (invalid > 0) {
    text += fmt::format("{} of {} runs are INVALID as runs of their own (assay report says why)\n", invalid,
                        result.runs.size());
  }
  text += fmt::format("{}\n\n{}\n", kMethod, try_sentence(result));
  if (result.interrupted) {
    text += fmt::format("interrupted: {} of {} pairs are complete\n", result.runs.size() / 2, result.pairs_planned);
  }
  return text;
}

std::string try_run_line(const TryRun& run, const RunMark& mark, Charset charset) {
  return fmt::format("{}{}: P50 {}  P99 {}  P99.9 {}  {}{}", mark.before(" "), run.is_b ? "B" : "A",
                     value_text(run.p50_s, false, charset), value_text(run.p99_s, false, charset),
                     value_text(run.p999_s, false, charset), value_text(run.samples_per_s, true, charset),
                     run.hedging && run.hedging->extra_work_share
                         ? fmt::format("  extra work {}", format_percent(*run.hedging->extra_work_share))
                         : "");
}

}  // namespace assay
