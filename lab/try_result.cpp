#include "lab/try_result.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace assay {
namespace {

std::optional<double> percentile_of(const RunDocument& run, const std::string& name) {
  const auto found = run.latency.percentiles_s.find(name);
  return found == run.latency.percentiles_s.end() ? std::nullopt : found->second.point;
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

std::vector<ValuePair> pairs_of(const TryResult& result, const Quantity& quantity) {
  std::vector<ValuePair> pairs;
  for (std::size_t i = 0; i + 1 < result.runs.size(); i += 2) {
    const TryRun& first = result.runs[i];
    const TryRun& second = result.runs[i + 1];
    const auto& a = (first.is_b ? second : first).*quantity.value;
    const auto& b = (first.is_b ? first : second).*quantity.value;
    if (a && b && *a > 0.0 && *b > 0.0) {
      pairs.push_back({.a = *a, .b = *b});
    }
  }
  return pairs;
}

TryFinding finding_of(const TryRow& row, bool same_dose) {
  if (!same_dose) {
    return TryFinding::dose_differs;
  }
  constexpr double kRelevant = 1.03;  // what differs by less is nobody's reason to change a system
  const PairedRatio& ratio = *row.ratio;
  if (!ratio.lower || !ratio.upper) {
    return TryFinding::no_difference_shown;
  }
  if (*ratio.lower > 1.0 / kRelevant && *ratio.upper < kRelevant) {
    return TryFinding::same;
  }
  if (*ratio.lower<kRelevant&& * ratio.upper> 1.0 / kRelevant) {
    return TryFinding::no_difference_shown;
  }
  return (row.ratio->ratio > 1.0) == row.more_is_better ? TryFinding::helps : TryFinding::harms;
}

}  // namespace

TryRun try_run_of(const RunDocument& run, bool is_b, std::string file) {
  return {.is_b = is_b,
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
    case TryFinding::no_difference_shown:
      return "no difference shown";
    case TryFinding::dose_differs:
      return "the dose differs";
    case TryFinding::not_available:
      break;
  }
  return "not available";
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
  const bool same_dose = std::ranges::all_of(doses, &TryDose::same);
  std::vector<TryRow> rows;
  for (const Quantity& quantity : kQuantities) {
    TryRow row{.name = quantity.name,
               .more_is_better = quantity.more_is_better,
               .a = spread_of(result, quantity, false),
               .b = spread_of(result, quantity, true)};
    if (const std::vector<ValuePair> pairs = pairs_of(result, quantity); !pairs.empty()) {
      row.ratio = paired_ratio(pairs);
      row.finding = finding_of(row, same_dose);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace assay
