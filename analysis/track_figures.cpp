#include <algorithm>

#include "analysis/track_record.hpp"

namespace assay {

namespace {

EstimateRecord percentile_of(const LatencyRecord& latency, const std::string& name) {
  const auto found = latency.percentiles_s.find(name);
  return found == latency.percentiles_s.end() ? EstimateRecord{.reason = "the run has none"} : found->second;
}

}  // namespace

TrackFigures figures_of(const RunDocument& run) {
  TrackFigures figures{.mean_s = run.latency.mean_s,
                       .p99_s = percentile_of(run.latency, "p99"),
                       .p999_s = percentile_of(run.latency, "p99.9"),
                       .service_mean_s = run.service_time.mean_s,
                       .worker_count = run.placement.worker_cpus.size()};
  if (run.work_flops) {
    figures.work_ops = static_cast<double>(*run.work_flops);
  }
  if (run.traffic_bytes) {
    figures.traffic_bytes = static_cast<double>(*run.traffic_bytes);
  }
  if (const auto& met = run.slo_met_share) {
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
  return figures;
}

const TrackRun* run_of(const TrackRecord& record, const std::string& step) {
  const auto found = std::ranges::find(record.runs, step, &TrackRun::step);
  return found == record.runs.end() || found->interrupted ? nullptr : &*found;
}

}  // namespace assay
