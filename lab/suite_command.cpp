#include "lab/suite_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <stdexcept>
#include <utility>
#include <vector>

#include "analysis/bundle_file.hpp"
#include "analysis/entry_figures.hpp"
#include "analysis/format.hpp"
#include "analysis/roofline_verdict.hpp"
#include "analysis/run_file.hpp"
#include "harness/machine_identity.hpp"
#include "harness/steady_clock.hpp"
#include "lab/bundle_resume.hpp"
#include "lab/bundle_writer.hpp"
#include "lab/fresh_id.hpp"
#include "lab/json_output.hpp"
#include "lab/limit_flags.hpp"
#include "lab/report_command.hpp"
#include "lab/roofline_measuring.hpp"
#include "lab/slurm_notes.hpp"
#include "lab/suite_plan.hpp"
#include "lab/suite_view.hpp"
#include "lab/version.hpp"

namespace assay {

namespace {

namespace fs = std::filesystem;

SuiteDefinition suite_named(const std::string& name) {
  try {
    return find_suite(name);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("suite {}", error.what()));
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file, error.what());
  }
}

/// The label goes to the measuring processes, too.
void take_label(const std::string& label) {
  if (label.empty()) {
    return;
  }
  if (!is_machine_label(label)) {
    throw CommandError(ExitCode::usage,
                       fmt::format("--label '{}': use 1 to 40 letters, digits, '-', '_' or '.'", label));
  }
  setenv(kLabelVariable, label.c_str(), 1);
}

/// The name of a step's file in the bundle.
std::string file_of(const SuiteStep& step) {
  return fmt::format("runs/{}-{}.{}.json", step.definition.id, step.repeat, step.file_kind());
}

std::vector<std::string> codes_of(const std::vector<InvalidReason>& reasons) {
  std::vector<std::string> codes;
  codes.reserve(reasons.size());
  for (const InvalidReason& reason : reasons) {
    codes.push_back(reason.code);
  }
  return codes;
}

class SuiteCommand {
 public:
  explicit SuiteCommand(const SuiteCommandOptions& options)
      : options_(options), console_(options.console), suite_(suite_named(options.suite)) {
    require_json_target(options.json);
    take_label(options.label);
    plan_ = plan_suite(suite_, options.envelope);
    describe();
  }

  ExitCode run() {
    if (options_.dry_run) {
      console_.result(suite_plan_text(suite_, plan_));
      return ExitCode::ok;
    }
    if (options_.resume) {
      if (const auto whole = look_for_earlier()) {
        console_.note(fmt::format("nothing is left to measure: {} is whole", whole->string()));
        return ExitCode::ok;
      }
    }
    BundleWriter writer(options_.measurement.folder);
    writer_ = &writer;
    MeasurementOptions measurement = options_.measurement;
    measurement.folder = writer.work_folder().string();
    Measurements measurements(measurement, console_, "assay suite " + suite_.name);
    measurements_ = &measurements;
    const SteadyClock clock;
    const Instant begin = clock.now();
    measure_all();
    record_.duration_s = seconds(clock.now() - begin);
    return finish();
  }

 private:
  void describe() {
    const BuildInfo build = build_info();
    record_.id = fresh_id();
    record_.created = utc_timestamp(std::time(nullptr));
    record_.suite = suite_.name;
    record_.suite_sha256 = suite_.sha256;
    record_.title = suite_.title;
    record_.track = suite_.track;
    record_.lighthouse_step = suite_.lighthouse;
    record_.metric = suite_.metric;
    record_.machine = detect_machine();
    record_.identity = identify(record_.machine);
    record_.tool_version = build.version;
    record_.tool_revision = build.revision_with_state();
    record_.compiler = build.compiler;
    record_.build_type = build.build_type;
    if (!options_.envelope.empty()) {
      record_.system = SystemKind::envelope;
      record_.limits = envelope_limits(options_.envelope);
    }
    record_.notes = slurm_notes(environment_variable);
    for (const SuiteOmission& omission : plan_.left_out) {
      record_.gaps.push_back({.step = omission.step, .reason = without_folders(omission.reason)});
    }
  }

