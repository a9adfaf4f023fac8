#include "lab/try_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

namespace assay {
namespace {

std::optional<double> percentile_of(const RunDocument& run, const std::string& name) {
  const auto found = run.latency.percentiles_s.find(name);
  if (found == run.latency.percentiles_s.end()) {
    return std::nullopt;
  }
  const bool infinite = !found->second.point && run.latency.lost_count > 0;
  return infinite ? std::numeric_limits<double>::infinity() : found->second.point;
}

struct Quantity {
  const char* name;
  std::optional<double> TryRun::*value;
  bool more_is_better;
};
constexpr std::array kQuantities{Quantity{"P50", &TryRun::p50_s, false}, Quantity{"P99", &TryRun::p99_s, false},
                                 Quantity{"P99.9", &TryRun::p999_s, false},
                                 Quantity{"throughput", &TryRun::samples_per_s, true}};

std::optional<TrySpread> spread_of(const TryResult& result, const Quantity& quantity, bool is_b) {
  std::vector<double> values;
  for (const TryRun& run : result.runs) {
    if (const auto& value = run.*quantity.value; run.is_b == is_b && value) {
      values.push_back(*value);
    }
  }
  if (values.empty()) {
    return std::nullopt;
  }
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
  return TrySpread{.median = median, .least = values.front(), .most = values.back()};
}

/// The pairs of a quantity that a ratio can be made of, and how many are none because a side is infinite.
struct QuantityPairs {
  std::vector<ValuePair> usable;
  std::uint64_t complete = 0;
  std::uint64_t infinite_a = 0;
  std::uint64_t infinite_b = 0;
};

bool is_infinite(const std::optional<double>& value) { return value && std::isinf(*value); }

QuantityPairs pairs_of(const TryResult& result, const Quantity& quantity) {
  QuantityPairs pairs;
  for (std::size_t i = 0; i + 1 < result.runs.size(); i += 2) {
    const TryRun& first = result.runs[i];
    const TryRun& second = result.runs[i + 1];
    const auto& a = (first.is_b ? second : first).*quantity.value;
    const auto& b = (first.is_b ? first : second).*quantity.value;
    ++pairs.complete;
    pairs.infinite_a += is_infinite(a) ? 1U : 0U;
    pairs.infinite_b += is_infinite(b) ? 1U : 0U;
    if (a && b && *a > 0.0 && *b > 0.0 && std::isfinite(*a) && std::isfinite(*b)) {
      pairs.usable.push_back({.a = *a, .b = *b});
    }
  }
  return pairs;
}

/// "infinite on side B in 2 of 3 pairs"
std::string infinity_text(const QuantityPairs& pairs) {
  const auto of = [&](std::uint64_t count) { return fmt::format("{} of {} pairs", count, pairs.complete); };
  if (pairs.infinite_b == 0) {
    return "infinite on side A in " + of(pairs.infinite_a);
  }
  return pairs.infinite_a == 0
             ? "infinite on side B in " + of(pairs.infinite_b)
             : fmt::format("infinite on side A in {}, on side B in {}", pairs.infinite_a, of(pairs.infinite_b));
}

TryFinding finding_of(const TryRow& row, const std::vector<TryDose>& doses) {
  if (!std::ranges::all_of(doses, &TryDose::known)) {
    return TryFinding::dose_not_known;
  }
  if (!std::ranges::all_of(doses, &TryDose::same)) {
    return TryFinding::dose_differs;
  }
  if (row.ratio->negligible()) {
    return TryFinding::same;
  }
  if (row.ratio->relevant()) {
    return (row.ratio->ratio > 1.0) == row.more_is_better ? TryFinding::helps : TryFinding::harms;
  }
  return row.ratio->shown() ? TryFinding::not_surely_relevant : TryFinding::no_difference_shown;
}

}  // namespace

TryRun try_run_of(const RunDocument& run, bool is_b, std::string file) {
  return {.is_b = is_b,
          .seed = run.seed,
          .p50_s = percentile_of(run, "p50"),
          .p99_s = percentile_of(run, "p99"),
          .p999_s = percentile_of(run, "p99.9"),
          .samples_per_s = run.samples_per_s,
          .doses = run.interference,
          .hedging = run.hedging,
          .valid = run.valid,
          .file = std::move(file)};
}

std::string_view name_of(TryFinding finding) {
  switch (finding) {
    case TryFinding::helps:
      return "helps";
    case TryFinding::harms:
      return "harms";
    case TryFinding::same:
      return "same to 3 %";
    case TryFinding::not_surely_relevant:
      return "differs, not surely by 3 %";
    case TryFinding::no_difference_shown:
      return "no difference shown";
    case TryFinding::dose_differs:
      return "the dose differs";
    case TryFinding::dose_not_known:
      return "dose not known";
    case TryFinding::not_available:
      break;
  }
  return "not available";
}

bool TryRow::has_verdict() const {
  return finding != TryFinding::dose_differs && finding != TryFinding::dose_not_known &&
         finding != TryFinding::not_available;
}

bool TryDose::same() const {
  constexpr double kTolerance = 0.1;
  return a && b && std::fabs(*a - *b) <= kTolerance * std::max(*a, *b);
}

std::vector<TryDose> try_doses(const TryResult& result) {
  std::vector<TryDose> doses;
  if (result.runs.empty()) {
    return doses;
  }
  for (const DoseRecord& asked : result.runs.front().doses) {
    TryDose dose{.knob = asked.knob, .unit = asked.unit, .requested = asked.requested, .a = {}, .b = {}};
    for (const bool is_b : {false, true}) {
      double sum = 0.0;
      double count = 0.0;
      bool known = true;
      for (const TryRun& run : result.runs) {
        const auto found = std::ranges::find(run.doses, asked.knob, &DoseRecord::knob);
        if (run.is_b == is_b) {
          known = known && found != run.doses.end() && found->achieved;
          sum += known ? *found->achieved : 0.0;
          count += 1.0;
        }
      }
      if (known && count > 0.0) {
        (is_b ? dose.b : dose.a) = sum / count;
      }
    }
    doses.push_back(std::move(dose));
  }
  return doses;
}

std::vector<TryRow> try_rows(const TryResult& result) {
  const std::vector<TryDose> doses = try_doses(result);
  std::vector<TryRow> rows;
  for (const Quantity& quantity : kQuantities) {
    const QuantityPairs pairs = pairs_of(result, quantity);
    TryRow row{.name = quantity.name,
               .more_is_better = quantity.more_is_better,
               .a = spread_of(result, quantity, false),
               .b = spread_of(result, quantity, true),
               .ratio = {},
               .pairs = pairs.complete,
               .reason = {}};
    if (pairs.infinite_a + pairs.infinite_b > 0) {
      row.reason = infinity_text(pairs);
    } else if (!pairs.usable.empty()) {
      row.pairs_used = pairs.usable.size();
      row.ratio = paired_ratio(pairs.usable);
      row.finding = finding_of(row, doses);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace assay
