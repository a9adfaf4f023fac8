#include "lab/roofline_engine.hpp"

#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <utility>

#include "analysis/roofline_dots.hpp"
#include "analysis/roofline_file.hpp"
#include "analysis/roofline_verdict.hpp"
#include "analysis/run_file.hpp"
#include "harness/atomic_file.hpp"
#include "harness/machine.hpp"
#include "lab/command_error.hpp"
#include "lab/events.hpp"
#include "lab/fresh_id.hpp"
#include "lab/limit_flags.hpp"
#include "lab/signal_stop.hpp"
#include "lab/this_tool.hpp"

namespace assay {

namespace {

class RooflineEngine {
 public:
  RooflineEngine(const RooflineOptions& options, const std::string& folder, int events_descriptor)
      : options_(options), folder_(folder), events_(events_descriptor) {}

  int run() {
    try {
      return measure();
    } catch (const CommandError& error) {
      return fail(error.code(), error.what());
    } catch (const std::bad_alloc&) {
      return fail(ExitCode::run_invalid, "there is not enough memory; leave parts out with --only");
    } catch (const std::invalid_argument& error) {
      return fail(ExitCode::usage, error.what());
    } catch (const std::exception& error) {
      return fail(ExitCode::run_invalid, error.what());
    }
  }

 private:
  int measure() {
    keep_to_simd(with_envelope(options_).simd);
    const RooflineRequest request = roofline_request_from(options_);
    const SignalStop stop;
    const RooflineObserver observer{
        .on_phase =
            [this](const std::string& phase, std::optional<Nanoseconds> expected) {
              events_.write({.kind = Event::Kind::phase,
                             .text = phase,
                             .expected_s = expected ? std::optional(seconds(*expected)) : std::nullopt});
            },
        .on_progress =
            [this](std::uint64_t done, std::uint64_t planned) {
              events_.write({.kind = Event::Kind::progress, .issued = planned, .settled = done});
            },
        .on_warning = [this](const std::string& text) { events_.write({.kind = Event::Kind::warning, .text = text}); }};
    RooflineMeasurement measurement = run_roofline(request, detect_machine(), stop.token(), observer);
    measurement.tool = this_tool();
    measurement.id = fresh_id();
    measurement.created = utc_timestamp(std::time(nullptr));
    return save(measurement);
  }

  int save(const RooflineMeasurement& measurement) {
    const auto path =
        std::filesystem::path(folder_) / measurement.machine_identity.label / roofline_file_name(measurement);
    const Roofline roofline = fit_roofline(measurement);
    try {
      std::filesystem::create_directories(path.parent_path());
      write_file_atomically(path, roofline_json(measurement, roofline, place_dots(roofline, measurement)));
    } catch (const std::exception& error) {
      return fail(ExitCode::file, error.what());
    }
    const bool valid = roofline_problems(measurement, roofline).empty();
    events_.write(
        {.kind = Event::Kind::result, .text = path.string(), .valid = valid, .interrupted = measurement.interrupted});
    if (measurement.interrupted) {
      return static_cast<int>(ExitCode::interrupted);
    }
    return static_cast<int>(valid ? ExitCode::ok : ExitCode::run_invalid);
  }

  int fail(ExitCode code, const std::string& text) {
    events_.write({.kind = Event::Kind::error, .text = text, .exit_code = static_cast<int>(code)});
    return static_cast<int>(code);
  }

  const RooflineOptions& options_;
  const std::string& folder_;
  EventWriter events_;
};

}  // namespace

std::vector<std::string> roofline_engine_arguments(const RooflineOptions& options, const std::string& folder) {
  std::vector<std::string> arguments{"assay", "roofline", "--duration=" + options.duration, "--seed=" + options.seed,
                                     "--out=" + folder};
  if (!options.cpus.empty()) {
    arguments.push_back("--cpus=" + options.cpus);
  }
  if (!options.only.empty()) {
    arguments.push_back("--only=" + options.only);
  }
  if (!options.workload.empty()) {
    arguments.push_back("--workload=" + options.workload);
  }
  for (const auto& [flag, value] :
       {std::pair{"envelope", options.envelope}, std::pair{"simd", options.simd}, std::pair{"membw", options.membw}}) {
    if (!value.empty()) {
      arguments.push_back(fmt::format("--{}={}", flag, value));
    }
  }
  if (options.huge_pages != "yes") {
    arguments.push_back("--huge-pages=" + options.huge_pages);
  }
  if (options.device != "cpu") {
    arguments.push_back("--device=" + options.device);
  }
  if (options.layers) {
    arguments.emplace_back("--layers");
  }
  return arguments;
}

int run_roofline_engine(const RooflineOptions& options, const std::string& folder, int events_descriptor) {
  return RooflineEngine(options, folder, events_descriptor).run();
}

}  // namespace assay
