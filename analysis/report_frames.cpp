#include "analysis/report_frames.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "analysis/frames_text.hpp"
#include "analysis/report_tables.hpp"

namespace assay {
namespace {

/// The course of the frames shown, a row for each run of intervals that show the same to a tenth of a frame.
Html course_table(const DisplayRecord& display) {
  Html out;
  if (display.fps_windows.size() < 2) {
    return out;
  }
  out.put("<details class=\"loops\"><summary>Frames shown over time</summary><div class=\"scroll\">");
  out.put("<table class=\"stack tail\"><caption>")
      .text(fmt::format("Frames shown in intervals of {}; those that follow each other with the same rate share a row.",
                        format_duration(display.window_s)));
  out.put("</caption><thead><tr><th scope=\"col\">From</th><th scope=\"col\">To</th><th scope=\"col\">Shown</th></tr>");
  out.put("</thead><tbody>");
  const auto text_of = [](double fps) { return format_rate(fps, "frames/s"); };
  for (std::size_t begin = 0; begin < display.fps_windows.size();) {
    const std::string shown = text_of(display.fps_windows[begin]);
    std::size_t end = begin + 1;
    while (end < display.fps_windows.size() && text_of(display.fps_windows[end]) == shown) {
      ++end;
    }
    const auto time = [&display](std::size_t i) { return format_duration(static_cast<double>(i) * display.window_s); };
    out.put("<tr><th scope=\"row\">").text(begin == 0 ? "0 s" : time(begin)).put("</th><td data-label=\"To\">");
    out.text(time(end)).put("</td><td data-label=\"Shown\">").text(shown).put("</td></tr>");
    begin = end;
  }
  return out.put("</tbody></table></div></details>");
}

}  // namespace

Html frames_section(const RunDocument& run) {
  Html out;
  if (!run.frames) {
    return out;
  }
  const FramesRecord& frames = *run.frames;
  out.put("<h3>Frames").put(mark_chips(run)).put("</h3><dl class=\"facts\">");
  put_fact(out, "Streams", streams_sentence(run));
  put_fact(out, "Deadline", misses_sentence(run, Charset::utf8));
  if (frames.triggers > 0) {
    put_fact(out, "Slowest of a trigger", frame_percentiles_sentence(frames.trigger_latency_s, Charset::utf8));
  }
  if (frames.dropped > 0 || frames.streams > 1) {
    put_fact(out, "Frames computed", frame_percentiles_sentence(frames.computed_latency_s, Charset::utf8));
  }
  if (frames.display) {
    put_fact(out, "Display", display_sentence(*frames.display, Charset::utf8));
    put_fact(out, "Work and wait", frame_split_sentence(*frames.display, Charset::utf8));
    put_fact(out, "First 30 s and sustained", kept_fps_sentence(run));
    put_fact(out, "FPS/W", frame_power_sentence(run));
  }
  out.put("</dl>");
  if (frames.display) {
    out.put(course_table(*frames.display));
  }
  return out;
}

}  // namespace assay
