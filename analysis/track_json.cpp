#include <nlohmann/json.hpp>

#include "analysis/track_record.hpp"

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }
Json or_null(const std::optional<std::uint64_t>& value) { return value ? Json(*value) : Json(); }
Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json estimate_json(const EstimateRecord& estimate) {
  return {{"point", or_null(estimate.point)},
          {"lower", or_null(estimate.lower)},
          {"upper", or_null(estimate.upper)},
          {"confidence", estimate.confidence},
          {"reason", or_null(estimate.reason)}};
}

Json serving_json(const std::optional<ServingFigures>& figures) {
  if (!figures) {
    return {};
  }
  Json waterfall = Json::object();
  const auto names = waterfall_names();
  const auto parts = figures->waterfall.parts();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    waterfall[std::string(names.at(i))] = parts.at(i);
  }
  return {{"tokens_per_s", figures->tokens_per_s},
          {"product_utilisation", figures->product_utilisation},
          {"bandwidth_utilisation", figures->bandwidth_utilisation},
          {"busy_share", figures->busy_share},
          {"batch_mean", figures->batch_mean},
          {"waterfall", waterfall},
          {"ttft_s", estimate_json(figures->ttft_s)},
          {"tpot_s", estimate_json(figures->tpot_s)},
          {"dollars_per_million_tokens", or_null(figures->dollars_per_million_tokens)}};
}

Json figures_json(const TrackFigures& figures) {
  return {{"latency_mean_s", or_null(figures.mean_s)},
          {"latency_p99_s", estimate_json(figures.p99_s)},
          {"latency_p99_9_s", estimate_json(figures.p999_s)},
          {"service_mean_s", or_null(figures.service_mean_s)},
          {"worker_count", figures.worker_count},
          {"work_ops", or_null(figures.work_ops)},
          {"traffic_bytes", or_null(figures.traffic_bytes)},
          {"missed_share", estimate_json(figures.missed_share)},
          {"frame_count", figures.frames},
          {"dropped_count", figures.dropped},
          {"longest_miss_run", figures.longest_miss_run},
          {"fps", or_null(figures.fps)},
          {"first_30_s_fps", or_null(figures.first_30_s_fps)},
          {"last_fps", or_null(figures.last_fps)},
          {"retention", or_null(figures.retention)},
          {"knee_s", or_null(figures.knee_s)},
          {"refresh_count", figures.refreshes},
          {"jank_count", figures.janks},
          {"frame_time_p99_s", estimate_json(figures.frame_time_p99_s)},
          {"work_mean_s", or_null(figures.work_mean_s)},
          {"wait_mean_s", or_null(figures.wait_mean_s)},
          {"power", or_null(figures.power)},
          {"query_count", figures.queries},
          {"percentile", figures.percentile},
          {"samples_per_query", figures.samples_per_query},
          {"stream_count", figures.streams},
          {"frames_per_s", or_null(figures.frames_per_s)},
          {"phase", or_null(figures.phase)},
          {"late_frames", or_null(figures.late_frames)},
          {"worker_scheduling", or_null(figures.worker_scheduling)},
          {"foreign_cpu_share", or_null(figures.foreign_share)},
          {"steal_share", or_null(figures.steal_share)},
          {"cpu_quota_s", figures.quota_s},
          {"sustained_cause", or_null(figures.sustained_cause)},
          {"serving", serving_json(figures.serving)}};
}

Json run_json(const TrackRun& run) {
  return {{"step", run.step},
          {"title", run.title},
          {"file", run.file},
          {"sha256", run.sha256},
          {"scenario", run.scenario},
          {"parameters", run.parameters},
          {"synthetic", run.mark.synthetic},
          {"emulated", or_null(run.mark.emulated)},
          {"valid", run.valid},
          {"interrupted", run.interrupted},
          {"invalid_codes", run.invalid_codes},
          {"duration_s", run.duration_s},
          {"figures", figures_json(run.figures)}};
}

Json search_json(const CameraSearch& search) {
  Json probes = Json::array();
  for (const CameraProbe& probe : search.probes) {
    probes.push_back({{"cameras", probe.cameras},
                      {"held", probe.outcome == ProbeOutcome::held},
                      {"outcome", name_of(probe.outcome)},
                      {"ignored", probe.ignored},
                      {"missed_share", estimate_json(probe.missed_share)},
                      {"file", probe.file}});
  }
  return {{"step", search.step},
          {"title", search.title},
          {"phase", or_null(search.phase)},
          {"frames_per_s", or_null(search.frames_per_s)},
          {"allowed_share", search.allowed_share},
          {"held", or_null(search.held)},
          {"broke", or_null(search.broke)},
          {"doubt", or_null(search.doubt)},
          {"probes", probes}};
}

const char* name_of(CrisisOutcome outcome) {
  switch (outcome) {
    case CrisisOutcome::confirmed:
      return "confirmed";
    case CrisisOutcome::refuted:
      return "refuted";
    case CrisisOutcome::open:
      break;
  }
  return "open";
}

