#include "lab/tour_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <stdexcept>
#include <utility>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/report_text.hpp"
#include "analysis/roofline.hpp"
#include "analysis/roofline_dots.hpp"
#include "analysis/roofline_file.hpp"
#include "analysis/roofline_verdict.hpp"
#include "analysis/run_file.hpp"
#include "harness/doctor.hpp"
#include "harness/quantity.hpp"
#include "harness/steady_clock.hpp"
#include "lab/command_error.hpp"
#include "lab/doctor_view.hpp"
#include "lab/json_output.hpp"
#include "lab/report_command.hpp"
#include "lab/roofline_measuring.hpp"
#include "lab/roofline_options.hpp"
#include "lab/run_request_text.hpp"
#include "lab/tour_plan.hpp"
#include "lab/tour_view.hpp"

namespace assay {

namespace {

/// A folder of its own for each tour, so that none overwrites another.
MeasurementOptions in_own_folder(MeasurementOptions options) {
  std::string created = utc_timestamp(std::time(nullptr));
  std::erase(created, ':');
  options.folder = (std::filesystem::path(options.folder) / ("tour-" + created)).string();
  return options;
}

/// False for "0s". Throws CommandError (usage).
bool wants_roofline(const std::string& limit) {
  try {
    if (parse_duration(limit) == Nanoseconds{0}) {
      return false;
    }
    (void)roofline_time_from(limit);
    return true;
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--roofline '{}': {}, or 0s for none", limit, error.what()));
  }
}

/// False for "0s". Throws CommandError (usage).
bool wants_soak(const std::string& length) {
  try {
    return parse_duration(length) > Nanoseconds{0};
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--soak '{}': {}, or 0s for none", length, error.what()));
  }
}

/// A roofline is INVALID on a busy machine, which is a finding; figures that cannot be true are not.
bool is_honest(const std::vector<InvalidReason>& reasons) {
  return std::ranges::none_of(reasons, [](const InvalidReason& reason) {
    return reason.code == "implausible" || reason.code == "output_check";
  });
}

class TourCommand {
 public:
  explicit TourCommand(const TourCommandOptions& options)
      : options_(options), console_(options.console), base_(base_run(options)) {
    require_json_target(options.json);
    wants_roofline_ = wants_roofline(options.roofline);
    (void)request_from(tour_single(base_).run);  // says what is wrong before anything is measured
    (void)request_from(tour_offline(base_).run);
    wants_soak_ = wants_soak(options.soak);
    if (wants_soak_) {
      (void)request_from(tour_soak(base_, options.soak).run);
    }
  }

  ExitCode run() {
    Measurements measurements(in_own_folder(options_.measurement), console_, "assay tour");
    measurements_ = &measurements;
    const SteadyClock clock;
    const Instant begin = clock.now();
    examine_machine();
    if (wants_roofline_) {
      measure_ceilings();
    }
    if (!measurements_->interrupted() && !cannot_write_) {
      measure_what_can_be();
    }
    view_.duration_s = seconds(clock.now() - begin);
    return finish();
  }

 private:
  static RunOptions base_run(const TourCommandOptions& options) {
    RunOptions run{.workload = options.workload, .values = {}, .parameters = options.parameters};
    run.set("duration", options.duration);
    return run;
  }

  void examine_machine() {
    console_.note("doctor: reading the machine, and listening to one CPU for 3 s ...");
    const Machine machine = detect_machine();
    SteadyClock clock;
    const ConditionRequest request{.results_folder = std::filesystem::absolute(options_.measurement.folder).string()};
    const DoctorReport doctor = run_doctor(machine, clock, request);
    view_.machine = machine;
    view_.doctor_verdict = doctor.verdict;
    doctor_json_ = doctor_json(doctor, machine);
  }

  /// Without a roofline the tour goes on, and says so at its end.
  void measure_ceilings() {
    RooflineOptions options;
    options.duration = options_.roofline;
    const MeasuredRoofline measured = measure_roofline(*measurements_, options);
    for (const std::string& line : measured.outcome.errors) {
      console_.error("roofline: " + line);
    }
    if (!measured.measurement) {
      roofline_missing_ = true;
      cannot_write_ = measured.outcome.code == ExitCode::file;
      if (!measurements_->interrupted() && !cannot_write_) {
        console_.warning("the tour goes on without a roofline; --roofline 0s leaves it out");
      }
      return;
    }
    const Roofline roofline = fit_roofline(*measured.measurement);
    honest_ = is_honest(roofline_problems(*measured.measurement, roofline));
    const std::string chart = write_roofline_chart(
        *measured.measurement, roofline, place_dots(roofline, *measured.measurement), "", *measured.outcome.file);
    view_.roofline = {
        .measurement = *measured.measurement, .fitted = roofline, .file = *measured.outcome.file, .chart = chart};
  }

