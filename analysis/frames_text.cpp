#include "analysis/frames_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>
#include <vector>

namespace assay {
namespace {

/// "66.3 % [64.1 %, 68.4 %]"
std::string share_text(const EstimateRecord& share) {
  if (!share.point) {
    return "an unknown share";
  }
  std::string text = format_percent(*share.point);
  if (share.lower && share.upper) {
    text += fmt::format(" [{}, {}]", format_percent(*share.lower), format_percent(*share.upper));
  }
  return text;
}

/// ", 60.5 % [25.1 %, 89.0 %]"
std::string jank_share_text(const DisplayRecord& display) {
  return display.jank_share.point ? ", " + share_text(display.jank_share) : ", a count without an interval";
}

std::string fps(double value) { return format_rate(value, "frames/s"); }

std::string fps_or_absent(const std::optional<double>& value) { return value ? fps(*value) : "not available"; }

double duration_of(const FramesRecord& frames) {
  const double rate = frames.frames_per_s.value_or(0.0);
  return frames.display && rate > 0.0 ? static_cast<double>(frames.display->refreshes) / rate : 0.0;
}

std::string knee_text(const DisplayRecord& display) {
  if (display.fps_windows.size() < 5) {  // the first one, one that falls and three that confirm it
    return "no knee can be seen in so short a run";
  }
  return display.knee_s ? fmt::format("knee after {}", format_duration(*display.knee_s))
                        : fmt::format("no knee in intervals of {}", format_duration(display.window_s));
}

}  // namespace

std::string streams_sentence(const RunDocument& run) {
  const FramesRecord& frames = *run.frames;
  if (!frames.frames_per_s) {
    return fmt::format("{} samples of a query, one frame of each stream; the next query follows the last answer",
                       format_count(frames.streams));
  }
  return fmt::format("{} {} at {}{}, {} (ConstantStream); late frames {}", format_count(frames.streams),
                     frames.streams == 1 ? "camera" : "cameras", fps(*frames.frames_per_s),
                     frames.streams == 1 ? "" : " each", frames.phase,
                     frames.late_frames == "drop" ? "are dropped" : "wait in line");
}

std::string misses_sentence(const RunDocument& run, Charset charset) {
  const FramesRecord& frames = *run.frames;
  std::string text = fmt::format("{} of {} frames missed the deadline of {}{}", share_text(frames.missed_share),
                                 format_count(frames.frames), format_duration(frames.deadline_s, charset),
                                 frames.deadline_source == "period" ? " (the period)" : "");
  if (frames.missed > 0) {
    text += fmt::format("; longest run of misses {} {}", format_count(frames.longest_miss_run),
                        frames.longest_miss_run == 1 ? "frame" : "frames");
    if (frames.streams > 1) {
      text += fmt::format(" (stream {})", frames.longest_miss_stream);
    }
  }
  return text + fmt::format("; {} dropped", frames.dropped == 0 ? "none" : format_count(frames.dropped));
}

std::string frame_percentiles_sentence(const std::map<std::string, EstimateRecord>& percentiles, Charset charset) {
  std::string text;
  std::string missing;
  for (const auto& [name, estimate] : percentiles) {
    std::string shown = name;
    shown[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    text += fmt::format("{}{} {}", text.empty() ? "" : "  ", shown, format_duration_estimate(estimate, charset));
    if ((!estimate.lower || !estimate.upper) && !estimate.reason.empty()) {
      missing += fmt::format("; {}: {}", shown, estimate.reason);
    }
  }
  return text.empty() ? "not available: no frame was computed" : text + missing;
}

std::string display_sentence(const DisplayRecord& display, Charset charset) {
  return fmt::format("{} shown; {} of {} vsyncs missed (janks{}); P99 frame time {}; 1 % low {}", fps(display.fps),
                     format_count(display.janks), format_count(display.refreshes), jank_share_text(display),
                     format_duration_estimate(display.frame_time_p99_s, charset),
                     display.low_fps ? fps(*display.low_fps) : "not available: fewer than 100 frame times");
}

std::string frame_split_sentence(const DisplayRecord& display, Charset charset) {
  if (!display.work_mean_s || !display.wait_mean_s) {
    return "not available: no frame was computed";
  }
  return fmt::format("{} work and {} wait a frame, of those computed", format_duration(*display.work_mean_s, charset),
                     format_duration(*display.wait_mean_s, charset));
}

std::string kept_fps_sentence(const RunDocument& run) {
  if (!run.frames || !run.frames->display) {
    return "not available: only a single camera has a display";
  }
  const DisplayRecord& display = *run.frames->display;
  const double lasted_s = duration_of(*run.frames);
  if (!display.first_30_s_fps) {
    return fmt::format("not available: the run of {} is shorter than 30 s", format_duration(lasted_s));
  }
  const std::string retention =
      display.retention ? fmt::format("retention {} (last 30 s / first 30 s)", format_percent(*display.retention))
      : lasted_s < 60.0 ? std::string("retention not available: the run is shorter than 60 s")
                        : std::string("retention not available: nothing was shown in the first 30 s");
  return fmt::format("the first 30 s, as long as a short benchmark, show {}; the last quarter of {} shows {}; {}; {}",
                     fps(*display.first_30_s_fps), format_duration(lasted_s), fps_or_absent(display.last_quarter_fps),
                     retention, knee_text(display));
}

Reading<FramesPerJoule> frames_per_joule(const RunDocument& run) {
  if (!run.frames || !run.frames->display) {
    return Unavailable{"only a single camera has a display"};
  }
  if (!run.soak) {
    return Unavailable{"power is read in a soak only: assay soak"};
  }
  for (const EnergyRecord& energy : run.soak->energy) {
    if (energy.mean_power_w > 0.0) {
      return FramesPerJoule{.value = run.frames->display->fps / energy.mean_power_w, .boundary = energy.boundary};
    }
  }
  return Unavailable{run.soak->no_energy.empty() ? "no energy counter" : run.soak->no_energy};
}

std::string frame_power_sentence(const RunDocument& run) {
  const Reading<FramesPerJoule> frames = frames_per_joule(run);
  return frames ? fmt::format("{:.3g} FPS/W ({}, idle power included)", frames->value, frames->boundary)
                : fmt::format("FPS/W not available: {}", frames.reason());
}

}  // namespace assay
