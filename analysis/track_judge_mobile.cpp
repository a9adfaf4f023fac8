#include <fmt/format.h>

#include "analysis/format.hpp"
#include "analysis/track_judges.hpp"

namespace assay {

namespace {

constexpr double kDisplayHz = 60.0;
/// The lab's rule for a sustained figure.
constexpr double kSustainedSeconds = 600.0;
constexpr double kKept = 0.95;
constexpr double kLost = 0.9;

std::string fps_text(const std::optional<double>& fps) {
  return fps ? fmt::format("{:.1f} frames/s", *fps) : "not available";
}

void add_bars(CrisisRow& row, const TrackRun& run, const std::string& where) {
  const TrackFigures& figures = run.figures;
  const std::string mark = mark_before(run);
  row.bars.push_back(number_bar(true, fmt::format("{}{}: the first 30 s, a benchmark's length", mark, where),
                                figures.first_30_s_fps, fps_text(figures.first_30_s_fps), run.step));
  row.bars.push_back(number_bar(false,
                                fmt::format("{}{}: at its end, after {}", mark, where, format_duration(run.duration_s)),
                                figures.last_fps, fps_text(figures.last_fps), run.step));
}

std::string course_sentence(const TrackRun& run, const std::string& where) {
  const TrackFigures& figures = run.figures;
  std::string text = fmt::format("{}{}: ", mark_before(run), where);
  text += figures.first_30_s_fps ? fmt::format("the 30-second benchmark said {}, ", fps_text(figures.first_30_s_fps))
                                 : std::string("too short for the figure of a 30-second benchmark, ");
  text += fmt::format("the end of {} shows {}", format_duration(run.duration_s), fps_text(figures.last_fps));
  if (figures.retention) {
    text += fmt::format(" ({} kept)", format_percent(*figures.retention));
  }
  text += figures.knee_s ? fmt::format("; it bends after {}", format_duration(*figures.knee_s)) : "; no knee was found";
  if (figures.refreshes > 0) {
    text += fmt::format("; {} of {} refreshes had no new frame", format_count(figures.janks),
                        format_count(figures.refreshes));
  }
  if (figures.frame_time_p99_s.point) {
    text += fmt::format("; P99 frame time {}", format_duration(*figures.frame_time_p99_s.point));
  }
  if (figures.work_mean_s && figures.wait_mean_s) {
    text += fmt::format("; a frame is {} work and {} wait", format_duration(*figures.work_mean_s),
                        format_duration(*figures.wait_mean_s));
  }
  return text + ".";
}

enum class Course { kept, lost, between, unknown };

Course course_of(const TrackRun* run) {
  if (run == nullptr || !run->figures.first_30_s_fps || !run->figures.last_fps ||
      !(*run->figures.first_30_s_fps > 0.0)) {
    return Course::unknown;
  }
  const double kept = *run->figures.last_fps / *run->figures.first_30_s_fps;
  return kept < kLost ? Course::lost : kept >= kKept ? Course::kept : Course::between;
}

std::string lost_sentence(const TrackRun& run, const std::string& where) {
  return fmt::format(
      "{}{}: 30 s show {}, and {} are left after {}: plan for the second number, for nobody wears the "
      "glasses for 30 s.",
      mark_before(run), where, fps_text(run.figures.first_30_s_fps), fps_text(run.figures.last_fps),
      format_duration(run.duration_s));
}

}  // namespace

TrackFindings judge_mobile(const TrackRecord& record) {
  TrackFindings findings{.outcome = CrisisOutcome::open, .sentence = {}, .evidence = {}, .rows = {}};
  const TrackRun* const bare = run_of(record, "bare");
  const TrackRun* const envelope = run_of(record, "envelope");
  CrisisRow row{.quantity = "frames shown a second", .limit = kDisplayHz, .limit_text = "60 frames/s", .bars = {}};
  if (bare != nullptr) {
    add_bars(row, *bare, "this machine");
    findings.evidence.push_back(course_sentence(*bare, "This machine"));
  }
  if (envelope != nullptr) {
    add_bars(row, *envelope, "in the phone's envelope");
    findings.evidence.push_back(course_sentence(*envelope, "In the phone's envelope"));
    findings.evidence.emplace_back(
        "The envelope is a model with tuned constants: it shows what the audit sees, and is no evidence about phones.");
  }
  if (!row.bars.empty()) {
    findings.rows.push_back(std::move(row));
  }
  for (const TrackRun* const run : {bare, envelope}) {
    if (run != nullptr && !run->figures.power.empty()) {
      findings.evidence.push_back(fmt::format("{}{}: {}.", mark_before(*run), run->title, run->figures.power));
    }
    if (run != nullptr && run->duration_s < kSustainedSeconds && run == bare) {
      findings.evidence.push_back(fmt::format("A sustained audit takes {:.0f} s; this one took {}: burst only.",
                                              kSustainedSeconds, format_duration(run->duration_s)));
    }
  }
  const Course own = course_of(bare);
  const Course emulated = course_of(envelope);
  if (own == Course::lost) {
    findings.outcome = CrisisOutcome::confirmed;
    findings.sentence = lost_sentence(*bare, "This machine");
    findings.evidence.emplace_back(
        "Whether heat did it is for the run's own sensors, and for the CPU time that others took, to say.");
  } else if (emulated == Course::lost) {
    findings.outcome = CrisisOutcome::confirmed;
    findings.sentence = lost_sentence(*envelope, "In the phone's envelope");
    if (own == Course::kept) {
      findings.sentence += fmt::format(" This machine itself keeps {}: what it lacks is a phone's heat.",
                                       fps_text(bare->figures.last_fps));
    }
  } else if (own == Course::kept && emulated != Course::between) {
    findings.outcome = CrisisOutcome::refuted;
    findings.sentence =
        fmt::format("The 30-second figure of {} held to the end of {} ({}): no thermal peak was seen here{}.",
                    fps_text(bare->figures.first_30_s_fps), format_duration(bare->duration_s),
                    fps_text(bare->figures.last_fps), envelope == nullptr ? "" : ", nor in the envelope");
  } else {
    findings.sentence = "What was measured does not decide whether the 30-second figure lasts; --full measures longer.";
  }
  return findings;
}

}  // namespace assay
