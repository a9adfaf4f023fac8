#include "lab/flow/run_facts.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/json_values.hpp"
#include "analysis/run_mark.hpp"
#include "analysis/run_window_share.hpp"
#include "analysis/track_figures.hpp"
#include "analysis/track_record.hpp"
#include "lab/tour_plan.hpp"

namespace assay {
namespace {

using nlohmann::json;

void keep(RunFacts& facts, const std::string& name, const EstimateRecord& estimate) {
  if (estimate.point) {
    facts.figures[name] = estimate;
  }
}

void keep(RunFacts& facts, const std::string& name, const std::optional<double>& value, const char* why_no_interval) {
  if (value) {
    facts.figures[name] = {.point = value, .reason = why_no_interval};
  }
}

void keep_latency(RunFacts& facts, const RunDocument& run) {
  constexpr const char* kMoment = "a plain moment of the observations";
  keep(facts, "mean_s", run.latency.mean_s, kMoment);
  keep(facts, "sd_s", run.latency.standard_deviation_s, kMoment);
  for (const auto& [name, estimate] : run.latency.percentiles_s) {
    keep(facts, name + "_s", estimate);
  }
  keep(facts, "service_mean_s", run.service_time.mean_s, kMoment);
  if (run.first_token && run.first_token->percentiles_s.contains("p99")) {
    keep(facts, "ttft_p99_s", run.first_token->percentiles_s.at("p99"));
  }
}

/// How many of the queries were over the window, on the scale of the effective sample size.
void keep_window(RunFacts& facts, const RunDocument& run) {
  if (!run.slo_s || run.latency.count == 0 || !run.slo_met_share) {
    return;
  }
  keep(facts, "window_s", run.slo_s, "as asked");
  const WindowShare share = recorded_window_share(run);
  facts.figures["over_share"] = {
      .point = 1.0 - share.within, .lower = 1.0 - share.interval.upper, .upper = 1.0 - share.interval.lower};
  keep(facts, "effective_queries", share.effective_sample_size, "a count");
  if (run.fleet) {
    keep(facts, "over_share_upper", run.fleet->share_upper, "a limit of 95 %");
    keep(facts, "over_autocorrelation", run.fleet->autocorrelation, "a plain moment of the observations");
  }
}

void keep_frames(RunFacts& facts, const RunDocument& run) {
  constexpr const char* kCount = "a count over a stretch of the run";
  const TrackFigures figures = figures_of(run);
  if (run.frames) {
    keep(facts, "missed_share", figures.missed_share);
  }
  keep(facts, "fps", figures.fps, kCount);
  keep(facts, "first_30_s_fps", figures.first_30_s_fps, kCount);
  keep(facts, "last_fps", figures.last_fps, kCount);
}

json doses_json(const std::vector<DoseRecord>& doses) {
  json list = json::array();
  for (const DoseRecord& dose : doses) {
    list.push_back({{"knob", dose.knob},
                    {"unit", dose.unit},
                    {"requested", dose.requested},
                    {"achieved", json(json_number(dose.achieved))},
                    {"delivered", dose.delivered},
                    {"reason", json(json_text_or_null(dose.reason))}});
  }
  return list;
}

}  // namespace

const EstimateRecord* RunFacts::figure(std::string_view name) const {
  const auto found = figures.find(std::string(name));
  return found == figures.end() ? nullptr : &found->second;
}

RunFacts facts_of(const RunDocument& run) {
  RunFacts facts{
      .kind = "run",
      .id = run.id,
      .what = fmt::format("{}, {}{}{}", run.workload, run.scenario, run.arrivals.empty() ? "" : ", ", run.arrivals),
      .valid = run.valid,
      .honest = is_honest(run),
      .interrupted = run.interrupted,
      .mark = mark_of(run).text()};
  for (const InvalidReason& reason : run.invalid_reasons) {
    facts.invalid_codes.push_back(reason.code);
  }
  for (const DoseRecord& dose : run.interference) {
    facts.doses.push_back({.knob = dose.knob,
                           .unit = dose.unit,
                           .requested = dose.requested,
                           .achieved = dose.achieved,
                           .delivered = dose.delivered,
                           .reason = dose.reason});
  }
  constexpr const char* kOneRun = "one run has no interval; repeat it";
  keep(facts, "samples_per_s", run.samples_per_s, kOneRun);
  keep(facts, "queries_per_s", run.queries_per_s, kOneRun);
  keep(facts, "queries", static_cast<double>(run.query_count), "a count");
  keep(facts, "duration_s", run.duration_s, "as recorded");
  // One query holds everything in Offline: when its samples end is no latency of a request.
  if (run.scenario != "offline") {
    keep_latency(facts, run);
    keep_window(facts, run);
    keep_frames(facts, run);
  }
  return facts;
}

RunFacts facts_of(const RealWorldRecord& record) {
  RunFacts facts{.kind = "realworld",
                 .what = "keyword spotting, clean and in the field",
                 .valid = !record.interrupted,
                 .honest = !record.interrupted,
                 .interrupted = record.interrupted};
  if (const auto field = field_of(record)) {
    keep(facts, "field_accuracy", field->found);
    keep(facts, "field_gap", field->gap);
    for (const auto& accuracy : field->accuracies) {
      if (accuracy.is_claim) {
        keep(facts, "clean_accuracy", accuracy.share);
      }
    }
    facts.what += ": " + field->condition;
  }
  return facts;
}

json facts_json(const RunFacts& facts) {
  json figures = json::object();
  for (const auto& [name, estimate] : facts.figures) {
    figures[name] = json(estimate_json(estimate, ""));
  }
  return {{"kind", facts.kind},
          {"id", json(json_text_or_null(facts.id))},
          {"what", facts.what},
          {"valid", facts.valid},
          {"honest", facts.honest},
          {"interrupted", facts.interrupted},
          {"invalid_codes", facts.invalid_codes},
          {"mark", json(json_text_or_null(facts.mark))},
          {"doses", doses_json(facts.doses)},
          {"figures", figures},
          {"sentences", facts.sentences}};
}

RunFacts read_facts(const Field& field) {
  RunFacts facts{.kind = field.member("kind").text(),
                 .id = field.member("id").text_or_empty(),
                 .what = field.member("what").text(),
                 .valid = field.member("valid").boolean(),
                 .honest = field.member("honest").boolean(),
                 .interrupted = field.member("interrupted").boolean(),
                 .invalid_codes = field.member("invalid_codes").texts(),
                 .mark = field.member("mark").text_or_empty(),
                 .doses = {},
                 .figures = {},
                 .sentences = field.member("sentences").texts()};
  for (const Field& dose : field.member("doses").elements()) {
    facts.doses.push_back({.knob = dose.member("knob").text(),
                           .unit = dose.member("unit").text(),
                           .requested = dose.member("requested").number(),
                           .achieved = dose.member("achieved").optional_number(),
                           .delivered = dose.member("delivered").boolean(),
                           .reason = dose.member("reason").text_or_empty()});
  }
  for (const auto& [name, estimate] : field.member("figures").members()) {
    (void)estimate.member("point").number();  // a figure without one is left out
    facts.figures[name] = read_estimate(estimate, "");
  }
  return facts;
}

}  // namespace assay
