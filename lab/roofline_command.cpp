#include "lab/roofline_command.hpp"

#include <fmt/format.h>

#include <span>
#include <stdexcept>
#include <utility>

#include "analysis/roofline.hpp"
#include "analysis/roofline_csv.hpp"
#include "analysis/roofline_dots.hpp"
#include "analysis/roofline_file.hpp"
#include "analysis/roofline_scene.hpp"
#include "analysis/roofline_svg.hpp"
#include "analysis/roofline_text.hpp"
#include "analysis/roofline_verdict.hpp"
#include "lab/json_output.hpp"
#include "lab/roofline_engine.hpp"
#include "lab/run_files.hpp"

namespace assay {

namespace {

/// Preparing, sweeping and checking take some seconds on a quiet machine; a busy one may need a multiple.
Nanoseconds generous_limit(const RooflineRequest& request) {
  constexpr int kSlowdown = 4;
  return std::chrono::minutes{3} + kSlowdown * request.time_limit;
}

RooflineMeasurement read_measurement(const std::string& path) {
  try {
    return read_roofline_file(path);
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file, error.what());
  }
}

class RooflineCommand {
 public:
  explicit RooflineCommand(const RooflineCommandOptions& options) : options_(options), console_(options.console) {
    require_json_target(options.json);
    for (const auto& [flag, target] : {std::pair{"--svg", options.svg}, std::pair{"--csv", options.csv}}) {
      if (!target.empty()) {
        require_writable(flag, target);
      }
    }
  }

  ExitCode run() {
    const RooflineRequest request = roofline_request_from(options_.roofline);
    load_runs_to_place();
    if (!options_.from.empty()) {
      return show(read_measurement(options_.from), options_.from, ExitCode::ok);
    }
    Measurements measurements(options_.measurement, console_, "assay roofline");
    const EngineOutcome outcome = measurements.measure_program(
        roofline_engine_arguments(options_.roofline, options_.measurement.folder),
        {.title = "roofline", .observer = ObserverMode::quiet, .time_limit = generous_limit(request)});
    for (const std::string& line : outcome.errors) {
      console_.error(line);
    }
    if (!outcome.file) {
      return outcome.code;
    }
    return show(read_measurement(*outcome.file), *outcome.file, outcome.code);
  }

 private:
  /// Before anything is measured for them.
  void load_runs_to_place() {
    if (options_.place.empty()) {
      return;
    }
    std::vector<std::string> refused;
    runs_ = load_runs(options_.place, refused);
    for (const std::string& reason : refused) {
      console_.warning("left out: " + reason);
    }
  }

  ExitCode show(const RooflineMeasurement& measurement, const std::string& file, ExitCode code) {
    if (!measurement.hash_matches) {
      console_.warning(fmt::format("{}: changed after it was written: its hash does not match", file));
    }
    const Roofline roofline = fit_roofline(measurement);
    std::vector<PlacedDot> dots = place_dots(roofline, measurement);
    for (const LoadedRun& loaded : runs_) {
      dots.push_back(place_run(roofline, measurement, loaded.run));
    }
    const std::vector<InvalidReason> reasons = roofline_problems(measurement, roofline);
    const std::string svg = draw(measurement, roofline, dots, file);
    if (!options_.csv.empty()) {
      write_text(options_.csv, roofline_csv(measurement, roofline, dots));
    }
    if (options_.json != "-") {
      console_.result(roofline_text(measurement, roofline, dots, console_.text_style()));
      console_.result(fmt::format("result file: {}\nchart: {}\n", file, svg));
    }
    write_json(options_.json, roofline_json(measurement, roofline, dots), console_);
    if (measurement.interrupted) {
      console_.warning("interrupted: what was measured is kept and flagged");
      return ExitCode::interrupted;
    }
    return code == ExitCode::ok && !reasons.empty() ? ExitCode::run_invalid : code;
  }

  /// The name of the chart's file, or why there is none.
  [[nodiscard]] std::string draw(const RooflineMeasurement& measurement, const Roofline& roofline,
                                 std::span<const PlacedDot> dots, const std::string& file) const {
    if (main_set(roofline) == nullptr) {
      return "none: there is no flat roof to draw it under";
    }
    const std::string svg = options_.svg.empty() ? beside(file, ".svg") : options_.svg;
    write_text(svg, roofline_svg(measurement, roofline, dots, {}));
    return svg;
  }

  /// The name of the result file with another end.
  static std::string beside(const std::string& file, const std::string& end) {
    constexpr std::string_view kJson = ".json";
    return (file.ends_with(kJson) ? file.substr(0, file.size() - kJson.size()) : file) + end;
  }

  const RooflineCommandOptions& options_;
  Console console_;
  std::vector<LoadedRun> runs_;
};

}  // namespace

ExitCode roofline_command(const RooflineCommandOptions& options) { return RooflineCommand(options).run(); }

}  // namespace assay
