#include "lab/suite_command.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "analysis/bundle_file.hpp"
#include "harness/machine_identity.hpp"
#include "lab/bundle_resume.hpp"
#include "lab/bundle_writer.hpp"
#include "lab/json_output.hpp"
#include "lab/suite_measuring.hpp"
#include "lab/suite_plan.hpp"
#include "lab/suite_tailoring.hpp"
#include "lab/suite_view.hpp"

namespace assay {

namespace {

namespace fs = std::filesystem;

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

class SuiteCommand {
 public:
  explicit SuiteCommand(const SuiteCommandOptions& options)
      : options_(options),
        console_(options.console),
        suite_(tailored_suite(
            suite_named(options.suite),
            {.track = "", .workload = options.workload, .parameters = options.parameters, .duration = ""})) {
    require_json_target(options.json);
    take_label(options.label);
    plan_ = plan_suite(suite_, options.envelope);
  }

  ExitCode run() {
    if (options_.dry_run) {
      console_.result(suite_plan_text(suite_, plan_));
      return ExitCode::ok;
    }
    SuiteMeasuring suite(suite_, plan_, options_.envelope, console_);
    if (options_.resume) {
      if (const auto whole = look_for_earlier(suite)) {
        console_.note(fmt::format("nothing is left to measure: {} is whole", whole->string()));
        return ExitCode::ok;
      }
    }
    BundleWriter writer(options_.measurement.folder);
    MeasurementOptions measurement = options_.measurement;
    measurement.folder = writer.work_folder().string();
    Measurements measurements(measurement, console_, "assay suite " + suite_.name);
    try {
      suite.measure(writer, measurements);
      return finish(suite, writer, measurements.interrupted());
    } catch (const CommandError& error) {
      std::error_code gone;  // where it was published after all, and stdout was closed, say
      if (error.code() == ExitCode::file && fs::exists(writer.folder() / kBundleFile, gone)) {
        throw CommandError(ExitCode::file, fmt::format("{}\nwhat was measured is kept in {}; --resume goes on with it",
                                                       error.what(), writer.folder().string()));
      }
      throw;
    }
  }

 private:
  /// The whole bundle where nothing is left to do.
  std::optional<fs::path> look_for_earlier(SuiteMeasuring& suite) {
    for (const fs::path& shown : show_abandoned_bundles(options_.measurement.folder, suite.record())) {
      console_.note(fmt::format("a suite was killed; what it had measured is in {}", shown.string()));
    }
    auto earlier = find_earlier_bundle(options_.measurement.folder, suite.record());
    if (!earlier) {
      console_.note("there is nothing to go on with; this measures the whole suite");
      return std::nullopt;
    }
    if (earlier->record.complete && !earlier->record.interrupted && earlier->problems.empty()) {
      return earlier->folder;
    }
    suite.go_on_with(std::move(*earlier));
    return std::nullopt;
  }

  ExitCode finish(const SuiteMeasuring& suite, BundleWriter& writer, bool interrupted) {
    const BundleRecord& record = suite.record();
    if (record.entries.empty() && suite.cannot_write()) {
      return ExitCode::file;
    }
    if (record.entries.empty()) {
      return interrupted ? ExitCode::interrupted : ExitCode::run_invalid;
    }
    const fs::path place = writer.publish(record);
    if (suite.taken_over() > 0) {
      console_.note(
          fmt::format("{} results were taken over from {}", suite.taken_over(), suite.earlier()->folder.string()));
    }
    if (options_.json != "-") {
      console_.result(suite_result_text(load_bundle(place), console_.text_style()));
      console_.result(fmt::format("\nbundle   {}\n", place.string()));
    } else {
      console_.note("bundle: " + place.string());
    }
    write_json(options_.json, bundle_json(record), console_);
    if (interrupted) {
      console_.warning("interrupted: what was measured is kept and flagged; --resume goes on with it");
      return ExitCode::interrupted;
    }
    if (suite.cannot_write()) {
      return ExitCode::file;
    }
    return record.complete && suite.all_valid() ? ExitCode::ok : ExitCode::run_invalid;
  }

  const SuiteCommandOptions& options_;
  Console console_;
  SuiteDefinition suite_;
  SuitePlan plan_;
};

}  // namespace

ExitCode suite_command(const SuiteCommandOptions& options) { return SuiteCommand(options).run(); }

}  // namespace assay
