#include "analysis/audit_claim.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "analysis/audit_crossover.hpp"
#include "analysis/independent_ratio.hpp"
#include "analysis/repeat_ratio.hpp"
#include "analysis/roofline_titles.hpp"
#include "analysis/run_file_field.hpp"

namespace assay {
namespace {

const AuditFigure& figure_of(const AuditSystem& system, const std::string& metric) {
  return metric == "throughput"     ? system.throughput
         : metric == "p99"          ? system.p99
         : metric == "fps_per_watt" ? system.per_watt
                                    : system.usd_per_token;
}

bool less_is_better(const std::string& metric) { return metric == "p99" || metric == "usd_per_token"; }

/// The better side's advantage: B over A where more is better, A over B where less is.
RepeatRatio advantage(const AuditSystem& a, const AuditSystem& b, const std::string& metric, double against) {
  const bool turned = less_is_better(metric);
  const AuditSystem& below = turned ? b : a;
  const AuditSystem& above = turned ? a : b;
  if (metric == "throughput" || metric == "p99") {
    const auto& of = metric == "p99" ? &AuditLighthouse::p99_s : &AuditLighthouse::samples_per_s;
    if (!(below.lighthouse.*of).empty() && !(above.lighthouse.*of).empty()) {
      return repeat_ratio(below.lighthouse.*of, above.lighthouse.*of, against);
    }
  }
  RepeatRatio found;
  found.ratio = independent_ratio(figure_of(above, metric).value, figure_of(below, metric).value,
                                  {.numerator = "a figure", .denominator = "a figure"});
  return found;
}

std::string repeats_text(const std::optional<std::uint64_t>& more) {
  return more ? fmt::format("{} more {} on each side would decide if the spread stays as it is",
                            std::max<std::uint64_t>(1, *more), *more == 1 ? "repeat" : "repeats")
              : std::string("no number of repeats up to 1,000 would decide at this ratio");
}

std::string claim_text(const AuditSystem& a, const AuditSystem& b, const AuditClaim& claim) {
  return fmt::format("\"{} is {:g}x more efficient than {}\" ({} of the lighthouse)", b.letter, claim.factor, a.letter,
                     metric_title(claim.metric));
}

void decide(AuditClaim& claim, const std::string& what) {
  const EstimateRecord& ratio = claim.measured;
  const std::string seen = times_text(ratio);
  if (!ratio.lower || !ratio.upper) {
    claim.outcome = ClaimOutcome::undecided;
    claim.sentence = fmt::format("{} is UNDECIDED: {} has no interval: {}", what, seen, ratio.reason);
  } else if (*ratio.lower >= claim.factor) {
    claim.outcome = ClaimOutcome::supported;
    claim.sentence =
        fmt::format("{} is SUPPORTED: {}, all of the interval at or above {:g}x", what, seen, claim.factor);
  } else if (*ratio.upper < claim.factor) {
    claim.outcome = ClaimOutcome::refuted;
    claim.sentence = fmt::format("{} is REFUTED: {}, all of the interval below {:g}x", what, seen, claim.factor);
  } else {
    claim.outcome = ClaimOutcome::undecided;
    claim.sentence =
        fmt::format("{} is UNDECIDED: {} holds {:g}x; {}", what, seen, claim.factor, repeats_text(claim.more_repeats));
  }
}

}  // namespace

std::string name_of(ClaimOutcome outcome) {
  constexpr std::array kNames{"SUPPORTED", "REFUTED", "UNDECIDED", "NOT AVAILABLE", "WITHHELD"};
  return kNames.at(static_cast<std::size_t>(outcome));
}

std::string metric_title(const std::string& metric) {
  for (const auto& [name, title] : {std::pair("throughput", "throughput"), std::pair("p99", "P99"),
                                    std::pair("fps_per_watt", "FPS/W"), std::pair("usd_per_token", "$/token")}) {
    if (metric == name) {
      return title;
    }
  }
  throw std::invalid_argument(
      fmt::format("metric '{}': known are throughput, p99, fps_per_watt and usd_per_token", printable(metric, 40)));
}

ClaimRequest claim_from_text(const std::string& text, const std::string& usual_metric) {
  const auto colon = text.find(':');
  std::string number = text.substr(0, colon);
  if (number.ends_with('x')) {
    number.pop_back();
  }
  ClaimRequest request{.factor = 0.0, .metric = colon == std::string::npos ? usual_metric : text.substr(colon + 1)};
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), request.factor);
  constexpr double kMost = 1e6;
  if (error != std::errc{} || end != number.data() + number.size() || !(request.factor >= 1.0) ||
      request.factor > kMost) {
    throw std::invalid_argument(fmt::format(
        "claim '{}': a factor from 1, and a metric if wanted, such as 2x or 1.5x:p99", printable(text, 40)));
  }
  (void)metric_title(request.metric);
  return request;
}

