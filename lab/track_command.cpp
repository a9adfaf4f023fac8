#include "lab/track_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "analysis/crisis_chart.hpp"
#include "analysis/format.hpp"
#include "analysis/run_file.hpp"
#include "analysis/track_judges.hpp"
#include "analysis/track_record.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/digest.hpp"
#include "harness/quantity.hpp"
#include "harness/realtime.hpp"
#include "lab/json_output.hpp"
#include "lab/latency_window_text.hpp"
#include "lab/report_command.hpp"
#include "lab/run_request_text.hpp"
#include "lab/tour_plan.hpp"
#include "lab/track_camera_search.hpp"
#include "lab/track_forecast.hpp"
#include "lab/track_lever_search.hpp"
#include "lab/track_real_world.hpp"
#include "lab/version.hpp"
#include "scenarios/custom/custom_workload.hpp"
#include "scenarios/execution_manner.hpp"

namespace assay {

namespace {

TrackDefinition track_named(const std::string& name) {
  try {
    return find_track(name);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("track {}", error.what()));
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file, error.what());
  }
}

/// A folder of its own for each bundle, so that none overwrites another.
MeasurementOptions in_own_folder(MeasurementOptions options, const std::string& track, std::string created) {
  std::erase(created, ':');
  options.folder = (std::filesystem::path(options.folder) / fmt::format("track-{}-{}", track, created)).string();
  return options;
}

class TrackCommand {
  static constexpr std::uint64_t kFewLeverProbes = 8;
  static constexpr std::uint64_t kMostLeverProbes = 10;

 public:
  explicit TrackCommand(const TrackCommandOptions& options)
      : options_(options), console_(options.console), track_(track_named(options.track)) {
    require_json_target(options.json);
    plan_ = plan_track(track_, options.choices, realtime_refusal(ExecutionManner::kWorkerPriority, SystemFiles{}));
    left_ = expected_time(plan_);
    describe();
  }

  ExitCode run() {
    Measurements measurements(in_own_folder(options_.measurement, track_.name, record_.created), console_,
                              "assay track " + track_.name);
    measurements_ = &measurements;
    console_.note(fmt::format("track {}: {} steps, about {}", track_.name,
                              plan_.steps.size() + plan_.calibration.size(), format_duration(seconds(left_))));
    try {
      measure_all();
    } catch (const std::exception& error) {  // what was measured before it is kept
      console_.error(error.what());
    }
    return finish();
  }

 private:
  void describe() {
    const RequestedWindow window = parse_latency_window(track_.window);
    record_ = {.track = track_.name,
               .judge = track_.judge,
               .title = track_.title,
               .persona = track_.persona,
               .north_star = track_.north_star,
               .crisis = track_.crisis,
               .claim = track_.claim,
               .stakeholder = track_.stakeholder,
               .preset = preset_name(options_.choices),
               .created = utc_timestamp(std::time(nullptr)),
               .tool = fmt::format("{} {}", build_info().version, build_info().revision_with_state()),
               .machine = "this machine",
               .workload = shown_workload(options_.choices.workload.value_or(track_.workload)),
               .window = track_.window,
               .window_s = seconds(window.limit),
               .seed = parse_count(options_.choices.seed),
               .left_out = plan_.left_out};
    record_.choice = {.mode = plan_.size_mode, .parameter = {}, .value = {}, .target_s = {}, .mean_s = {}};
    if (track_.calibration && plan_.size_mode != "given") {
      record_.choice.parameter = track_.calibration->parameter;
      record_.choice.value = plan_.size_mode == "fixed" ? options_.choices.size : "";  // until it is calibrated
      record_.choice.target_s = seconds(track_.calibration->target);
    }
    if (!plan_.size_note.empty()) {
      record_.notes.push_back("The size of the workload is as given: " + plan_.size_note + ".");
    }
    if (options_.choices.workload) {
      record_.notes.push_back(
          fmt::format("{} stands in for the track's own workload, {}.", record_.workload, track_.workload));
    }
    record_.notes.push_back(
        "This machine stands in for the device of the track: its window is applied, its heat and power are not.");
  }

  void measure_all() {
    if (!calibrate()) {
      return;
    }
    for (TrackStep& step : plan_.steps) {
      if (track_.calibration && record_.choice.mode == "calibrated" && step.definition.workload.empty()) {
        step.run = with_parameter(step.run, track_.calibration->parameter, record_.choice.value);
      }
      if (!measure_or_leave_out(step)) {
        return;
      }
    }
    record_.complete = true;
  }

