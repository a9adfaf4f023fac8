#include "analysis/audit_crossover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "analysis/independent_ratio.hpp"
#include "analysis/roofline_titles.hpp"

namespace assay {
namespace {

/// As an interval of no width, for arithmetic with another that has one.
EstimateRecord exact(const EstimateRecord& stated) {
  EstimateRecord estimate = stated;
  estimate.lower = estimate.upper = estimate.point;
  return estimate;
}

EstimateRecord least_of(const EstimateRecord& a, const EstimateRecord& b) {
  EstimateRecord least{.point = std::min(*a.point, *b.point), .lower = {}, .upper = {}, .reason = ""};
  if (a.lower && a.upper && b.lower && b.upper) {
    least.lower = std::min(*a.lower, *b.lower);
    least.upper = std::min(*a.upper, *b.upper);
  } else {
    least.reason = a.lower ? b.reason : a.reason;
  }
  return least;
}

EstimateRecord inverse(const EstimateRecord& ratio) {
  EstimateRecord turned = ratio;
  turned.point = 1.0 / *ratio.point;
  turned.lower = ratio.upper ? std::optional(1.0 / *ratio.upper) : std::nullopt;
  turned.upper = ratio.lower ? std::optional(1.0 / *ratio.lower) : std::nullopt;
  return turned;
}

std::string crossing_sentence(const AuditCrossover& found, const AuditSystem& wide, const AuditSystem& tall,
                              const std::string& unit) {
  const bool b_is_wide = *found.wins_below == found.b;
  const EstimateRecord below = b_is_wide ? found.bandwidth_ratio : inverse(found.bandwidth_ratio);
  const EstimateRecord above = b_is_wide ? inverse(found.peak_ratio) : found.peak_ratio;
  return fmt::format(
      "the roofs of {0} and {1} tie at {2}: {0} is ahead only below it, by at most {3}; {1} only above it, by at most "
      "{4}",
      wide.letter, tall.letter, plain_estimate_text(found.intensity, unit + "/byte"), times_text(below),
      times_text(above));
}

/// Where one of the two ratios, or both, cannot be told from 1; of stated figures it then is 1.
std::string undecided_sentence(const std::string& a, const std::string& b, int bandwidth, int peak, bool stated,
                               const std::string& ratios) {
  const std::string_view alike = stated ? "are equal" : "cannot be told apart";
  const auto ahead = [&](int sign) { return sign > 0 ? b : a; };
  if (bandwidth != 0) {
    return fmt::format("the peaks of {} and {} {}: {} is ahead where bandwidth binds, and they do not cross ({})", a, b,
                       alike, ahead(bandwidth), ratios);
  }
  if (peak != 0) {
    return fmt::format("the bandwidths of {} and {} {}: {} is ahead where the peak binds, and they do not cross ({})",
                       a, b, alike, ahead(peak), ratios);
  }
  return fmt::format("the roofs of {} and {} {}, so no crossover is claimed ({})", a, b, alike, ratios);
}

}  // namespace

EstimateRecord attainable_at(const AuditRoofs& roofs, double intensity) {
  return least_of(roofs.peak, scaled(roofs.bandwidth, intensity));
}

EstimateRecord ridge_of(const AuditRoofs& roofs) {
  return independent_ratio(roofs.peak, roofs.bandwidth, {.numerator = "the peak", .denominator = "the bandwidth"});
}

EstimateRecord roof_ratio(const EstimateRecord& b, bool b_stated, const EstimateRecord& a, bool a_stated) {
  if (a_stated && b_stated) {
    return {.point = *b.point / *a.point, .lower = {}, .upper = {}, .reason = "both figures are stated by vendors"};
  }
  return independent_ratio(b_stated ? exact(b) : b, a_stated ? exact(a) : a,
                           {.numerator = "a roof", .denominator = "a roof"});
}

int beyond_one(const EstimateRecord& ratio, bool both_stated) {
  if (both_stated) {
    return *ratio.point > 1.0 ? 1 : *ratio.point < 1.0 ? -1 : 0;
  }
  return ratio.lower && *ratio.lower > 1.0 ? 1 : ratio.upper && *ratio.upper < 1.0 ? -1 : 0;
}

AuditCrossover crossover_of(const std::vector<AuditSystem>& systems, std::size_t a, std::size_t b) {
  AuditCrossover found{.a = a, .b = b};
  const AuditSystem& first = systems[a];
  const AuditSystem& second = systems[b];
  for (const AuditSystem* system : {&first, &second}) {
    if (!system->roofs.reason.empty()) {
      found.sentence = fmt::format("not available: {} has no roofs: {}", system->letter, system->roofs.reason);
      return found;
    }
  }
  const AuditRoofs& of_a = first.roofs;
  const AuditRoofs& of_b = second.roofs;
  const bool stated = of_a.stated && of_b.stated;
  found.bandwidth_ratio = roof_ratio(of_b.bandwidth, of_b.stated, of_a.bandwidth, of_a.stated);
  found.peak_ratio = roof_ratio(of_b.peak, of_b.stated, of_a.peak, of_a.stated);
  const int bandwidth = beyond_one(found.bandwidth_ratio, stated);
  const int peak = beyond_one(found.peak_ratio, stated);
  const auto winner = [&](int sign) {
    return sign > 0 ? std::optional(b) : sign < 0 ? std::optional(a) : std::nullopt;
  };
  found.wins_below = winner(bandwidth);
  found.wins_above = winner(peak);
  const std::string ratios = fmt::format("{} over {}: peak {}, bandwidth {}", second.letter, first.letter,
                                         times_text(found.peak_ratio), times_text(found.bandwidth_ratio));
  if (bandwidth * peak < 0) {
    const std::size_t wide = *found.wins_below;
    const std::size_t tall = *found.wins_above;
    found.state = CrossoverState::crosses;
    found.intensity = roof_ratio(systems[wide].roofs.peak, systems[wide].roofs.stated, systems[tall].roofs.bandwidth,
                                 systems[tall].roofs.stated);
    found.sentence = crossing_sentence(found, systems[wide], systems[tall], of_a.work_unit);
  } else if (bandwidth * peak > 0) {
    found.state = CrossoverState::dominates;
    found.sentence = fmt::format("the roof of {} is the higher at every intensity, so they do not cross ({})",
                                 bandwidth > 0 ? second.letter : first.letter, ratios);
  } else {
    found.state = CrossoverState::undecided;
    found.sentence = undecided_sentence(first.letter, second.letter, bandwidth, peak, stated, ratios);
  }
  return found;
}

int side_of(const AuditCrossover& crossover, double intensity) {
  const double tie = *crossover.intensity.point;
  return intensity < crossover.intensity.lower.value_or(tie)   ? -1
         : intensity > crossover.intensity.upper.value_or(tie) ? 1
                                                               : 0;
}

}  // namespace assay
