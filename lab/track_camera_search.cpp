#include "lab/track_camera_search.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "analysis/peak_search.hpp"
#include "analysis/track_judges.hpp"

namespace assay {

namespace {

constexpr std::uint64_t kMostProbes = 24;

std::optional<std::uint64_t> cameras_of(const std::optional<double>& rate) {
  return rate ? std::optional(static_cast<std::uint64_t>(std::llround(*rate))) : std::nullopt;
}

void take_estimate(CameraSearch& found, const PeakSearch& search) {
  const PeakEstimate estimate = search.estimate();
  found.held = cameras_of(estimate.held_hz);
  found.broke = cameras_of(estimate.broke_hz);
  found.doubt = estimate.reason;
}

/// By the share of missed frames, which is what the track judges by and prints.
PeakProbe peak_probe_of(const RunDocument& run, const TrackRun& kept, std::uint64_t cameras) {
  PeakProbe probe = probe_of(run);
  probe.rate_hz = static_cast<double>(cameras);
  if (run.frames && run.frames->missed_share.point) {
    const EstimateRecord& missed = run.frames->missed_share;
    probe.share = {.within = 1.0 - *missed.point,
                   .interval = {.lower = 1.0 - missed.upper.value_or(1.0), .upper = 1.0 - missed.lower.value_or(0.0)},
                   .effective_sample_size = run.frames->effective_frames};
  }
  if (!decides(kept)) {  // it is asked again, and decides nothing
    probe.share = {.within = 0.0, .interval = {.lower = 0.0, .upper = 1.0}, .effective_sample_size = 0.0};
  }
  return probe;
}

bool probe_cameras(const TrackStep& step, CameraSearch& found, PeakSearch& search, const MeasureProbe& measure,
                   std::uint64_t cameras) {
  const std::string id = fmt::format("{}-{}-{}", step.definition.id, found.probes.size() + 1, cameras);
  const auto run = measure(for_cameras(step.run, cameras), id, fmt::format("{}: {}", step.definition.title, cameras));
  if (!run) {
    return false;
  }
  const TrackFigures& figures = run->kept.figures;
  found.phase = figures.phase;
  found.frames_per_s = figures.frames_per_s;
  search.record(peak_probe_of(run->document, run->kept, cameras));
  found.probes.push_back({.cameras = cameras,
                          .outcome = search.probes().back().outcome,
                          .ignored = !decides(run->kept),
                          .missed_share = figures.missed_share,
                          .file = run->kept.file});
  return true;
}

}  // namespace

bool search_cameras(const TrackStep& step, Percentile percentile, const MeasureProbe& measure,
                    const std::function<void(CameraSearch)>& take) {
  CameraSearch found{
      .step = step.definition.id, .title = step.definition.title, .allowed_share = 1.0 - percentile.fraction()};
  PeakSearch search({.start_rate_hz = 1.0,
                     .lowest_rate_hz = 1.0,
                     .highest_rate_hz = static_cast<double>(step.definition.most),
                     .most_probes = kMostProbes,
                     .percentile = percentile,
                     .step_hz = 1.0,
                     .step_name = "camera"});
  return make_probes(
      search,
      [&](double rate) {
        return probe_cameras(step, found, search, measure, static_cast<std::uint64_t>(std::llround(rate)));
      },
      [&] {
        take_estimate(found, search);
        take(std::move(found));
      });
}

}  // namespace assay
