#include "lab/roofline_command.hpp"

#include <fmt/format.h>

#include <span>
#include <stdexcept>
#include <utility>

#include "analysis/roofline.hpp"
#include "analysis/roofline_csv.hpp"
#include "analysis/roofline_dots.hpp"
#include "analysis/roofline_file.hpp"
#include "analysis/roofline_text.hpp"
#include "analysis/roofline_verdict.hpp"
#include "lab/gpu_shares_text.hpp"
#include "lab/json_output.hpp"
#include "lab/roofline_measuring.hpp"
#include "lab/run_files.hpp"

namespace assay {

namespace {

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
    (void)roofline_request_from(options_.roofline);  // says what is wrong before anything is measured
    load_runs_to_place();
    if (!options_.from.empty()) {
      return show(read_roofline(options_.from), options_.from, ExitCode::ok);
    }
    Measurements measurements(options_.measurement, console_, "assay roofline");
    const MeasuredRoofline measured = measure_roofline(measurements, options_.roofline);
    for (const std::string& line : measured.outcome.errors) {
      console_.error(line);
    }
    if (!measured.measurement) {
      return measured.outcome.code;
    }
    return show(*measured.measurement, *measured.outcome.file, measured.outcome.code);
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
    const std::string svg = write_roofline_chart(measurement, roofline, dots, options_.svg, file);
    if (!options_.csv.empty()) {
      write_text(options_.csv, roofline_csv(measurement, roofline, dots));
    }
    if (options_.json != "-") {
      console_.result(roofline_text(measurement, roofline, dots, console_.text_style()));
      console_.result(gpu_shares_text(measurement, roofline, console_.text_style().charset));
      console_.result(fmt::format("result file: {}\nchart: {}\n", file, svg));
    }
    write_json(options_.json, roofline_json(measurement, roofline, dots), console_);
    if (measurement.interrupted) {
      console_.warning("interrupted: what was measured is kept and flagged");
      return ExitCode::interrupted;
    }
    return code == ExitCode::ok && !reasons.empty() ? ExitCode::run_invalid : code;
  }

  const RooflineCommandOptions& options_;
  Console console_;
  std::vector<LoadedRun> runs_;
};

}  // namespace

ExitCode roofline_command(const RooflineCommandOptions& options) { return RooflineCommand(options).run(); }

}  // namespace assay
