#include "analysis/audit_memo.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/audit_claim.hpp"
#include "analysis/audit_crossover.hpp"
#include "analysis/audit_figures.hpp"
#include "analysis/roofline_titles.hpp"

namespace assay {
namespace {

std::string need_of(const AuditSystem& system, const std::string& metric) {
  const std::string& letter = system.letter;
  if (!system.measured()) {
    return "a suite measured on such a device";
  }
  if (metric == "fps_per_watt") {
    return fmt::format("a soak step on a machine whose energy counters can be read (RAPL), or --watts {}=WATTS",
                       letter);
  }
  if (metric == "usd_per_token") {
    return "a lighthouse that serves tokens (workload llama), with the price of an hour";
  }
  return metric == "p99" ? "a step of the same work in SingleStream, MultiStream or Server"
                         : "VALID runs of the lighthouse";
}

std::string spec_sentence(const AuditRecord& record) {
  const AuditSystem& a = record.systems[0];
  const AuditSystem& b = record.systems[1];
  const AuditCrossover& crossover = record.crossovers.front();
  if (crossover.state == CrossoverState::absent) {
    return fmt::format("The specifications of {} and {} cannot be set against each other: {}.", title_of(a),
                       title_of(b), crossover.sentence);
  }
  const std::string peaks = fmt::format("{} against {} of {}", peak_text(a.roofs), peak_text(b.roofs), title_of(b));
  const auto has_interval = [](const AuditRoofs& roofs) {
    return roofs.stated || (roofs.peak.lower && roofs.peak.upper);
  };
  if (!crossover.wins_above && !(has_interval(a.roofs) && has_interval(b.roofs))) {
    return fmt::format(
        "Which of {} and {} is ahead on the specification is not decided: the peaks are {} against {}, and "
        "not both have an interval.",
        title_of(a), title_of(b), peak_text(a.roofs), peak_text(b.roofs));
  }
  if (!crossover.wins_above) {
    return fmt::format("On the specification {} is not ahead: its peak is {}, which {}.", title_of(a), peaks,
                       a.roofs.stated && b.roofs.stated ? "is the same" : "cannot be told apart");
  }
  return *crossover.wins_above == 0
             ? fmt::format("On the specification {} is ahead: its peak is {}.", title_of(a), peaks)
             : fmt::format("The specification of {} is not even ahead on paper: its peak is {}.", title_of(a), peaks);
}

std::string where_text(const AuditRecord& record) {
  const AuditCrossover& crossover = record.crossovers.front();
  const AuditSystem& a = record.systems[0];
  if (!a.lighthouse.intensity || crossover.state != CrossoverState::crosses) {
    return crossover.state == CrossoverState::crosses ? "" : ", and the roofs do not cross";
  }
  const int side = side_of(crossover, *a.lighthouse.intensity);
  return fmt::format(", at {} {} the tie at {}{}", intensity_text(a),
                     side < 0   ? "below"
                     : side > 0 ? "above"
                                : "within",
                     plain_estimate_text(crossover.intensity, a.roofs.work_unit + "/byte"),
                     side < 0   ? ", where bandwidth decides"
                     : side > 0 ? ", where the peak decides"
                                : "");
}

std::string fact_sentence(const AuditRecord& record) {
  const AuditSystem& a = record.systems[0];
  const AuditSystem& b = record.systems[1];
  const AuditComparison& comparison = record.comparisons.front();
  if (!comparison.measured.point) {
    return fmt::format("Nothing was measured that compares them{}; the roofs project {} over {} at {}.",
                       where_text(record), b.letter, a.letter,
                       comparison.predicted.point ? times_text(comparison.predicted) : "not available");
  }
  const std::string predicted =
      comparison.predicted.point ? fmt::format(" (the roofs say {})", times_text(comparison.predicted)) : "";
  return fmt::format("The lighthouse {}{}: {} does {} the throughput of {}{}.", record.lighthouse, where_text(record),
                     b.letter, times_text(comparison.measured), a.letter, predicted);
}

std::string advice_sentence(const AuditRecord& record) {
  const AuditSystem& a = record.systems[0];
  const AuditSystem& b = record.systems[1];
  const EstimateRecord& ratio = record.comparisons.front().measured;
  const bool a_has_the_peak = record.crossovers.front().wins_above == std::optional<std::size_t>(0);
  const std::string claim = record.claim.outcome == ClaimOutcome::not_available
                                ? ""
                                : fmt::format("; \"{:g}x by {}\" is {}", record.claim.factor,
                                              metric_title(record.claim.metric), name_of(record.claim.outcome));
  if (ratio.lower && *ratio.lower > 1.0) {
    return fmt::format("Against {}: {}buy {} for this mission{}.", a.letter,
                       a_has_the_peak ? "its peak is not what this work needs; " : "", b.letter, claim);
  }
  if (ratio.upper && *ratio.upper < 1.0) {
    return fmt::format(
        "For {}: {}{}.", a.letter,
        a_has_the_peak ? "its specification holds for this mission" : "it wins this mission, though not by its peak",
        claim);
  }
  return fmt::format("Neither for nor against {}: the two tie within what was measured, so decide by price or power{}.",
                     a.letter, claim);
}

}  // namespace

std::vector<AuditMetric> audit_metrics(const std::vector<AuditSystem>& systems, const std::string& chosen) {
  std::vector<AuditMetric> metrics;
  for (const char* name : {"throughput", "p99", "fps_per_watt", "usd_per_token"}) {
    AuditMetric metric{.name = name, .title = metric_title(name), .chosen = chosen == name};
    for (const AuditSystem& system : systems) {
      metric.needs.push_back(metric_figure(system, name).value.point ? "" : need_of(system, name));
    }
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

std::vector<std::string> audit_memo(const AuditRecord& record) {
  std::vector<std::string> memo{spec_sentence(record)};
  if (record.withheld()) {
    memo.push_back(fmt::format("The verdict is {}.", record.fairness.why_withheld()));
    std::string remedy = "Nothing here is for or against it";
    for (const FairnessControl& control : record.fairness.controls) {
      if (control.state != ControlState::holds) {
        remedy += fmt::format("; to get a verdict, {}", control.remedy);
        break;
      }
    }
    memo.push_back((record.fairness.controls.empty() ? remedy + "; measure a suite on each system" : remedy) + ".");
    return memo;
  }
  memo.push_back(fact_sentence(record));
  memo.push_back(advice_sentence(record));
  return memo;
}

}  // namespace assay
