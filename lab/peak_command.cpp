#include "lab/peak_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "analysis/percentile_interval.hpp"
#include "analysis/run_mark.hpp"
#include "lab/arrival_text.hpp"
#include "lab/honest_run.hpp"
#include "lab/json_output.hpp"
#include "lab/kept_result.hpp"
#include "lab/peak_view.hpp"
#include "lab/run_request_text.hpp"
#include "scenarios/custom/custom_workload.hpp"

namespace assay {

namespace {

void set_default(RunOptions& run, std::string_view flag, std::string value) {
  if (!run.value(flag)) {
    run.set(flag, std::move(value));
  }
}

/// "30" or "30:staggered", as one camera's arrivals. Throws CommandError.
CameraArrivals one_camera(const PeakCommandOptions& options) {
  for (const char* flag : {"rate", "arrivals"}) {
    if (options.run.value(flag)) {
      throw CommandError(ExitCode::usage,
                         fmt::format("--cameras: the search itself sets --{}; leave one of the two out", flag));
    }
  }
  try {
    return std::get<CameraArrivals>(parse_arrivals("cameras:1x" + *options.cameras));
  } catch (const std::invalid_argument&) {
    throw CommandError(ExitCode::usage,
                       fmt::format("--cameras {}: expected frames a second, or with a phase, e.g. 30 or 30:staggered",
                                   *options.cameras));
  }
}

class PeakCommand {
 public:
  explicit PeakCommand(const PeakCommandOptions& options)
      : options_(options), console_(options.console), run_(options.run) {
    require_json_target(options.json);
    run_.set("scenario", "server");
    set_default(run_, "duration", "3s");
    if (options.cameras) {
      camera_ = one_camera(options);
      run_.set("arrivals", name_of(*camera_));
      result_.cameras = {.frames_per_s = camera_->frames_per_s, .phase = name_of(camera_->phase)};
    } else {
      set_default(run_, "min-queries", "1000");
    }
  }

  ExitCode run() {
    const bool rate_given = run_.value("rate").has_value();
    if (!camera_) {
      set_default(run_, "rate", "1");  // a stand-in until the sizing run: the rest of the request is checked with it
    }
    const RunRequest request = request_from(run_);
    require_window(request);
    if (camera_) {
      // Fewer could not show that the percentile holds, even if none of them missed.
      constexpr double kOneEndOf95 = 0.975;
      set_default(run_, "min-queries", fmt::format("{}", samples_for_upper_limit(result_.percentile, kOneEndOf95)));
    }
    Measurements measurements(options_.measurement, console_, command_text("peak", options_.run));
    const auto start_hz = rate_given ? std::optional(request.settings.server_target_qps) : size(measurements);
    if (!start_hz) {
      throw CommandError(ExitCode::interrupted, "interrupted before the first probe; nothing was found");
    }
    search(measurements, settings_for(*start_hz));
    return report(measurements);
  }

 private:
  [[nodiscard]] PeakSearchSettings settings_for(double start_hz) const {
    PeakSearchSettings settings{.start_rate_hz = start_hz,
                                .resolution = options_.resolution,
                                .most_probes = options_.most_probes,
                                .percentile = result_.percentile};
    if (camera_) {
      constexpr double kMostCameras = 4096.0;
      const double step = camera_->frames_per_s;
      settings.lowest_rate_hz = step;
      settings.highest_rate_hz = kMostCameras * step;
      settings.start_rate_hz = std::clamp(std::floor(start_hz / step), 1.0, kMostCameras) * step;
      settings.step_hz = step;
      settings.step_name = "camera";
    }
    return settings;
  }

  void require_window(const RunRequest& request) {
    const TestSettings& settings = request.settings;
    const bool of_tokens = settings.target_first_token || settings.target_token_time;
    if (settings.target_latency.has_value() == of_tokens) {
      throw CommandError(ExitCode::usage,
                         "--slo: a peak is the highest rate that holds a window, e.g. --slo 10ms@p99, or, of workload "
                         "llama, --ttft 4s --tpot 250ms");
    }
    if (!camera_ && !std::holds_alternative<PoissonArrivals>(request.settings.arrivals) &&
        !std::holds_alternative<ConstantArrivals>(request.settings.arrivals) &&
        !std::holds_alternative<GammaArrivals>(request.settings.arrivals)) {
      throw CommandError(ExitCode::usage,
                         "--arrivals: a peak needs one mean rate: poisson, constant or gamma, or --cameras");
    }
    result_.workload = shown_workload(options_.run.workload);
    result_.slo_s = seconds(settings.target_latency.value_or(Nanoseconds{0}));
    if (settings.target_first_token) {
      result_.ttft_s = seconds(*settings.target_first_token);
    }
    if (settings.target_token_time) {
      result_.tpot_s = seconds(*settings.target_token_time);
    }
    result_.percentile = Percentile::of_parts_per_million(request.settings.target_percentile_ppm);
  }