Json findings_json(const TrackFindings& findings) {
  Json rows = Json::array();
  for (const CrisisRow& row : findings.rows) {
    Json bars = Json::array();
    for (const CrisisBar& bar : row.bars) {
      bars.push_back({{"kind", bar.is_claim ? "claimed" : "found"},
                      {"label", bar.label},
                      {"value", or_null(bar.value)},
                      {"text", bar.text},
                      {"step", or_null(bar.source)}});
    }
    rows.push_back({{"quantity", row.quantity},
                    {"limit", or_null(row.limit)},
                    {"limit_text", or_null(row.limit_text)},
                    {"bars", bars}});
  }
  return {{"outcome", name_of(findings.outcome)},
          {"sentence", findings.sentence},
          {"evidence", findings.evidence},
          {"rows", rows}};
}

Json field_json(const std::optional<TrackField>& field) {
  if (!field) {
    return {};
  }
  Json accuracies = Json::array();
  for (const TrackAccuracy& accuracy : field->accuracies) {
    accuracies.push_back({{"kind", accuracy.is_claim ? "claimed" : "found"},
                          {"what", accuracy.what},
                          {"share", estimate_json(accuracy.share)},
                          {"word_count", accuracy.words}});
  }
  Json curves = Json::array();
  for (const AccuracyCurve& curve : field->curves) {
    Json points = Json::array();
    for (const AccuracyPoint& point : curve.points) {
      points.push_back({{"snr_db", point.snr_db}, {"share", estimate_json(point.share)}});
    }
    curves.push_back({{"noise", curve.noise},
                      {"model", curve.model},
                      {"isolated", curve.isolated},
                      {"without_noise", estimate_json(curve.without_noise)},
                      {"points", points}});
  }
  return {{"condition", field->condition},
          {"file", field->file},
          {"sha256", field->sha256},
          {"claim", estimate_json(field->claim)},
          {"found", estimate_json(field->found)},
          {"gap", estimate_json(field->gap)},
          {"accuracies", accuracies},
          {"curves", curves}};
}

Json rung_json(const LadderRung& rung) {
  Json probes = Json::array();
  for (const LadderProbe& probe : rung.probes) {
    probes.push_back({{"rate_hz", probe.rate_hz},
                      {"outcome", name_of(probe.outcome)},
                      {"ignored", probe.ignored},
                      {"figures", serving_json(probe.figures)},
                      {"file", probe.file}});
  }
  Json forecast;
  if (rung.forecast) {
    forecast = {{"tokens_per_s", rung.forecast->tokens_per_s},
                {"rate_hz", rung.forecast->rate_hz},
                {"ttft_tail_s", rung.forecast->ttft_tail_s},
                {"tpot_tail_s", rung.forecast->tpot_tail_s}};
  }
  return {{"step", rung.step},
          {"title", rung.title},
          {"flags", rung.flags},
          {"mlperf_closed", rung.mlperf_closed},
          {"closed_note", or_null(rung.closed_note)},
          {"forecast", forecast},
          {"forecast_note", or_null(rung.forecast_note)},
          {"forecast_error", or_null(forecast_error(rung))},
          {"peak_tokens_per_s", estimate_json(peak_tokens(rung))},
          {"held_hz", or_null(rung.held_hz)},
          {"broke_hz", or_null(rung.broke_hz)},
          {"doubt", or_null(rung.doubt)},
          {"probes", probes}};
}

Json choice_json(const TrackChoice& choice) {
  Json tried = Json::array();
  for (const auto& [value, mean_s] : choice.mean_s) {
    tried.push_back({{"value", value}, {"latency_mean_s", mean_s}});
  }
  return {{"mode", choice.mode},
          {"parameter", or_null(choice.parameter)},
          {"value", or_null(choice.value)},
          {"target_s", or_null(choice.target_s)},
          {"tried", tried}};
}

}  // namespace

std::string track_json(const TrackRecord& record) {
  Json runs = Json::array();
  for (const TrackRun& run : record.runs) {
    runs.push_back(run_json(run));
  }
  Json searches = Json::array();
  for (const CameraSearch& search : record.searches) {
    searches.push_back(search_json(search));
  }
  Json ladder = Json::array();
  for (const LadderRung& rung : record.ladder) {
    ladder.push_back(rung_json(rung));
  }
  const Json whole{{"schema", "assay/track/1"},
                   {"track", record.track},
                   {"judge", record.judge},
                   {"title", record.title},
                   {"persona", record.persona},
                   {"north_star", record.north_star},
                   {"crisis", record.crisis},
                   {"claim", record.claim},
                   {"stakeholder", record.stakeholder},
                   {"preset", record.preset},
                   {"created", record.created},
                   {"tool", record.tool},
                   {"machine", record.machine},
                   {"workload", record.workload},
                   {"window", record.window},
                   {"window_s", record.window_s},
                   {"seed", record.seed},
                   {"complete", record.complete},
                   {"interrupted", record.interrupted},
                   {"choice", choice_json(record.choice)},
                   {"runs", runs},
                   {"searches", searches},
                   {"field", field_json(record.field)},
                   {"ladder", ladder},
                   {"ttft_limit_s", or_null(record.ttft_limit_s)},
                   {"tpot_limit_s", or_null(record.tpot_limit_s)},
                   {"left_out", record.left_out},
                   {"notes", record.notes},
                   {"findings", findings_json(record.findings)},
                   {"page", or_null(record.page)}};
  return whole.dump(2) + "\n";
}

}  // namespace assay
