#include "lab/tail_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "analysis/run_mark.hpp"
#include "analysis/run_window_share.hpp"
#include "analysis/threshold_search.hpp"
#include "harness/quantity.hpp"
#include "lab/honest_run.hpp"
#include "lab/interference_text.hpp"
#include "lab/json_output.hpp"
#include "lab/kept_result.hpp"
#include "lab/run_request_text.hpp"
#include "lab/tail_view.hpp"
#include "scenarios/custom/custom_workload.hpp"

namespace assay {
namespace {

std::optional<double> percentile_of(const RunDocument& run, const std::string& name) {
  const auto found = run.latency.percentiles_s.find(name);
  return found == run.latency.percentiles_s.end() ? std::nullopt : found->second.point;
}

/// What the normal formula says of the run's target percentile; nothing where it was asked for another one.
std::optional<double> normal_formula_of(const RunDocument& run) {
  if (run.math_peek && run.math_peek->percentile == run.percentile) {
    for (const FormulaRecord& row : run.math_peek->rows) {
      if (row.name == "normal") {
        return row.value_s;
      }
    }
  }
  return std::nullopt;
}

template <class Parse>
auto parsed(const char* flag, const std::string& text, Parse parse) {
  try {
    return parse(text);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("{}: {}", flag, error.what()));
  }
}

double dose_from(Knob knob, const std::string& text) {
  switch (knob) {
    case Knob::background:
      return parse_share(text);
    case Knob::memory:
    case Knob::pcie:
      return parse_bandwidth(text);
    case Knob::noise:
    case Knob::ctxsw:
      break;
  }
  return parse_rate(text);
}

class TailCommand {
 public:
  explicit TailCommand(const TailCommandOptions& options)
      : options_(options), console_(options.console), run_(options.run) {
    require_json_target(options.json);
    if (run_.workload.empty()) {
      throw CommandError(ExitCode::usage, "tail: name a workload (assay list workloads), or --list the knobs");
    }
    if (!run_.value("duration")) {
      run_.set("duration", "5s");
    }
    for (const char* flag : {"noise", "background", "ctxsw", "membw", "pcie"}) {
      if (run_.value(flag)) {
        throw CommandError(ExitCode::usage,
                           fmt::format("--{}: assay tail sets the dose itself; choose the knob by --knob", flag));
      }
    }
    read_knob();
  }

  ExitCode run() {
    const RunRequest request = request_from(with_dose(0.0));  // says what is wrong before anything is measured
    require_window(request);
    (void)request_from(with_dose(result_.knob.highest));
    Measurements measurements(options_.measurement, console_, command_text("tail", options_.run));
    try {
      search(measurements);
    } catch (const std::exception& error) {  // the runs before it are kept
      const CommandFailure failure = failure_of(error);
      failure_ = failure.code;
      console_.error(failure.line);
    }
    result_.interrupted = measurements.interrupted();
    if (search_ && !search_->levels().empty()) {
      result_.estimate = search_->estimate();
    }
    return report(measurements);
  }

 private:
  void read_knob() {
    const Knob knob = parsed("--knob", options_.knob, [](const std::string& text) { return knob_from(text); });
    const Nanoseconds burst =
        parsed("--burst", options_.burst, [](const std::string& text) { return parse_duration(text); });
    result_.knob = tail_knob(knob, burst);
    if (options_.highest) {
      const double highest =
          parsed("--highest", *options_.highest, [knob](const std::string& text) { return dose_from(knob, text); });
      if (highest <= result_.knob.lowest || highest > result_.knob.highest) {
        throw CommandError(ExitCode::usage,
                           fmt::format("--highest {}: must be above {} and at most {}", *options_.highest,
                                       dose_text(knob, result_.knob.lowest), dose_text(knob, result_.knob.highest)));
      }
      result_.knob.highest = highest;
    }
    constexpr std::uint64_t kFewest = 3;
    constexpr std::uint64_t kMost = 10;
    most_runs_ = parsed("--most-runs", options_.most_runs, [](const std::string& text) { return parse_count(text); });
    if (most_runs_ < kFewest || most_runs_ > kMost) {
      throw CommandError(ExitCode::usage,
                         fmt::format("--most-runs {}: the rule allows {} to {}", most_runs_, kFewest, kMost));
    }
  }

