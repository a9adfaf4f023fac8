#include "analysis/frames_json.hpp"

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "analysis/json_values.hpp"

namespace assay {
namespace {

using nlohmann::ordered_json;
using Percentiles = std::map<std::string, EstimateRecord>;

ordered_json percentiles_json(const Percentiles& percentiles) {
  ordered_json out = ordered_json::object();
  for (const auto& [name, estimate] : percentiles) {
    out[name] = estimate_json(estimate, "_s");
  }
  return out;
}

std::optional<double> optional_non_negative(const Field& field) {
  return field.absent() ? std::nullopt : std::optional(field.non_negative());
}

const Field& required(const Field& field) {
  if (field.absent()) {
    field.fail("an object");
  }
  return field;
}

EstimateRecord read_time(const Field& field) {
  for (const char* const part : {"point_s", "lower_s", "upper_s"}) {
    (void)optional_non_negative(field.member(part));
  }
  return read_estimate(field, "_s");
}

Percentiles read_percentiles(const Field& field) {
  Percentiles percentiles;
  for (const auto& [name, member] : field.members()) {
    percentiles[name] = read_time(member);
  }
  return percentiles;
}

ordered_json display_json(const std::optional<DisplayRecord>& display) {
  if (!display) {
    return nullptr;
  }
  ordered_json windows = ordered_json::array();
  for (const double fps : display->fps_windows) {
    windows.push_back(json_number(fps));
  }
  return {{"refreshes", display->refreshes},
          {"janks", display->janks},
          {"jank_share", estimate_json(display->jank_share, "")},
          {"fps", json_number(display->fps)},
          {"frame_time_p99", estimate_json(display->frame_time_p99_s, "_s")},
          {"low_fps", json_number(display->low_fps)},
          {"work_mean_s", json_number(display->work_mean_s)},
          {"wait_mean_s", json_number(display->wait_mean_s)},
          {"window_s", json_number(display->window_s)},
          {"fps_windows", windows},
          {"first_30_s_fps", json_number(display->first_30_s_fps)},
          {"last_30_s_fps", json_number(display->last_30_s_fps)},
          {"last_quarter_fps", json_number(display->last_quarter_fps)},
          {"retention", json_number(display->retention)},
          {"knee_s", json_number(display->knee_s)}};
}

/// Without a point where the file is from before it.
EstimateRecord read_share(const Field& field) {
  if (field.absent()) {
    return {};
  }
  const EstimateRecord share = read_estimate(field, "");
  for (const auto& [name, value] : {std::pair{"point", share.point}, {"lower", share.lower}, {"upper", share.upper}}) {
    if (value && !(*value >= 0.0 && *value <= 1.0)) {
      field.member(name).fail("a share from 0 to 1");
    }
  }
  if (share.lower && share.upper && *share.lower > *share.upper) {
    field.member("lower").fail("no more than the upper limit");
  }
  return share;
}

void check_parts(const Field& field, std::uint64_t whole, std::initializer_list<const char*> parts,
                 std::string_view expected) {
  for (const char* const part : parts) {
    if (field.member(part).count() > whole) {
      field.member(part).fail(expected);
    }
  }
}

std::optional<DisplayRecord> read_display(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  DisplayRecord display{.refreshes = field.member("refreshes").count(),
                        .janks = field.member("janks").count(),
                        .jank_share = read_share(field.member("jank_share")),
                        .fps = field.member("fps").non_negative(),
                        .frame_time_p99_s = read_time(field.member("frame_time_p99")),
                        .low_fps = optional_non_negative(field.member("low_fps")),
                        .work_mean_s = optional_non_negative(field.member("work_mean_s")),
                        .wait_mean_s = optional_non_negative(field.member("wait_mean_s")),
                        .window_s = field.member("window_s").non_negative(),
                        .fps_windows = {},
                        .first_30_s_fps = optional_non_negative(field.member("first_30_s_fps")),
                        .last_30_s_fps = optional_non_negative(field.member("last_30_s_fps")),
                        .last_quarter_fps = optional_non_negative(field.member("last_quarter_fps")),
                        .retention = optional_non_negative(field.member("retention")),
                        .knee_s = optional_non_negative(field.member("knee_s"))};
  check_parts(field, display.refreshes, {"janks"}, "no more than the refreshes");
  for (const Field& fps : field.member("fps_windows").elements()) {
    display.fps_windows.push_back(fps.non_negative());
  }
  return display;
}

}  // namespace

ordered_json frames_json(const std::optional<FramesRecord>& frames) {
  if (!frames) {
    return nullptr;
  }
  return {{"streams", frames->streams},
          {"frames_per_s", json_number(frames->frames_per_s)},
          {"phase", frames->phase},
          {"late_frames", frames->late_frames},
          {"deadline_s", json_number(frames->deadline_s)},
          {"deadline_source", frames->deadline_source},
          {"frames", frames->frames},
          {"dropped", frames->dropped},
          {"missed", frames->missed},
          {"missed_share", estimate_json(frames->missed_share, "")},
          {"effective_frames", json_number(frames->effective_frames)},
          {"longest_miss_run", frames->longest_miss_run},
          {"longest_miss_stream", frames->longest_miss_stream},
          {"computed_latency", percentiles_json(frames->computed_latency_s)},
          {"triggers", frames->triggers},
          {"trigger_latency", percentiles_json(frames->trigger_latency_s)},
          {"display", display_json(frames->display)}};
}

std::optional<FramesRecord> read_frames(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  FramesRecord frames{.streams = field.member("streams").count(),
                      .frames_per_s = optional_non_negative(field.member("frames_per_s")),
                      .phase = field.member("phase").text(),
                      .late_frames = field.member("late_frames").text(),
                      .deadline_s = field.member("deadline_s").non_negative(),
                      .deadline_source = field.member("deadline_source").text(),
                      .frames = field.member("frames").count(),
                      .dropped = field.member("dropped").count(),
                      .missed = field.member("missed").count(),
                      .missed_share = read_share(required(field.member("missed_share"))),
                      .effective_frames = field.member("effective_frames").non_negative(),
                      .longest_miss_run = field.member("longest_miss_run").count(),
                      .longest_miss_stream = field.member("longest_miss_stream").count(),
                      .computed_latency_s = read_percentiles(field.member("computed_latency")),
                      .triggers = field.member("triggers").count(),
                      .trigger_latency_s = read_percentiles(field.member("trigger_latency")),
                      .display = read_display(field.member("display"))};
  if (frames.streams == 0) {
    field.member("streams").fail("an integer from 1");
  }
  if (frames.frames_per_s && *frames.frames_per_s == 0.0) {
    field.member("frames_per_s").fail("a number above 0 or null");
  }
  if (frames.longest_miss_stream >= frames.streams) {
    field.member("longest_miss_stream").fail("a number below that of the streams");
  }
  check_parts(field, frames.frames, {"missed", "triggers"}, "no more than the frames");
  check_parts(field, frames.missed, {"dropped", "longest_miss_run"}, "no more than the missed frames");
  if (frames.effective_frames > static_cast<double>(frames.frames)) {
    field.member("effective_frames").fail("no more than the frames");
  }
  return frames;
}

}  // namespace assay
