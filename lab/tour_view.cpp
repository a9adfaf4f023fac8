#include "lab/tour_view.hpp"

#include <fmt/format.h>

#include "analysis/format.hpp"
#include "analysis/report_sentences.hpp"
#include "analysis/report_text.hpp"
#include "analysis/roofline.hpp"
#include "analysis/roofline_dots.hpp"
#include "analysis/roofline_text.hpp"
#include "analysis/run_mark.hpp"
#include "harness/file_source.hpp"
#include "lab/terminal.hpp"

namespace assay {

namespace {

/// Pads by what a terminal shows, not by bytes: "µs" has three bytes and two columns.
std::string padded(const std::string& text, std::size_t width) {
  const std::size_t shown = display_width(text);
  return text + std::string(shown < width ? width - shown : 0, ' ');
}

std::string point_of(const RunDocument& run, const char* percentile, Charset charset) {
  const auto found = run.latency.percentiles_s.find(percentile);
  if (is_one_batch(run) || found == run.latency.percentiles_s.end() || !found->second.point) {
    return "-";
  }
  return format_duration(*found->second.point, charset);
}

std::string throughput_of(const RunDocument& run) {
  return run.samples_per_s ? format_rate(*run.samples_per_s, "samples/s") : "not available";
}

std::string table(const TourView& view, const TextStyle& style) {
  std::size_t widest = 0;
  for (const std::string& title : view.titles) {
    widest = std::max(widest, title.size());
  }
  constexpr std::size_t kRate = 20;
  constexpr std::size_t kTime = 10;
  std::string text = padded("", widest) + "  " + padded("throughput", kRate) + padded("P50", kTime) +
                     padded("P90", kTime) + padded("P99", kTime) + "verdict\n";
  for (std::size_t i = 0; i < view.runs.size(); ++i) {
    const RunDocument& run = view.runs[i];
    text += padded(view.titles[i], widest) + "  " + padded(throughput_of(run), kRate);
    for (const char* percentile : {"p50", "p90", "p99"}) {
      text += padded(point_of(run, percentile, style.charset), kTime);
    }
    const std::string mark = mark_of(run).text();
    text += verdict_word(run) + (mark.empty() ? "" : "  " + mark) + "\n";
  }
  return text;
}

bool runs_flat_out(const RunDocument& run) {
  return (run.scenario == "single" || run.scenario == "offline") && run.interference.empty();
}

std::string noise_note(const TourView& view) {
  const TourSizing& sizing = *view.sizing;
  if (!view.no_tail.empty()) {
    return fmt::format("No noise was injected: queries of {} would need bursts that cannot be ({})",
                       format_duration(sizing.p50_s), view.no_tail);
  }
  return fmt::format(
      "The 1 % law expects P99 to break from -ln(0.99) / {} = {} of noise on; the tour injects {:g} and {:g} times as "
      "many, each of {:g} x the window",
      format_duration(sizing.p50_s), format_rate(sizing.critical_rate_hz, "bursts/s"), kTourFewBursts, kTourManyBursts,
      kTourBurstFactor);
}

std::string roofline_section(const TourView& view, const TextStyle& style) {
  return "Roofline: what this machine can do at most, and how near the runs came\n" +
         roofline_brief_text(view.roofline->measurement, view.roofline->fitted, tour_dots(view), style) +
         fmt::format("  all of it: assay roofline --from {}\n\n", view.roofline->file);
}

}  // namespace

std::vector<PlacedDot> tour_dots(const TourView& view) {
  std::vector<PlacedDot> dots;
  for (const RunDocument& run : view.runs) {
    if (runs_flat_out(run)) {
      dots.push_back(place_run(view.roofline->fitted, view.roofline->measurement, run));
    }
  }
  return dots;
}

std::vector<std::string> tour_notes(const TourView& view) {
  std::vector<std::string> notes;
  if (view.roofline) {
    notes.push_back(
        fmt::format("The measured roofline of this machine: {}, chart: {}", view.roofline->file, view.roofline->chart));
  }
  if (!view.sizing) {
    notes.emplace_back("the tour ended before Server");
    return notes;
  }
  for (const std::string& note :
       {fmt::format("Server's window is {:.0f} x the P50 of SingleStream, in whole microseconds: {}", kTourWindowFactor,
                    format_duration(view.sizing->window_s)),
        fmt::format("Server's rates are {:.0f} % and {:.0f} % of what Offline completed: {}", 100.0 * kTourEasyShare,
                    100.0 * kTourHardShare, format_rate(view.sizing->offline_rate_hz, "samples/s")),
        noise_note(view),
        fmt::format("In Offline and Server a worker takes up to {} waiting samples at once", kTourBatch)}) {
    notes.push_back(note);
  }
  return notes;
}

std::string tour_text(const TourView& view, const TextStyle& style) {
  const Machine& machine = view.machine;
  std::string text = fmt::format("{}: {} cores, CPUs {} allowed, {} of memory, {}\n", machine.cpu_model,
                                 machine.core_count, cpu_list_text(machine.allowed_cpus()),
                                 format_bytes(machine.memory_total.count), machine.operating_system);
  text += fmt::format("doctor: {}\n\n", view.doctor_verdict);
  for (std::size_t i = 0; i < view.runs.size(); ++i) {
    text += run_summary_text(view.runs[i], style);
    text += fmt::format(" again    {}\n\n", view.commands[i]);
  }
  text += table(view, style) + "\n";
  if (view.roofline) {
    text += roofline_section(view, style);
  }
  for (const std::string& note : tour_notes(view)) {
    text += note + "\n";
  }
  text += fmt::format(
      "\nmeasured in {}\npage     {}\nresults  {}\nnext     assay peak {} --slo {}   assay explain P99   "
      "assay doctor\n",
      format_duration(view.duration_s, style.charset), view.report_file, view.folder, view.runs.front().workload,
      view.sizing ? fmt::format("{:.0f}us@p99", view.sizing->window_s * 1e6) : "10ms@p99");
  return text;
}

}  // namespace assay