  void require_window(const RunRequest& request) {
    if (!request.settings.target_latency) {
      throw CommandError(ExitCode::usage, "--slo: a threshold is the dose that breaks a window, e.g. --slo 1ms@p99");
    }
    if (request.settings.scenario == Scenario::offline || request.settings.mode == TestMode::accuracy) {
      throw CommandError(ExitCode::usage, "--scenario: Offline has no tail of requests; take single, multi or server");
    }
    result_.workload = shown_workload(options_.run.workload);
    result_.scenario = flag_of(request.settings.scenario);
    result_.slo_s = seconds(*request.settings.target_latency);
    result_.percentile = Percentile::of_parts_per_million(request.settings.target_percentile_ppm);
    window_ = *request.settings.target_latency;
  }

  [[nodiscard]] RunOptions with_dose(double dose) const {
    RunOptions run = run_;
    set_dose(run, result_.knob, dose);
    return run;
  }

  /// The baseline shows the service time, from which the model says where to look.
  void search(Measurements& measurements) {
    const auto baseline = measured(measurements, 0.0);
    if (!baseline) {
      return;
    }
    const auto p50 = baseline->service_time.percentiles_s.find("p50");
    if (p50 == baseline->service_time.percentiles_s.end() || !p50->second.point) {
      throw CommandError(ExitCode::run_invalid, "the run without a dose has no median service time");
    }
    result_.model = model_dose(result_.knob, from_seconds(*p50->second.point), window_, result_.percentile);
    // Without a model the search begins in the middle of the range, as ratios go.
    search_.emplace(ThresholdSearchSettings{
        .percentile = result_.percentile,
        .lowest_dose = result_.knob.lowest,
        .highest_dose = result_.knob.highest,
        .model_dose = result_.model.dose.value_or(std::sqrt(result_.knob.lowest * result_.knob.highest)),
        .most_runs = most_runs_});
    keep(*baseline, 0.0);
    while (const auto dose = search_->next_dose()) {
      const auto run = measured(measurements, *dose);
      if (!run) {
        return;
      }
      keep(*run, *dose);
    }
  }

  std::optional<RunDocument> measured(Measurements& measurements, double dose) {
    const std::string title =
        dose > 0.0 ? fmt::format("run {} at {}", result_.levels.size() + 1, dose_text(result_.knob.knob, dose))
                   : "run 1 without a dose";
    const Measured one = measurements.measure(with_dose(dose), title);
    if (measurements.interrupted()) {
      return std::nullopt;
    }
    if (!one.run) {
      throw CommandError(one.outcome.code, fmt::format("{}", fmt::join(one.outcome.errors, "; ")));
    }
    require_honest(*one.run);
    file_ = *one.outcome.file;
    result_.mark = mark_of(*one.run);
    return one.run;
  }

  void keep(const RunDocument& run, double requested) {
    const WindowShare share = recorded_window_share(run);
    TailLevel level{
        .level = {.dose = requested > 0.0 ? achieved_dose_of(run, result_.knob.knob) : 0.0,
                  .effective_trials = share.effective_sample_size,
                  .effective_exceedances = (1.0 - share.within) * share.effective_sample_size},
        .requested = requested,
        .delivered = std::ranges::all_of(run.interference, [](const DoseRecord& dose) { return dose.delivered; }),
        .p50_s = percentile_of(run, "p50"),
        .p99_s = percentile_of(run, result_.percentile.name()),
        .normal_s = normal_formula_of(run),
        .file = file_};
    search_->record(level.level);
    result_.levels.push_back(std::move(level));
    console_.note(level_line(result_.levels.back(), result_, console_.text_style().charset));
  }

  ExitCode report(const Measurements& measurements) {
    keep_and_show({.workload = result_.workload,
                   .mark = result_.mark,
                   .kind = "tail",
                   .json = tail_json(result_),
                   .text = tail_text(result_, console_.text_style().charset)},
                  measurements.folder(), options_.json, console_);
    if (result_.interrupted) {
      console_.warning("interrupted: the runs so far are kept, the threshold is what they show");
      return ExitCode::interrupted;
    }
    if (failure_) {
      return *failure_;
    }
    return result_.estimate && result_.estimate->fit.threshold ? ExitCode::ok : ExitCode::run_invalid;
  }

  const TailCommandOptions& options_;
  Console console_;
  RunOptions run_;
  TailResult result_;
  Nanoseconds window_{0};
  std::uint64_t most_runs_ = 10;
  std::optional<ThresholdSearch> search_;
  std::string file_;
  std::optional<ExitCode> failure_;
};

}  // namespace

ExitCode tail_command(const TailCommandOptions& options) { return TailCommand(options).run(); }

}  // namespace assay
