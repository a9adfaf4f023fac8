#include "analysis/frames_record.hpp"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "analysis/estimate_record.hpp"
#include "analysis/frame_misses.hpp"
#include "analysis/latency_record.hpp"

namespace assay {
namespace {

/// Of each frame, in the order of arrival; kNever for one that was never computed.
std::vector<std::int64_t> frame_latencies(const TestResult& result) {
  std::vector<std::int64_t> latencies;
  latencies.reserve(result.records.size());
  for (const QueryRecord& record : result.records) {
    const Nanoseconds latency = record.latency();
    latencies.push_back(latency >= Nanoseconds::zero() ? latency.count() : kNever.count());
  }
  return latencies;
}

/// The three percentiles that a deadline is spoken of in.
std::map<std::string, EstimateRecord> percentiles_of(const LatencyDistribution& distribution, Percentile target) {
  std::map<std::string, EstimateRecord> kept;
  if (distribution.count() == 0) {
    return kept;
  }
  LatencyRecord record = latency_record(distribution, target);
  for (const char* name : {"p50", "p99", "p99.9"}) {
    kept[name] = std::move(record.percentiles_s[name]);
  }
  return kept;
}

void add_misses(FramesRecord& frames, const LatencyDistribution& latencies, PercentileLimit deadline) {
  const FrameMisses misses = frame_misses(latencies, frames.streams, deadline, kUsualConfidence);
  frames.deadline_s = seconds(deadline.limit);
  frames.missed = misses.missed;
  frames.missed_share = {.point = misses.share,
                         .lower = misses.interval.lower,
                         .upper = misses.interval.upper,
                         .confidence = kUsualConfidence,
                         .reason = ""};
  frames.effective_frames = misses.effective;
  frames.longest_miss_run = misses.longest_run;
  frames.longest_miss_stream = misses.longest_run_stream;
}

void add_triggers(FramesRecord& frames, const LatencyDistribution& latencies, Percentile target) {
  const auto all = latencies.in_time_order();
  std::vector<std::int64_t> slowest;
  for (std::size_t begin = 0; begin + frames.streams <= all.size(); begin += frames.streams) {
    slowest.push_back(std::ranges::max(all.subspan(begin, frames.streams)));
  }
  frames.triggers = slowest.size();
  frames.trigger_latency_s = percentiles_of(LatencyDistribution(std::move(slowest)), target);
}

void add_computed(FramesRecord& frames, const LatencyDistribution& latencies, Percentile target) {
  std::vector<std::int64_t> computed;
  std::ranges::copy_if(latencies.in_time_order(), std::back_inserter(computed),
                       [](std::int64_t latency) { return latency != kNever.count(); });
  frames.computed_latency_s = percentiles_of(LatencyDistribution(std::move(computed)), target);
}

}  // namespace

std::optional<FramesRecord> frames_record(const TestResult& result, const RunDistributions& distributions) {
  const TestSettings& settings = result.settings;
  const auto* cameras =
      settings.scenario == Scenario::server ? std::get_if<CameraArrivals>(&settings.arrivals) : nullptr;
  const bool multi_stream = settings.scenario == Scenario::multi_stream && settings.target_latency;
  if (result.records.empty() || (cameras == nullptr && !multi_stream)) {
    return std::nullopt;
  }
  const auto target = Percentile::of_parts_per_million(settings.target_percentile_ppm);
  FramesRecord frames{.streams = cameras != nullptr ? cameras->cameras : result.samples_per_query,
                      .phase = cameras != nullptr ? name_of(cameras->phase) : "closed loop",
                      .late_frames = name_of(settings.late_frames),
                      .deadline_source = settings.target_latency ? "window" : "period",
                      .frames = result.records.size(),
                      .dropped = distributions.dropped_samples};
  const LatencyDistribution latencies(frame_latencies(result));
  const Nanoseconds period = cameras != nullptr ? from_seconds(1.0 / cameras->frames_per_s) : Nanoseconds{0};
  add_misses(frames, latencies, {.percentile = target, .limit = settings.target_latency.value_or(period)});
  add_computed(frames, latencies, target);
  if (frames.streams > 1 && (multi_stream || cameras->phase == CameraPhase::aligned)) {
    add_triggers(frames, latencies, target);
  }
  if (cameras != nullptr) {
    frames.frames_per_s = cameras->frames_per_s;
    if (cameras->cameras == 1) {
      frames.display = display_record(result, cameras->frames_per_s);
    }
  }
  return frames;
}

}  // namespace assay
