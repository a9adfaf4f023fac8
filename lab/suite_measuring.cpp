#include "lab/suite_measuring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <utility>
#include <vector>

#include "analysis/entry_figures.hpp"
#include "analysis/format.hpp"
#include "analysis/roofline_verdict.hpp"
#include "analysis/run_file.hpp"
#include "harness/machine_identity.hpp"
#include "harness/steady_clock.hpp"
#include "lab/bundle_resume.hpp"
#include "lab/fresh_id.hpp"
#include "lab/kept_selftest.hpp"
#include "lab/limit_flags.hpp"
#include "lab/report_command.hpp"
#include "lab/roofline_measuring.hpp"
#include "lab/slurm_notes.hpp"
#include "lab/this_tool.hpp"

namespace assay {

namespace {

/// The name of a step's file in the bundle.
std::string file_of(const SuiteStep& step) {
  return fmt::format("runs/{}-{}.{}.json", step.definition.id, step.repeat, step.file_kind());
}

std::string title_of(const SuiteStep& step) {
  return step.definition.repeat == 1
             ? step.definition.title
             : fmt::format("{} ({} of {})", step.definition.title, step.repeat, step.definition.repeat);
}

std::vector<std::string> codes_of(const std::vector<InvalidReason>& reasons) {
  std::vector<std::string> codes;
  codes.reserve(reasons.size());
  for (const InvalidReason& reason : reasons) {
    codes.push_back(reason.code);
  }
  return codes;
}

std::optional<std::string> environment_variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing changes it meanwhile
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

/// The steps while they are measured.
class SuiteMeasuring::Steps {
 public:
  Steps(SuiteMeasuring& suite, const BundleWriter& writer, Measurements& measurements)
      : suite_(suite), writer_(writer), measurements_(measurements) {}

  void measure(const SuiteStep& step) {
    failure_.clear();
    try {
      step.is_roofline() ? measure_ceilings(step) : measure_run(step);
    } catch (const std::exception& error) {  // what was measured before it is kept
      failure_ = error.what();
      suite_.console_.error(fmt::format("{}: {}", step.definition.title, failure_));
    }
    if (!failure_.empty()) {
      suite_.record_.gaps.push_back({.step = step.definition.id, .reason = without_folders(failure_)});
    }
  }

 private:
  void note_errors(const SuiteStep& step, const EngineOutcome& outcome) {
    for (const std::string& line : outcome.errors) {
      suite_.console_.error(fmt::format("{}: {}", step.definition.title, line));
    }
    suite_.cannot_write_ = suite_.cannot_write_ || outcome.code == ExitCode::file;
    if (!outcome.file) {
      failure_ = outcome.errors.empty() ? "it gave no result" : fmt::format("{}", fmt::join(outcome.errors, "; "));
    }
  }

  [[nodiscard]] BundleEntry entry_of(const SuiteStep& step, const std::string& file) const {
    return {.step = step.definition.id,
            .title = step.definition.title,
            .kind = step.file_kind(),
            .repeat = step.repeat,
            .file = file_of(step),
            .sha256 = writer_.take(file, file_of(step)),
            .comparability_key = {},
            .scenario = {},
            .command = step.command(),
            .invalid_codes = {},
            .figures = {}};
  }

  void measure_run(const SuiteStep& step) {
    const Measured measured = measurements_.measure(step.run, title_of(step));
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
    suite_.keep(std::move(entry), writer_);
  }

  void measure_ceilings(const SuiteStep& step) {
    const MeasuredRoofline measured = measure_roofline(measurements_, step.roofline);
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
    suite_.keep(std::move(entry), writer_);
  }