  /// What was measured until something failed is shown all the same.
  void measure_what_can_be() {
    try {
      measure_all();
    } catch (const std::exception& error) {
      console_.error(error.what());
    }
  }

  void measure_all() {
    if (!step(tour_single(base_)) || !step(tour_multi(base_)) || !step(tour_offline(base_))) {
      return;
    }
    const TourSizing sizing = size_tour(view_.runs.at(0), view_.runs.at(2));
    view_.sizing = sizing;
    for (const double share : {kTourEasyShare, kTourHardShare}) {
      if (!step(tour_server(base_, sizing, share))) {
        return;
      }
    }
    if (const auto problem = tour_tail_problem(sizing)) {
      view_.no_tail = *problem;
    } else {
      for (const double share : {kTourFewBursts, kTourManyBursts}) {
        if (!step(tour_tail(base_, sizing, share))) {
          return;
        }
      }
    }
    complete_ = !wants_soak_ || step(tour_soak(base_, options_.soak));
  }

  /// False where the tour cannot go on.
  bool step(const TourStep& step) {
    const Measured measured = measurements_->measure(step.run, step.title);
    cannot_write_ = cannot_write_ || measured.outcome.code == ExitCode::file;
    for (const std::string& line : measured.outcome.errors) {
      console_.error(step.title + ": " + line);
    }
    if (!measured.run) {
      return false;
    }
    view_.runs.push_back(*measured.run);
    view_.titles.push_back(step.title);
    view_.commands.push_back(command_text("run", step.run));
    honest_ = honest_ && is_honest(*measured.run);
    return !measurements_->interrupted();
  }

  ExitCode finish() {
    if (view_.runs.empty()) {
      if (cannot_write_) {
        return ExitCode::file;
      }
      if (view_.roofline) {
        console_.note("roofline: " + view_.roofline->file);
      }
      return measurements_->interrupted() ? ExitCode::interrupted : ExitCode::run_invalid;
    }
    const std::string report = (std::filesystem::path(measurements_->folder()) / "report.html").string();
    write_text(report, report_page(view_.runs, "", view_.doctor_verdict, tour_notes(view_)));
    view_.report_file = report;
    view_.folder = measurements_->folder();
    if (options_.json != "-") {
      console_.result(tour_text(view_, console_.text_style()));
    }
    write_json(options_.json, tour_json(), console_);
    if (measurements_->interrupted()) {
      console_.warning("interrupted: what was measured is kept and flagged");
      return ExitCode::interrupted;
    }
    if (cannot_write_) {
      return ExitCode::file;
    }
    return complete_ && honest_ && !roofline_missing_ ? ExitCode::ok : ExitCode::run_invalid;
  }

  [[nodiscard]] std::string roofline_part() const {
    if (!view_.roofline) {
      return "null";
    }
    std::vector<PlacedDot> dots = place_dots(view_.roofline->fitted, view_.roofline->measurement);
    for (PlacedDot& dot : tour_dots(view_)) {
      dots.push_back(std::move(dot));
    }
    return roofline_json(view_.roofline->measurement, view_.roofline->fitted, dots);
  }

  [[nodiscard]] std::string tour_json() const {
    std::vector<std::string> runs;
    for (const RunDocument& run : view_.runs) {
      runs.push_back(to_json(run));
    }
    return fmt::format(
        "{{\"schema\":\"assay/tour/1\",\"complete\":{},\"doctor\":\n{},\"roofline\":{},\"runs\":[\n{}\n]}}\n",
        complete_, doctor_json_, roofline_part(), fmt::join(runs, ",\n"));
  }

  const TourCommandOptions& options_;
  Console console_;
  RunOptions base_;
  Measurements* measurements_ = nullptr;
  TourView view_;
  std::string doctor_json_;
  bool wants_roofline_ = true;
  bool wants_soak_ = true;
  bool roofline_missing_ = false;
  bool cannot_write_ = false;
  bool complete_ = false;
  bool honest_ = true;
};

}  // namespace

ExitCode tour_command(const TourCommandOptions& options) { return TourCommand(options).run(); }

}  // namespace assay