AuditClaim audit_claim(const AuditSystem& a, const AuditSystem& b, const ClaimRequest& request,
                       const FairnessIndex& fairness) {
  AuditClaim claim{.factor = request.factor, .metric = request.metric};
  const std::string what = claim_text(a, b, claim);
  if (claim.metric == "throughput" && a.predicted.value.point && b.predicted.value.point) {
    claim.predicted = roof_ratio(b.predicted.value, b.roofs.stated, a.predicted.value, a.roofs.stated);
  }
  for (const AuditSystem* system : {&a, &b}) {
    const AuditFigure& figure = figure_of(*system, claim.metric);
    if (!figure.value.point) {
      claim.measured.reason =
          fmt::format("{} of {} is not available: {}", metric_title(claim.metric), system->letter, figure.value.reason);
    }
  }
  if (claim.measured.reason.empty()) {
    const RepeatRatio found = advantage(a, b, claim.metric, claim.factor);
    claim.measured = found.ratio;
    claim.more_repeats = found.more_repeats;
  }
  if (!fairness.reportable()) {
    claim.outcome = ClaimOutcome::withheld;
    claim.sentence = fmt::format("{} is {}", what, fairness.why_withheld());
  } else if (!claim.measured.point) {
    claim.outcome = ClaimOutcome::not_available;
    claim.sentence = fmt::format("{}: {}", what, claim.measured.reason);
  } else {
    decide(claim, what);
  }
  return claim;
}

AuditComparison compared(const std::vector<AuditSystem>& systems, std::size_t a, std::size_t b) {
  AuditComparison found{.a = a, .b = b};
  const AuditSystem& first = systems[a];
  const AuditSystem& second = systems[b];
  if (first.predicted.value.point && second.predicted.value.point) {
    found.predicted =
        roof_ratio(second.predicted.value, second.roofs.stated, first.predicted.value, first.roofs.stated);
  } else {
    found.predicted.reason = "a system has no roofs";
  }
  if (first.throughput.value.point && second.throughput.value.point) {
    const RepeatRatio ratio = repeat_ratio(first.lighthouse.samples_per_s, second.lighthouse.samples_per_s);
    found.measured = ratio.ratio;
    found.more_repeats = ratio.more_repeats;
  } else {
    found.measured.reason = "a system has no measured throughput";
  }
  return found;
}

AuditRanking audit_ranking(const std::vector<AuditSystem>& systems, const FairnessIndex& fairness) {
  AuditRanking ranking;
  for (std::size_t i = 0; i < systems.size(); ++i) {
    if (systems[i].throughput.value.point) {
      ranking.order.push_back(i);
    }
  }
  if (!fairness.reportable()) {
    ranking.order.clear();
    ranking.sentences.push_back("no order: " + fairness.why_withheld());
    return ranking;
  }
  std::ranges::stable_sort(ranking.order, std::greater{},
                           [&](std::size_t i) { return *systems[i].throughput.value.point; });
  for (std::size_t i = 0; i + 1 < ranking.order.size(); ++i) {
    const AuditSystem& upper = systems[ranking.order[i]];
    const AuditSystem& lower = systems[ranking.order[i + 1]];
    const RepeatRatio ratio = repeat_ratio(lower.lighthouse.samples_per_s, upper.lighthouse.samples_per_s);
    const bool apart = ratio.ratio.lower && *ratio.ratio.lower > 1.0;
    ranking.above_next.push_back(apart);
    ranking.sentences.push_back(
        apart ? fmt::format("{} is ahead of {} by {}", upper.letter, lower.letter, times_text(ratio.ratio))
        : ratio.ratio.lower ? fmt::format("{} and {} tie at {}: the order is noise; {}", upper.letter, lower.letter,
                                          times_text(ratio.ratio), repeats_text(ratio.more_repeats))
                            : fmt::format("{} and {} tie at {}: {}", upper.letter, lower.letter,
                                          times_text(ratio.ratio), ratio.ratio.reason));
  }
  return ranking;
}

}  // namespace assay
