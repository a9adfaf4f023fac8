#include <fmt/format.h>

#include <utility>

#include "analysis/format.hpp"
#include "analysis/sustained_verdict.hpp"
#include "analysis/track_judges.hpp"

namespace assay {

namespace {

/// The lab's rule for a sustained figure.
constexpr double kSustainedSeconds = 600.0;
constexpr double kKept = 0.95;
constexpr double kLost = 0.9;
/// The display's rate is reached with this share of it.
constexpr double kReached = 0.95;
/// More than this of the machine's CPU time taken by others may be what took the frames.
constexpr double kOthersShare = 0.02;

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

/// The rate that the display asks for.
double display_hz(const TrackRun& run) {
  constexpr double kUsualHz = 60.0;
  return run.figures.frames_per_s.value_or(kUsualHz);
}

/// Who else may have taken the frames: empty where it is known that nobody did.
std::string others_text(const TrackRun& run) {
  const TrackFigures& figures = run.figures;
  if (figures.foreign_share && *figures.foreign_share > kOthersShare) {
    return fmt::format("other processes took {} of the machine's CPU time", format_percent(*figures.foreign_share));
  }
  if (figures.steal_share && *figures.steal_share > kOthersShare) {
    return fmt::format("the hypervisor took {} of the machine's CPU time", format_percent(*figures.steal_share));
  }
  if (figures.quota_s > 0.0) {
    return fmt::format("a CPU quota held slow frames back for {}", format_duration(figures.quota_s));
  }
  if (figures.sustained_cause == name_of(SustainedCause::preemption)) {
    return "the soak's verdict is that others took the CPU";
  }
  return figures.foreign_share ? "" : "how much CPU time other processes took is not available";
}

/// Heat is named only where the run's own sensors or its clock showed it.
std::string cause_text(const TrackRun& run) {
  const std::string& cause = run.figures.sustained_cause;
  if (cause == name_of(SustainedCause::thermal)) {
    return "A sensor of this machine says that heat did it.";
  }
  if (cause == name_of(SustainedCause::clock_drop)) {
    return "The clock fell with it, and no sensor says why.";
  }
  return "Nothing that was measured says that heat did it.";
}

void judge_bare(TrackFindings& findings, const TrackRun& bare) {
  const TrackFigures& figures = bare.figures;
  const Course course = course_of(&bare);
  const std::string first = fps_text(figures.first_30_s_fps);
  const std::string mark = mark_before(bare);
  if (course == Course::unknown) {
    findings.sentence = mark + "This machine's run has no figure of a 30-second benchmark: there is no finding.";
  } else if (!decides(bare)) {
    findings.sentence = invalid_sentence(bare, "this machine");
  } else if (*figures.first_30_s_fps < kReached * display_hz(bare)) {
    findings.sentence =
        fmt::format("{}The first 30 s show {} of {:g}: the claim is not made on this machine, and nothing can be lost.",
                    mark, first, display_hz(bare));
  } else if (course == Course::kept) {
    findings.outcome = CrisisOutcome::refuted;
    findings.sentence = fmt::format("{}The 30-second figure of {} held to the end of {} ({}) on this machine.", mark,
                                    first, format_duration(bare.duration_s), fps_text(figures.last_fps));
  } else if (course == Course::between) {
    findings.sentence =
        mark + "What was measured does not decide whether the 30-second figure lasts; --full measures longer.";
  } else if (const std::string others = others_text(bare); !others.empty()) {
    findings.sentence =
        fmt::format("{}This machine: 30 s show {}, and {} are left after {}; but {}: that decides nothing.", mark,
                    first, fps_text(figures.last_fps), format_duration(bare.duration_s), others);
  } else {
    findings.outcome = CrisisOutcome::confirmed;
    findings.sentence = fmt::format(
        "{}This machine: 30 s show {}, and {} are left after {}: plan for the second number, for nobody wears the "
        "glasses for 30 s. {}",
        mark, first, fps_text(figures.last_fps), format_duration(bare.duration_s), cause_text(bare));
  }
}

}  // namespace

TrackFindings judge_mobile(const TrackRecord& record) {
  TrackFindings findings{.outcome = CrisisOutcome::open, .sentence = {}, .evidence = {}, .rows = {}};
  const TrackRun* const bare = run_of(record, "bare");
  const TrackRun* const envelope = run_of(record, "envelope");
  if (bare != nullptr) {
    const double hz = display_hz(*bare);
    CrisisRow row{
        .quantity = "frames shown a second", .limit = hz, .limit_text = fmt::format("{:g} frames/s", hz), .bars = {}};
    add_bars(row, *bare, "this machine");
    findings.rows.push_back(std::move(row));
    findings.evidence.push_back(course_sentence(*bare, "This machine"));
    judge_bare(findings, *bare);
  } else {
    findings.sentence = "The track ended before this machine's own run was measured: there is no finding.";
  }
  if (envelope != nullptr) {
    CrisisRow row{.quantity = "frames shown a second, EMULATED: no finding about a phone",
                  .limit = display_hz(*envelope),
                  .limit_text = fmt::format("{:g} frames/s", display_hz(*envelope)),
                  .bars = {}};
    add_bars(row, *envelope, "in the phone's envelope");
    findings.rows.push_back(std::move(row));
    findings.evidence.push_back(course_sentence(*envelope, "In the phone's envelope"));
    findings.evidence.emplace_back(
        "The EMULATED envelope is a model with tuned constants: it demonstrates the audit and says nothing about "
        "phones, so that it has no part in the finding.");
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
  add_harmless(findings, record);
  return findings;
}

}  // namespace assay