  /// Half of what the workers complete one after the other: a rate that most systems hold.
  /// Nothing if a person asked for the end.
  std::optional<double> size(Measurements& measurements) {
    RunOptions sizing = run_;
    for (const std::string_view server_only :
         {"rate", "arrivals", "issuing-threads", "coalesce", "max-outstanding", "late-frames", "slo", "ttft", "tpot"}) {
      sizing.values.erase(std::string(server_only));
    }
    sizing.set("scenario", "single");
    sizing.set("duration", "1s");
    sizing.set("min-queries", "20");
    const auto sized = measured(measurements, sizing, "sizing");
    if (!sized) {
      return std::nullopt;
    }
    const RunDocument& run = *sized;
    result_.sizing_file = file_;
    const auto p50 = run.latency.percentiles_s.find("p50");
    if (p50 == run.latency.percentiles_s.end() || !p50->second.point || *p50->second.point <= 0.0) {
      throw CommandError(ExitCode::run_invalid, "the sizing run has no P50: name a rate to begin with, --rate");
    }
    constexpr double kEasyShare = 0.5;
    return kEasyShare * static_cast<double>(run.placement.worker_cpus.size()) / *p50->second.point;
  }

  /// Nothing if a person asked for the end: what the run shows then is no probe.
  std::optional<RunDocument> measured(Measurements& measurements, const RunOptions& run, const std::string& title) {
    const Measured one = measurements.measure(run, title);
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

  /// A probe that fails ends the search; the ones before it are kept.
  void search(Measurements& measurements, const PeakSearchSettings& settings) {
    PeakSearch search(settings);
    try {
      while (const auto rate = search.next_rate()) {
        if (!probe(measurements, search, *rate) || generator_is_the_limit()) {
          break;
        }
      }
    } catch (const std::exception& error) {
      const CommandFailure failure = failure_of(error);
      failure_ = failure.code;
      console_.error(failure.line);
    }
    result_.interrupted = measurements.interrupted();
    result_.estimate = search.estimate();
  }

  bool probe(Measurements& measurements, PeakSearch& search, double rate) {
    RunOptions run = run_;
    if (camera_) {
      CameraArrivals cameras = *camera_;
      cameras.cameras = static_cast<std::uint64_t>(std::llround(rate / camera_->frames_per_s));
      run.set("arrivals", name_of(cameras));
    } else {
      run.set("rate", fmt::format("{}", rate));
    }
    const auto document = measured(measurements, run, fmt::format("probe {}", search.probes().size() + 1));
    if (!document) {
      return false;
    }
    PeakProbe probe = probe_of(*document);
    probe.rate_hz = rate;
    search.record(probe);
    result_.probes.push_back({.probe = search.probes().back(), .file = file_});
    console_.note(probe_line(search.probes().back(), result_, console_.text_style().charset));
    return true;
  }

  /// No rate held and the generator was late at each of many: going further down would look for the peak of the
  /// machine's other work.
  bool generator_is_the_limit() {
    constexpr std::size_t kEnough = 8;
    const bool limited =
        result_.probes.size() >= kEnough && std::ranges::all_of(result_.probes, [](const PeakProbeRecord& record) {
          return record.probe.outcome != ProbeOutcome::held && record.probe.generator_limited;
        });
    if (limited) {
      console_.error(
          fmt::format("no rate held in {} probes and the load generator was late in each: this machine is "
                      "busy with something else (assay doctor), or --slo is out of its reach",
                      result_.probes.size()));
    }
    return limited;
  }

  ExitCode report(const Measurements& measurements) {
    keep_and_show({.workload = result_.workload,
                   .mark = result_.mark,
                   .kind = "peak",
                   .json = peak_json(result_),
                   .text = peak_text(result_, console_.text_style().charset)},
                  measurements.folder(), options_.json, console_);
    if (result_.interrupted) {
      console_.warning("interrupted: the probes so far are kept, the interval is what they show");
      return ExitCode::interrupted;
    }
    if (failure_) {
      return *failure_;
    }
    const PeakEstimate& found = result_.estimate;
    const bool not_even_one = camera_ && found.broke_hz && *found.broke_hz <= camera_->frames_per_s;
    return (found.held_hz || not_even_one) && found.broke_hz && !found.generator_limited ? ExitCode::ok
                                                                                         : ExitCode::run_invalid;
  }

  const PeakCommandOptions& options_;
  Console console_;
  RunOptions run_;
  std::optional<CameraArrivals> camera_;
  PeakResult result_;
  std::string file_;
  std::optional<ExitCode> failure_;
};

}  // namespace

ExitCode peak_command(const PeakCommandOptions& options) { return PeakCommand(options).run(); }

}  // namespace assay
