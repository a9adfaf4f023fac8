#include "lab/roofline_measuring.hpp"

#include <stdexcept>
#include <string_view>

#include "analysis/roofline_file.hpp"
#include "analysis/roofline_scene.hpp"
#include "analysis/roofline_svg.hpp"
#include "lab/command_error.hpp"
#include "lab/json_output.hpp"
#include "lab/roofline_engine.hpp"

namespace assay {

namespace {

/// Preparing, sweeping and checking take some seconds on a quiet machine; a busy one may need a multiple.
Nanoseconds generous_limit(const RooflineRequest& request) {
  constexpr int kSlowdown = 4;
  return std::chrono::minutes{3} + kSlowdown * request.time_limit;
}

/// The name of the result file with another end.
std::string beside(const std::string& file, const std::string& end) {
  constexpr std::string_view kJson = ".json";
  return (file.ends_with(kJson) ? file.substr(0, file.size() - kJson.size()) : file) + end;
}

}  // namespace

MeasuredRoofline measure_roofline(Measurements& measurements, const RooflineOptions& options) {
  const RooflineRequest request = roofline_request_from(options);
  MeasuredRoofline measured{
      .outcome = measurements.measure_program(
          roofline_engine_arguments(options, measurements.folder()),
          {.title = "roofline", .observer = ObserverMode::quiet, .time_limit = generous_limit(request)}),
      .measurement = {}};
  if (measured.outcome.file) {
    measured.measurement = read_roofline(*measured.outcome.file);
  }
  return measured;
}

RooflineMeasurement read_roofline(const std::string& path) {
  try {
    return read_roofline_file(path);
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file, error.what());
  }
}

std::string write_roofline_chart(const RooflineMeasurement& measurement, const Roofline& roofline,
                                 std::span<const PlacedDot> dots, const std::string& svg,
                                 const std::string& result_file) {
  if (main_set(roofline) == nullptr) {
    return "none: there is no flat roof to draw it under";
  }
  const std::string file = svg.empty() ? beside(result_file, ".svg") : svg;
  write_text(file, roofline_svg(measurement, roofline, dots, {}));
  return file;
}

}  // namespace assay
