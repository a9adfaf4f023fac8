#include "analysis/track_figures.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/frames_text.hpp"

namespace assay {

namespace {

EstimateRecord percentile_of(const LatencyRecord& latency, const std::string& name) {
  const auto found = latency.percentiles_s.find(name);
  return found == latency.percentiles_s.end() ? EstimateRecord{.reason = "the run has none"} : found->second;
}

void take_display(TrackFigures& figures, const DisplayRecord& display) {
  figures.fps = display.fps;
  figures.first_30_s_fps = display.first_30_s_fps;
  figures.last_fps = display.last_30_s_fps ? display.last_30_s_fps : display.last_quarter_fps;
  figures.retention = display.retention;
  figures.knee_s = display.knee_s;
  figures.refreshes = display.refreshes;
  figures.janks = display.janks;
  figures.frame_time_p99_s = display.frame_time_p99_s;
  figures.work_mean_s = display.work_mean_s;
  figures.wait_mean_s = display.wait_mean_s;
}

void take_frames(TrackFigures& figures, const RunDocument& run) {
  const FramesRecord& frames = *run.frames;
  figures.missed_share = frames.missed_share;
  figures.streams = frames.streams;
  figures.frames_per_s = frames.frames_per_s;
  figures.phase = frames.phase;
  figures.late_frames = frames.late_frames;
  figures.frames = frames.frames;
  figures.dropped = frames.dropped;
  figures.longest_miss_run = frames.longest_miss_run;
  if (frames.display) {
    take_display(figures, *frames.display);
    figures.power = frame_power_sentence(run);
  }
}

/// At the percentile that the run's windows are held at; the P99 where the file has no such one.
EstimateRecord at_target(const std::optional<LatencyRecord>& times, double percentile) {
  constexpr double kPercent = 100.0;
  if (!times) {
    return {.reason = "the run has no token times"};
  }
  const auto found = times->percentiles_s.find(fmt::format("p{:g}", kPercent * percentile));
  return found == times->percentiles_s.end() ? percentile_of(*times, "p99") : found->second;
}

std::optional<ServingFigures> serving_of(const RunDocument& run) {
  if (!run.serving) {
    return std::nullopt;
  }
  const ServingTotals& totals = run.serving->run;
  return ServingFigures{.tokens_per_s = totals.duration_s > 0.0 ? totals.tokens / totals.duration_s : 0.0,
                        .product_utilisation = totals.product_utilisation,
                        .bandwidth_utilisation = totals.bandwidth_utilisation,
                        .busy_share = totals.busy_share,
                        .batch_mean = totals.batch_mean,
                        .waterfall = totals.waterfall,
                        .ttft_s = at_target(run.first_token, run.percentile),
                        .tpot_s = at_target(run.token_time, run.percentile),
                        .dollars_per_million_tokens = run.serving->dollars_per_million_tokens};
}

}  // namespace

TrackFigures figures_of(const RunDocument& run) {
  TrackFigures figures{.mean_s = run.latency.mean_s,
                       .p99_s = percentile_of(run.latency, "p99"),
                       .p999_s = percentile_of(run.latency, "p99.9"),
                       .service_mean_s = run.service_time.mean_s,
                       .worker_count = run.placement.worker_cpus.size()};
  figures.queries = run.query_count;
  figures.percentile = run.percentile;
  figures.samples_per_query = run.samples_per_query;
  figures.worker_scheduling = run.execution ? run.execution->worker_scheduling : "";
  figures.foreign_share = run.foreign_cpu_share;
  figures.steal_share = run.steal_share;
  if (run.attribution) {
    const auto quota = std::ranges::find(run.attribution->causes, "CPU quota", &AttributionRecord::Cause::name);
    figures.quota_s = quota == run.attribution->causes.end() ? 0.0 : quota->excess_s;
  }
  figures.sustained_cause = run.soak ? std::string(name_of(run.soak->verdict.cause)) : "";
  if (run.work_flops) {
    figures.work_ops = static_cast<double>(*run.work_flops);
  }
  if (run.traffic_bytes) {
    figures.traffic_bytes = static_cast<double>(*run.traffic_bytes);
  }
  if (run.frames) {
    take_frames(figures, run);
  } else if (const auto& met = run.slo_met_share) {
    const auto rest = [](const std::optional<double>& share) {
      return share ? std::optional(1.0 - *share) : std::nullopt;
    };
    figures.missed_share = {.point = rest(met->point),
                            .lower = rest(met->upper),
                            .upper = rest(met->lower),
                            .confidence = met->confidence,
                            .reason = met->reason};
    figures.frames = run.query_count;
  } else {
    figures.missed_share.reason = "the run had no deadline";
  }
  figures.serving = serving_of(run);
  return figures;
}

}  // namespace assay
