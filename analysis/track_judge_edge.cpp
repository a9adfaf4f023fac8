#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "analysis/early_stopping.hpp"
#include "analysis/format.hpp"
#include "analysis/multi_stream_inference.hpp"
#include "analysis/track_judges.hpp"

namespace assay {

namespace {

/// "About half of the window" is this, as a share of it.
constexpr double kLeastOfWindow = 0.25;
constexpr double kMostOfWindow = 0.75;

/// "8 cameras at 30 frames/s, aligned"; the words of the track's file where the samples are no frames.
std::string cameras_text(const TrackRun& run) {
  const TrackFigures& figures = run.figures;
  if (figures.streams == 0 || !figures.frames_per_s) {
    return run.title;
  }
  return fmt::format("{} {} at {:g} frames/s, {}", figures.streams, figures.streams == 1 ? "camera" : "cameras",
                     *figures.frames_per_s, figures.phase);
}

/// What a remedy is: its cameras, and what else differs from the crisis by its record. Where that shows nothing, as
/// for batches, the words of the track's file.
std::string remedy_text(const TrackRun& run, const TrackRun* crisis) {
  const std::string cameras = cameras_text(run);
  std::string text = cameras;
  if (crisis == nullptr || cameras == run.title) {
    return text;
  }
  for (const auto& [name, value] : run.parameters) {
    const auto other = crisis->parameters.find(name);
    if (other == crisis->parameters.end() || other->second != value) {
      text += fmt::format(", {}={}", name, value);
    }
  }
  if (run.figures.late_frames != crisis->figures.late_frames && run.figures.late_frames == "drop") {
    text += ", late frames dropped";
  }
  if (run.figures.worker_scheduling != crisis->figures.worker_scheduling) {
    text += ", workers " + run.figures.worker_scheduling;
  }
  return text == cameras_text(*crisis) ? fmt::format("{} ({})", text, run.title) : text;
}

std::string labelled(const TrackRun& run, std::string_view label) {
  return fmt::format("{}{}", mark_before(run), label);
}

bool only_the_generator_was_late(const TrackRun& run) {
  return grave_codes(run) == std::vector<std::string>{"lateness"};
}

std::string estimate_or_reason(const EstimateRecord& estimate) {
  return estimate.point ? format_duration_estimate(estimate) : fmt::format("not available ({})", estimate.reason);
}

/// What the percentile of the window lets pass.
double allowed_share(const TrackRun& run) { return 1.0 - run.figures.percentile; }

std::string percentile_text(const TrackRun& run) {
  constexpr double kPercent = 100.0;
  return fmt::format("P{:g}", kPercent * run.figures.percentile);
}

struct EdgeRuns {
  const TrackRun* single = nullptr;
  const TrackRun* multi = nullptr;
  const TrackRun* crisis = nullptr;
  std::vector<const TrackRun*> remedies;
};

bool is_probe(const TrackRecord& record, const TrackRun& run) {
  return std::ranges::any_of(record.searches, [&](const CameraSearch& search) {
    return run.step.starts_with(search.step + "-") ||
           std::ranges::find(search.probes, run.file, &CameraProbe::file) != search.probes.end();
  });
}

EdgeRuns edge_runs_of(const TrackRecord& record) {
  EdgeRuns runs{.single = run_of(record, "single"),
                .multi = run_of(record, "multi"),
                .crisis = run_of(record, "aligned"),
                .remedies = {}};
  for (const TrackRun& run : record.runs) {
    if (run.scenario == "server" && run.step != "aligned" && !run.interrupted && run.figures.missed_share.point &&
        !is_probe(record, run)) {
      runs.remedies.push_back(&run);
    }
  }
  return runs;
}

/// Somebody who looks at the mean of one camera sees about half of the window.
bool claim_is_made(const TrackRun& single, double window_s) {
  const auto& mean_s = single.figures.mean_s;
  return mean_s && *mean_s >= kLeastOfWindow * window_s && *mean_s <= kMostOfWindow * window_s;
}

CrisisOutcome outcome_of(const EdgeRuns& runs, double window_s) {
  const EstimateRecord& missed = runs.crisis->figures.missed_share;
  const double allowed = allowed_share(*runs.crisis);
  if (!claim_is_made(*runs.single, window_s) || !decides(*runs.single)) {
    return CrisisOutcome::open;
  }
  if (missed.upper && *missed.upper <= allowed) {
    return decides(*runs.crisis) ? CrisisOutcome::refuted : CrisisOutcome::open;
  }
  if (!missed.lower || *missed.lower <= allowed) {
    return CrisisOutcome::open;
  }
  // A late generator may be what missed: MultiStream has no schedule to be late for.
  const bool closed_loop_is_slow =
      runs.multi != nullptr && decides(*runs.multi) && runs.multi->figures.p99_s.lower.value_or(0.0) > window_s;
  return decides(*runs.crisis) || (only_the_generator_was_late(*runs.crisis) && closed_loop_is_slow)
             ? CrisisOutcome::confirmed
             : CrisisOutcome::open;
}

std::string remedy_sentence(const EdgeRuns& runs) {
  if (runs.remedies.empty()) {
    return "No remedy was measured.";
  }
  const double allowed = allowed_share(*runs.crisis);
  const auto by_upper = [](const TrackRun* run) { return *upper_of(run->figures.missed_share); };
  std::vector<const TrackRun*> holding;
  std::ranges::copy_if(runs.remedies, std::back_inserter(holding), [&](const TrackRun* run) {
    return decides(*run) && run->figures.missed_share.upper && *run->figures.missed_share.upper <= allowed;
  });
  const TrackRun* const best = *std::ranges::min_element(holding.empty() ? runs.remedies : holding, {}, by_upper);
  const std::string share = share_text(best->figures.missed_share);
  const std::string allows =
      fmt::format("within the {} that {} allows", format_percent(allowed), percentile_text(*runs.crisis));
  if (holding.empty()) {
    return fmt::format("None of the {} remedies measured here is shown to stay {}; the best, {}, misses {}.",
                       runs.remedies.size(), allows, labelled(*best, remedy_text(*best, runs.crisis)), share);
  }
  std::vector<std::string> names;
  names.reserve(holding.size());
  for (const TrackRun* const run : holding) {
    names.push_back(labelled(*run, remedy_text(*run, runs.crisis)));
  }
  return fmt::format("W{}: {}; the best of them misses {}.", allows.substr(1), fmt::join(names, "; "), share);
}

/// MLPerf's rule against the measurement, and whether that has as many queries as MLPerf asks for.
std::string rule_sentence(const TrackRun& single, const TrackRun& multi) {
  const auto& one = single.figures.p99_s.point;
  const auto& all = multi.figures.p99_s.point;
  if (!one || !all || !(*one > 0.0) || !(*all > 0.0) || single.parameters != multi.parameters) {
    return "";
  }
  const MultiStreamInference inference =
      infer_multi_stream(single.figures.p99_s, multi.figures.p99_s, multi.figures.samples_per_query);
  std::string text = fmt::format("{}SingleStream beside {}MultiStream, {}. Neither has a deadline or a trigger.",
                                 mark_before(single), mark_before(multi), inference_sentence(inference, Charset::utf8));
  const auto p99 = Percentile::of_parts_per_million(990'000);
  const std::uint64_t needed = early_stopping::minimum_queries(p99, 1);
  if (multi.figures.queries < needed) {
    text += fmt::format(" The MultiStream run has {} queries, and MLPerf asks for {}: it needs {} more.",
                        format_count(multi.figures.queries), format_count(needed),
                        format_count(needed - multi.figures.queries));
  }
  return text;
}

/// "4 cameras (0.250 % [0.100, 0.600] missed)", by the last probe of that number that counts.
std::string probed(const CameraSearch& search, std::uint64_t cameras) {
  std::string text = fmt::format("{} {}", cameras, cameras == 1 ? "camera" : "cameras");
  for (auto probe = search.probes.rbegin(); probe != search.probes.rend(); ++probe) {
    if (probe->cameras == cameras && !probe->ignored) {
      return text + fmt::format(" ({} missed)", share_text(probe->missed_share));
    }
  }
  return text;
}

std::string search_sentence(const CameraSearch& search, const std::string& percentile) {
  const std::string frames = search.frames_per_s ? fmt::format(" at {:g} frames/s", *search.frames_per_s) : "";
  std::string text = search.phase.empty() ? search.title : fmt::format("Cameras{}, {}", frames, search.phase);
  if (search.held && search.broke) {
    text += fmt::format(": this machine holds {} within the window at {}, and no longer {}",
                        probed(search, *search.held), percentile, probed(search, *search.broke));
  } else if (search.held) {
    text += fmt::format(": this machine holds at least {} within the window at {}", probed(search, *search.held),
                        percentile);
  } else if (search.broke) {
    text += fmt::format(": {} are already too many for the window at {}", probed(search, *search.broke), percentile);
  } else {
    text += ": the probes do not decide how many hold the window";
  }
  if (!search.doubt.empty()) {
    text += fmt::format("; in doubt: {}", search.doubt);
  }
  const auto ignored = std::ranges::count_if(search.probes, &CameraProbe::ignored);
  if (ignored > 0) {
    text += fmt::format("; {} of {} probes are INVALID and were ignored", ignored, search.probes.size());
  }
  return text + ".";
}

CrisisRow latency_row(const TrackRecord& record, const EdgeRuns& runs) {
  CrisisRow row{.quantity = "time to an answer",
                .limit = record.window_s,
                .limit_text = "window " + format_duration(record.window_s),
                .bars = {}};
  if (runs.single != nullptr) {
    const TrackFigures& one = runs.single->figures;
    row.bars.push_back(number_bar(true, labelled(*runs.single, "one camera (SingleStream), mean"), one.mean_s,
                                  one.mean_s ? format_duration(*one.mean_s) : "", "single"));
    row.bars.push_back(time_bar(true, labelled(*runs.single, "one camera (SingleStream), P99"), one.p99_s, "single"));
    if (runs.multi != nullptr) {
      const std::uint64_t samples = runs.multi->figures.samples_per_query;
      const std::optional<double> inferred =
          one.p99_s.point ? std::optional(static_cast<double>(samples) * *one.p99_s.point) : std::nullopt;
      row.bars.push_back(
          number_bar(true, labelled(*runs.single, fmt::format("inferred for {0}: {0} x that P99 (derived)", samples)),
                     inferred, inferred ? format_duration(*inferred) : "", ""));
    }
  }
  if (runs.multi != nullptr) {
    row.bars.push_back(time_bar(false,
                                labelled(*runs.multi, fmt::format("{} in a closed loop (MultiStream), P99",
                                                                  runs.multi->figures.samples_per_query)),
                                runs.multi->figures.p99_s, "multi"));
  }
  for (const char* const step : {"aligned", "staggered"}) {
    if (const TrackRun* const run = run_of(record, step)) {
      row.bars.push_back(time_bar(false, labelled(*run, cameras_text(*run) + ", P99"), run->figures.p99_s, run->step));
    }
  }
  return row;
}

CrisisRow misses_row(const TrackRecord& record, const EdgeRuns& runs) {
  if (runs.crisis == nullptr) {
    return {};
  }
  const double allowed = allowed_share(*runs.crisis);
  const std::string percentile = percentile_text(*runs.crisis);
  CrisisRow row{
      .quantity = "frames past the deadline",
      .limit = allowed,
      .limit_text = fmt::format("{}, what a {} within the window allows", format_percent(allowed), percentile),
      .bars = {}};
  const TrackRun* const single = runs.single;
  if (single != nullptr && single->figures.p99_s.point && *single->figures.p99_s.point <= record.window_s) {
    constexpr double kOverP99 = 0.01;
    row.bars.push_back(number_bar(true, labelled(*single, "what the one camera's P99 suggests: at most"), kOverP99,
                                  format_percent(kOverP99), "single"));
  }
  row.bars.push_back(share_bar(false, labelled(*runs.crisis, cameras_text(*runs.crisis)),
                               runs.crisis->figures.missed_share, runs.crisis->step));
  for (const TrackRun* const run : runs.remedies) {
    row.bars.push_back(
        share_bar(false, labelled(*run, remedy_text(*run, runs.crisis)), run->figures.missed_share, run->step));
  }
  return row;
}

std::string open_sentence(const EdgeRuns& runs) {
  if (!decides(*runs.single)) {
    return invalid_sentence(*runs.single, "one camera");
  }
  if (only_the_generator_was_late(*runs.crisis)) {
    return "That does not decide whether the window holds, for the generator itself was late.";
  }
  return decides(*runs.crisis) ? "That does not decide whether the window holds; measure longer (--full)."
                               : invalid_sentence(*runs.crisis, cameras_text(*runs.crisis));
}

std::string verdict_sentence(const EdgeRuns& runs, double window_s, CrisisOutcome outcome) {
  const TrackFigures& one = runs.single->figures;
  const std::string alone = fmt::format("{}One camera answers in {} on average (P99 {})", mark_before(*runs.single),
                                        one.mean_s ? format_duration(*one.mean_s) : "a time that is not known",
                                        one.p99_s.point ? format_duration(*one.p99_s.point) : "not available");
  const std::string cameras = cameras_text(*runs.crisis);
  const std::string together =
      fmt::format("{}with {}, {} of the frames miss the {}", mark_before(*runs.crisis), cameras,
                  share_text(runs.crisis->figures.missed_share), format_duration(window_s));
  if (one.mean_s && *one.mean_s > window_s) {
    return fmt::format("{}: already alone it is beyond the window of {}, so that nobody could claim that it fits; {}.",
                       alone, format_duration(window_s), together);
  }
  if (!claim_is_made(*runs.single, window_s)) {
    return fmt::format(
        "{}: that is not about half of the window of {} ({:.0f} to {:.0f} % of it), so that the claim is not made "
        "here; {}.",
        alone, format_duration(window_s), 100.0 * kLeastOfWindow, 100.0 * kMostOfWindow, together);
  }
  switch (outcome) {
    case CrisisOutcome::confirmed:
      return fmt::format(
          "{}; {}. SingleStream did not measure that load: by its figures alone the loop must not go on the road.",
          alone, together);
    case CrisisOutcome::refuted:
      return fmt::format("{}; {}. On this machine, with this detector, the one camera's figure holds for {}.", alone,
                         together, cameras);
    case CrisisOutcome::open:
      break;
  }
  return fmt::format("{}; {}. {}", alone, together, open_sentence(runs));
}

}  // namespace

TrackFindings judge_edge(const TrackRecord& record) {
  TrackFindings findings{.outcome = CrisisOutcome::open, .sentence = {}, .evidence = {}, .rows = {}};
  const EdgeRuns runs = edge_runs_of(record);
  findings.rows = {latency_row(record, runs), misses_row(record, runs)};
  std::erase_if(findings.rows, [](const CrisisRow& row) { return row.bars.empty(); });
  if (runs.single == nullptr || runs.crisis == nullptr || !runs.crisis->figures.missed_share.point) {
    findings.sentence =
        "The track ended before one camera and several of them were both measured: there is no finding.";
    return findings;
  }
  findings.outcome = outcome_of(runs, record.window_s);
  findings.sentence = verdict_sentence(runs, record.window_s, findings.outcome);
  if (findings.outcome != CrisisOutcome::refuted) {
    findings.evidence.push_back(remedy_sentence(runs));
  }
  const TrackFigures& crisis = runs.crisis->figures;
  findings.evidence.push_back(fmt::format("{}With {}, a frame takes {} at P99 and {} at P99.9.",
                                          mark_before(*runs.crisis), cameras_text(*runs.crisis),
                                          estimate_or_reason(crisis.p99_s), estimate_or_reason(crisis.p999_s)));
  if (crisis.longest_miss_run > 0) {
    findings.evidence.push_back(fmt::format("{}The longest run of misses of one camera was {} frames.",
                                            mark_before(*runs.crisis), format_count(crisis.longest_miss_run)));
  }
  if (runs.multi != nullptr) {
    findings.evidence.push_back(rule_sentence(*runs.single, *runs.multi));
  }
  for (const CameraSearch& search : record.searches) {
    findings.evidence.push_back(search_sentence(search, percentile_text(*runs.crisis)));
  }
  std::erase(findings.evidence, "");
  add_harmless(findings, record);
  return findings;
}

}  // namespace assay