  SuiteMeasuring& suite_;
  const BundleWriter& writer_;
  Measurements& measurements_;
  std::string failure_;  ///< of the step that gave no result
};

SuiteMeasuring::SuiteMeasuring(const SuiteDefinition& suite, const SuitePlan& plan, const std::string& envelope,
                               Console& console)
    : suite_(suite), plan_(plan), console_(console) {
  describe(envelope);
}

void SuiteMeasuring::describe(const std::string& envelope) {
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
  record_.tool = this_tool();
  if (!envelope.empty()) {
    record_.system = SystemKind::envelope;
    record_.limits = envelope_limits(envelope);
  }
  record_.notes = slurm_notes(environment_variable);
  for (const SuiteOmission& omission : plan_.left_out) {
    record_.gaps.push_back({.step = omission.step, .reason = without_folders(omission.reason)});
  }
}

void SuiteMeasuring::go_on_with(LoadedBundle earlier) {
  record_.supersedes = earlier.record.id;
  earlier_ = std::move(earlier);
}

void SuiteMeasuring::measure(const BundleWriter& writer, Measurements& measurements) {
  take_calibration(writer);
  Nanoseconds left = plan_.expected();
  console_.note(fmt::format("suite {}: {} measurements, about {}", suite_.name, plan_.steps.size(),
                            format_duration(seconds(left))));
  const SteadyClock clock;
  const Instant begin = clock.now();
  Steps steps(*this, writer, measurements);
  for (std::size_t i = 0; i < plan_.steps.size() && !measurements.interrupted() && !cannot_write_; ++i) {
    const SuiteStep& step = plan_.steps[i];
    if (!take_over(step, writer)) {
      console_.note(fmt::format("[{}/{}] {}; about {} left", i + 1, plan_.steps.size(), title_of(step),
                                format_duration(seconds(left))));
      measurements.name_phases(fmt::format("{} of {}, {}: ", i + 1, plan_.steps.size(), step.definition.id));
      steps.measure(step);
    }
    left -= step.expected;
  }
  measurements.name_phases("");
  record_.duration_s = seconds(clock.now() - begin);
  if (measurements.interrupted()) {
    note_what_is_left("the suite was interrupted before it");
  } else if (cannot_write_) {
    note_what_is_left("the suite ended before it: a result could not be written");
  }
  record_.complete = std::ranges::all_of(
      plan_.steps, [this](const SuiteStep& step) { return step.definition.optional || has_entry(step); });
  write_page(writer);
}

/// What this machine's last self-test said of the instrument goes with the results.
void SuiteMeasuring::take_calibration(const BundleWriter& writer) {
  if (auto selftest = newest_selftest(writer.results_folder(), record_.identity, std::time(nullptr))) {
    writer.write(selftest->summary.file, selftest->text);
    record_.calibration = {.selftest = std::move(selftest->summary), .not_available = ""};
  }
}

/// A result of the bundle that this one goes on with, where it is whole and VALID.
bool SuiteMeasuring::take_over(const SuiteStep& step, const BundleWriter& writer) {
  if (!earlier_) {
    return false;
  }
  const auto text = finished_result(*earlier_, step.definition.id, step.repeat);
  if (!text) {
    return false;
  }
  BundleEntry entry = text->entry;
  entry.file = file_of(step);
  writer.write(entry.file, text->text);
  keep(std::move(entry), writer);
  ++taken_over_;
  return true;
}

void SuiteMeasuring::keep(BundleEntry entry, const BundleWriter& writer) {
  all_valid_ = all_valid_ && entry.valid;
  record_.interrupted = record_.interrupted || entry.interrupted;
  record_.entries.push_back(std::move(entry));
  try {
    writer.note_progress(record_);
  } catch (const CommandError& error) {  // a courtesy to whoever finds a suite that was killed
    console_.warning(fmt::format("{}; a suite that is killed now cannot be gone on with", error.what()));
  }
}

void SuiteMeasuring::note_what_is_left(const std::string& why) {
  record_.interrupted = true;
  for (const SuiteStep& step : plan_.steps) {
    const bool said = std::ranges::find(record_.gaps, step.definition.id, &BundleGap::step) != record_.gaps.end();
    if (!has_entry(step) && !said) {
      record_.gaps.push_back({.step = step.definition.id, .reason = why});
    }
  }
}

bool SuiteMeasuring::has_entry(const SuiteStep& step) const {
  return std::ranges::any_of(record_.entries, [&](const BundleEntry& entry) {
    return entry.step == step.definition.id && entry.repeat == step.repeat;
  });
}

void SuiteMeasuring::write_page(const BundleWriter& writer) const {
  std::vector<RunDocument> runs;
  for (const BundleEntry& entry : record_.entries) {
    if (entry.kind == "run") {
      runs.push_back(read_run_file(writer.folder() / entry.file));
    }
  }
  if (!runs.empty()) {
    writer.write("report.html",
                 report_page(runs, fmt::format("{} on {}", suite_.title, record_.identity.label), "", record_.notes));
  }
}

}  // namespace assay