  /// One optional step that fails is no reason to lose the others. False where the track cannot go on.
  bool measure_or_leave_out(const TrackStep& step) {
    std::string why = "it gave no result; the lines above say why";
    try {
      if (measure_step(step)) {
        return true;
      }
    } catch (const std::exception& error) {
      if (!step.definition.optional) {
        throw;
      }
      console_.error(fmt::format("{}: {}", step.definition.title, error.what()));
      why = error.what();
    }
    if (!step.definition.optional || measurements_->interrupted()) {
      return false;
    }
    all_measured_ = false;
    record_.left_out.push_back(fmt::format("{}: failed: {}", step.definition.title, failure_.empty() ? why : failure_));
    return true;
  }

  /// False where the track cannot go on.
  bool calibrate() {
    double nearest = 0.0;
    std::string chosen;
    for (std::size_t i = 0; i < plan_.calibration.size(); ++i) {
      const TrackStep& step = plan_.calibration[i];
      const auto run = measure(step.run, fmt::format("calibrate-{}", i + 1), step.definition.title, step.expected);
      if (!run) {
        return false;
      }
      const std::string& value = track_.calibration->values.at(i);
      if (!run->latency.mean_s) {
        throw std::runtime_error(fmt::format("{}: queries were lost, so that there is no mean", step.definition.title));
      }
      record_.choice.mean_s[value] = *run->latency.mean_s;
      const double distance = std::abs(*run->latency.mean_s - *record_.choice.target_s);
      if (i == 0 || distance < nearest) {
        nearest = distance;
        chosen = value;
      }
    }
    if (!plan_.calibration.empty()) {
      record_.choice.value = chosen;
      console_.note(fmt::format("calibrated: {} {} takes {} alone, nearest to {}", record_.choice.parameter,
                                record_.choice.value, format_duration(record_.choice.mean_s[record_.choice.value]),
                                format_duration(*record_.choice.target_s)));
    }
    return true;
  }

  bool measure_step(const TrackStep& step) {
    switch (step.definition.kind) {
      case TrackStepDefinition::Kind::run:
        return measure(step.run, step.definition.id, step.definition.title, step.expected).has_value();
      case TrackStepDefinition::Kind::search:
        return search(step);
      case TrackStepDefinition::Kind::realworld:
        return measure_field(step);
      case TrackStepDefinition::Kind::lever:
        return pull_lever(step);
    }
    return false;
  }

  /// Nothing where the track cannot go on: no result, or a person asked for the end.
  std::optional<RunDocument> measure(const RunOptions& run, const std::string& step, const std::string& title,
                                     Nanoseconds expected) {
    ++number_;
    console_.note(
        fmt::format("[{}] {}; about {} left", number_, title, format_duration(std::max(0.0, seconds(left_)))));
    failure_.clear();
    const Measured measured = measurements_->measure(run, title);
    left_ -= expected + kAroundRun;
    for (const std::string& line : measured.outcome.errors) {
      console_.error(title + ": " + line);
    }
    if (!measured.run) {
      failure_ = fmt::format("{}", fmt::join(measured.outcome.errors, "; "));
      return std::nullopt;
    }
    keep(measured, step, title);
    return measurements_->interrupted() ? std::nullopt : measured.run;
  }

  void keep(const Measured& measured, const std::string& step, const std::string& title) {
    const RunDocument& run = *measured.run;
    const std::string file = *measured.outcome.file;
    TrackRun kept{.step = step,
                  .title = title,
                  .file = std::filesystem::relative(file, measurements_->folder()).string(),
                  .sha256 = sha256_hex(read_untrusted_file(file)),
                  .scenario = run.scenario,
                  .parameters = run.workload_parameters,
                  .mark = mark_of(run),
                  .valid = run.valid,
                  .interrupted = run.interrupted,
                  .invalid_codes = {},
                  .duration_s = run.duration_s,
                  .figures = figures_of(run)};
    for (const InvalidReason& reason : run.invalid_reasons) {
      kept.invalid_codes.push_back(reason.code);
    }
    honest_ = honest_ && is_honest(run);
    record_.machine = run.machine_identity.label;
    record_.runs.push_back(std::move(kept));
    documents_.push_back(run);
  }

  bool measure_field(const TrackStep& step) {
    ++number_;
    console_.note(fmt::format("[{}] {} ...", number_, step.definition.title));
    const RealWorldRecord found = measure_real_world({.full = options_.choices.full, .words = 0, .seed = record_.seed},
                                                     [this](double) { return !measurements_->interrupted(); });
    left_ -= step.expected + kAroundRun;
    record_.field = field_of(found);
    const std::string name = for_file_name(step.definition.id) + ".realworld.json";
    const std::string json = real_world_json(found);
    write_text((std::filesystem::path(measurements_->folder()) / name).string(), json);
    const std::string sha256 = sha256_hex(json);
    if (record_.field) {
      record_.field->file = name;
      record_.field->sha256 = sha256;
    } else {
      record_.notes.push_back(
          fmt::format("RealWorld ended before both the clean and the field figure were there; what "
                      "it has is in {} (SHA-256 {}).",
                      name, sha256));
    }
    return !measurements_->interrupted();
  }

