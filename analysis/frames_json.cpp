#include "analysis/frames_json.hpp"

#include <nlohmann/json.hpp>
#include <string>

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

Percentiles read_percentiles(const Field& field) {
  Percentiles percentiles;
  for (const auto& [name, member] : field.members()) {
    percentiles[name] = read_estimate(member, "_s");
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

std::optional<DisplayRecord> read_display(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  DisplayRecord display{.refreshes = field.member("refreshes").count(),
                        .janks = field.member("janks").count(),
                        .fps = field.member("fps").non_negative(),
                        .frame_time_p99_s = read_estimate(field.member("frame_time_p99"), "_s"),
                        .low_fps = field.member("low_fps").optional_number(),
                        .work_mean_s = field.member("work_mean_s").optional_number(),
                        .wait_mean_s = field.member("wait_mean_s").optional_number(),
                        .window_s = field.member("window_s").non_negative(),
                        .fps_windows = {},
                        .first_30_s_fps = field.member("first_30_s_fps").optional_number(),
                        .last_30_s_fps = field.member("last_30_s_fps").optional_number(),
                        .last_quarter_fps = field.member("last_quarter_fps").optional_number(),
                        .retention = field.member("retention").optional_number(),
                        .knee_s = field.member("knee_s").optional_number()};
  if (display.janks > display.refreshes) {
    field.member("janks").fail("no more than the refreshes");
  }
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
                      .frames_per_s = field.member("frames_per_s").optional_number(),
                      .phase = field.member("phase").text(),
                      .late_frames = field.member("late_frames").text(),
                      .deadline_s = field.member("deadline_s").non_negative(),
                      .deadline_source = field.member("deadline_source").text(),
                      .frames = field.member("frames").count(),
                      .dropped = field.member("dropped").count(),
                      .missed = field.member("missed").count(),
                      .missed_share = read_estimate(field.member("missed_share"), ""),
                      .effective_frames = field.member("effective_frames").non_negative(),
                      .longest_miss_run = field.member("longest_miss_run").count(),
                      .longest_miss_stream = field.member("longest_miss_stream").count(),
                      .computed_latency_s = read_percentiles(field.member("computed_latency")),
                      .triggers = field.member("triggers").count(),
                      .trigger_latency_s = read_percentiles(field.member("trigger_latency")),
                      .display = read_display(field.member("display"))};
  for (const char* part : {"dropped", "missed", "triggers"}) {
    if (field.member(part).count() > frames.frames) {
      field.member(part).fail("no more than the frames");
    }
  }
  return frames;
}

}  // namespace assay