  static std::optional<std::string> environment_variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  }

  /// The whole bundle where nothing is left to do.
  std::optional<fs::path> look_for_earlier() {
    earlier_ = find_earlier_bundle(options_.measurement.folder, record_);
    if (!earlier_) {
      console_.note("there is nothing to go on with; this measures the whole suite");
      return std::nullopt;
    }
    if (earlier_->record.complete && !earlier_->record.interrupted && earlier_->problems.empty()) {
      return earlier_->folder;
    }
    record_.supersedes = earlier_->record.id;
    return std::nullopt;
  }

  void measure_all() {
    Nanoseconds left = plan_.expected();
    console_.note(fmt::format("suite {}: {} measurements, about {}", suite_.name, plan_.steps.size(),
                              format_duration(seconds(left))));
    for (std::size_t i = 0; i < plan_.steps.size() && !measurements_->interrupted(); ++i) {
      const SuiteStep& step = plan_.steps[i];
      if (!take_over(step)) {
        console_.note(fmt::format("[{}/{}] {}; about {} left", i + 1, plan_.steps.size(), title_of(step),
                                  format_duration(seconds(left))));
        measure(step);
      }
      left -= step.expected;
    }
    if (measurements_->interrupted()) {
      note_what_is_left();
    }
  }

  static std::string title_of(const SuiteStep& step) {
    return step.definition.repeat == 1
               ? step.definition.title
               : fmt::format("{} ({} of {})", step.definition.title, step.repeat, step.definition.repeat);
  }

  /// A result of the bundle that this one goes on with, where it is whole and VALID.
  bool take_over(const SuiteStep& step) {
    if (!earlier_) {
      return false;
    }
    const auto text = finished_result(*earlier_, step.definition.id, step.repeat);
    if (!text) {
      return false;
    }
    BundleEntry entry = text->entry;
    entry.file = file_of(step);
    writer_->write(entry.file, text->text);
    keep(std::move(entry));
    ++taken_over_;
    return true;
  }

  void measure(const SuiteStep& step) {
    failure_.clear();
    try {
      step.is_roofline() ? measure_ceilings(step) : measure_run(step);
    } catch (const std::exception& error) {  // what was measured before it is kept
      failure_ = error.what();
      console_.error(fmt::format("{}: {}", step.definition.title, failure_));
    }
    if (!failure_.empty()) {
      record_.gaps.push_back({.step = step.definition.id, .reason = without_folders(failure_)});
    }
  }

  void note_errors(const SuiteStep& step, const EngineOutcome& outcome) {
    for (const std::string& line : outcome.errors) {
      console_.error(fmt::format("{}: {}", step.definition.title, line));
    }
    if (!outcome.file) {
      failure_ = outcome.errors.empty() ? "it gave no result" : fmt::format("{}", fmt::join(outcome.errors, "; "));
    }
  }

  BundleEntry entry_of(const SuiteStep& step, const std::string& file) const {
    BundleEntry entry{.step = step.definition.id,
                      .title = step.definition.title,
                      .kind = step.file_kind(),
                      .repeat = step.repeat,
                      .file = file_of(step),
                      .sha256 = writer_->take(file, file_of(step)),
                      .comparability_key = {},
                      .scenario = {},
                      .command = step.command(),
                      .invalid_codes = {},
                      .figures = {}};
    return entry;
  }

  void measure_run(const SuiteStep& step) {
    const Measured measured = measurements_->measure(step.run, title_of(step));
    note_errors(step, measured.outcome);
    if (!measured.run) {
      return;
    }
    BundleEntry entry = entry_of(step, *measured.outcome.file);
    entry.comparability_key = comparability_key(*measured.run);
    entry.scenario = measured.run->scenario;
    entry.valid = measured.run->valid;
    entry.interrupted = measured.run->interrupted;
    entry.invalid_codes = codes_of(measured.run->invalid_reasons);
    entry.figures = entry_figures(*measured.run);
    keep(std::move(entry));
  }

  void measure_ceilings(const SuiteStep& step) {
    const MeasuredRoofline measured = measure_roofline(*measurements_, step.roofline);
    note_errors(step, measured.outcome);
    if (!measured.measurement) {
      return;
    }
    const Roofline roofline = fit_roofline(*measured.measurement);
    const auto problems = roofline_problems(*measured.measurement, roofline);
    BundleEntry entry = entry_of(step, *measured.outcome.file);
    entry.valid = problems.empty();
    entry.interrupted = measured.measurement->interrupted;
    entry.invalid_codes = codes_of(problems);
    entry.figures = entry_figures(*measured.measurement, roofline);
    keep(std::move(entry));
  }

  void keep(BundleEntry entry) {
    all_valid_ = all_valid_ && entry.valid;
    record_.interrupted = record_.interrupted || entry.interrupted;
    record_.entries.push_back(std::move(entry));
  }

  void note_what_is_left() {
    record_.interrupted = true;
    for (const SuiteStep& step : plan_.steps) {
      const bool there = has_entry(step);
      const bool said = std::ranges::find(record_.gaps, step.definition.id, &BundleGap::step) != record_.gaps.end();
      if (!there && !said) {
        record_.gaps.push_back({.step = step.definition.id, .reason = "the suite was interrupted before it"});
      }
    }
  }

  [[nodiscard]] bool has_entry(const SuiteStep& step) const {
    return std::ranges::any_of(record_.entries, [&](const BundleEntry& entry) {
      return entry.step == step.definition.id && entry.repeat == step.repeat;
    });
  }

  ExitCode finish() {
    if (record_.entries.empty()) {
      return measurements_->interrupted() ? ExitCode::interrupted : ExitCode::run_invalid;
    }
    record_.complete = std::ranges::all_of(
        plan_.steps, [this](const SuiteStep& step) { return step.definition.optional || has_entry(step); });
    write_page();
    const fs::path place = writer_->publish(record_);
    if (taken_over_ > 0) {
      console_.note(fmt::format("{} results were taken over from {}", taken_over_, earlier_->folder.string()));
    }
    const std::string json = bundle_json(record_);
    if (options_.json != "-") {
      console_.result(suite_result_text(load_bundle(place), console_.text_style()));
      console_.result(fmt::format("\nbundle   {}\n", place.string()));
    } else {
      console_.note("bundle: " + place.string());
    }
    write_json(options_.json, json, console_);
    if (measurements_->interrupted()) {
      console_.warning("interrupted: what was measured is kept and flagged; --resume goes on with it");
      return ExitCode::interrupted;
    }
    return record_.complete && all_valid_ ? ExitCode::ok : ExitCode::run_invalid;
  }

  void write_page() {
    std::vector<RunDocument> runs;
    for (const BundleEntry& entry : record_.entries) {
      if (entry.kind == "run") {
        runs.push_back(read_run_file(writer_->folder() / entry.file));
      }
    }
    if (!runs.empty()) {
      writer_->write("report.html", report_page(runs, fmt::format("{} on {}", suite_.title, record_.identity.label), "",
                                                record_.notes));
    }
  }

  const SuiteCommandOptions& options_;
  Console console_;
  SuiteDefinition suite_;
  SuitePlan plan_;
  BundleRecord record_;
  std::optional<LoadedBundle> earlier_;
  BundleWriter* writer_ = nullptr;
  Measurements* measurements_ = nullptr;
  std::string failure_;  ///< of the step that gave no result
  std::size_t taken_over_ = 0;
  bool all_valid_ = true;
};

}  // namespace

ExitCode suite_command(const SuiteCommandOptions& options) { return SuiteCommand(options).run(); }

}  // namespace assay