  /// Nothing where the track cannot go on, as measure().
  std::optional<KeptRun> probe(const TrackStep& step, const RunOptions& run, const std::string& id,
                               const std::string& title) {
    auto document = measure(run, id, title, step.expected);
    return document ? std::optional(KeptRun{.document = std::move(*document), .kept = record_.runs.back()})
                    : std::nullopt;
  }

  bool search(const TrackStep& step) {
    const auto take = [&](CameraSearch search) { record_.searches.push_back(std::move(search)); };
    return search_cameras(
        step, percentile_of(track_),
        [&](const RunOptions& run, const std::string& id, const std::string& title) {
          return probe(step, run, id, title);
        },
        take);
  }

  bool pull_lever(const TrackStep& step) {
    const auto take = [&](LadderRung rung) { record_.ladder.push_back(std::move(rung)); };
    const bool goes_on = search_lever(
        step, lever_question(step),
        [&](const RunOptions& run, const std::string& id, const std::string& title) {
          return probe(step, run, id, title);
        },
        take);
    last_lever_ = &step.definition;
    return goes_on;
  }

  /// Offline, before the levers, says how fast the engine is at all, and how long its iterations take.
  [[nodiscard]] LeverQuestion lever_question(const TrackStep& step) {
    const auto offline = std::ranges::find(documents_, "offline", &RunDocument::scenario);
    if (offline == documents_.end() || !(offline->duration_s > 0.0)) {
      throw std::runtime_error("no run of Offline came before the levers: nothing says how fast the engine is");
    }
    const LeverForecastOrReason forecast = forecast_lever(step.run, *offline);
    take_windows(step);
    return {.percentile = percentile_of(track_),
            .forecast = forecast.forecast,
            .forecast_note = forecast.reason,
            .offline_rate_hz = static_cast<double>(offline->sample_count) / offline->duration_s,
            .most_probes = options_.choices.full ? kMostLeverProbes : kFewLeverProbes,
            .flags = changed_flags(last_lever_, step.definition)};
  }

  void take_windows(const TrackStep& step) {
    for (const auto& [flag, limit_s] :
         {std::pair{"ttft", &record_.ttft_limit_s}, std::pair{"tpot", &record_.tpot_limit_s}}) {
      if (const auto text = step.run.value(flag)) {
        *limit_s = seconds(parse_latency_window(*text).limit);
      }
    }
  }

  ExitCode finish() {
    record_.interrupted = measurements_->interrupted();
    if (record_.runs.empty() && !record_.field) {
      return record_.interrupted ? ExitCode::interrupted : ExitCode::run_invalid;
    }
    record_.findings = judge_track(record_);
    const std::filesystem::path folder = measurements_->folder();
    record_.page = "report.html";
    const std::string json = track_json(record_);
    write_text((folder / "track.json").string(), json);
    write_text((folder / record_.page).string(), report_page(documents_, page_title(), "", {}, record_));
    if (options_.json != "-") {
      console_.result(crisis_text(record_, console_.text_style()));
      console_.result(fmt::format("\npage     {}\nbundle   {}\n", (folder / record_.page).string(),
                                  (folder / "track.json").string()));
    }
    write_json(options_.json, json, console_);
    if (record_.interrupted) {
      console_.warning("interrupted: what was measured is kept and flagged");
      return ExitCode::interrupted;
    }
    return record_.complete && all_measured_ && honest_ ? ExitCode::ok : ExitCode::run_invalid;
  }

  [[nodiscard]] std::string page_title() const { return fmt::format("{} on {}", record_.title, record_.machine); }

  const TrackCommandOptions& options_;
  Console console_;
  TrackDefinition track_;
  TrackPlan plan_;
  TrackRecord record_;
  std::vector<RunDocument> documents_;
  Measurements* measurements_ = nullptr;
  Nanoseconds left_{0};
  int number_ = 0;
  bool honest_ = true;
  bool all_measured_ = true;  ///< no optional step failed
  std::string failure_;       ///< of the last run that gave no result
  const TrackStepDefinition* last_lever_ = nullptr;
};

}  // namespace

ExitCode track_command(const TrackCommandOptions& options) { return TrackCommand(options).run(); }

}  // namespace assay
