#include "lab/real_world_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <ctime>
#include <stdexcept>

#include "analysis/run_file.hpp"
#include "harness/quantity.hpp"
#include "harness/split.hpp"
#include "harness/steady_clock.hpp"
#include "lab/command_flags.hpp"
#include "lab/json_output.hpp"
#include "lab/kept_result.hpp"
#include "lab/version.hpp"
#include "scenarios/field_sound.hpp"

namespace assay {
namespace {

std::vector<std::string> items_of(const std::string& list) {
  if (list.empty()) {
    return {};
  }
  const auto parts = split(list, ',');
  return {parts.begin(), parts.end()};
}

std::uint64_t count_from(const char* flag, const std::string& text) {
  try {
    return parse_count(text);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--{}: {}", flag, error.what()));
  }
}

double decibels_from(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw CommandError(ExitCode::usage, fmt::format("--snr '{}': give decibels, e.g. --snr 20,10,0", text));
  }
  return value;
}

}  // namespace

void add_real_world_flags(CLI::App& sub, RealWorldCommandOptions& options) {
  sub.add_option("--model", options.model, "clean, robust or both (default: both)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"clean", "robust", "both"}))
      ->group("Work");
  sub.add_flag("--isolation", options.isolation, "each model once more behind the isolation network")->group("Work");
  sub.add_option("--noise", options.noise,
                 fmt::format("kinds to mix in, of {} (default: all)", fmt::join(field_noise_kinds(), ",")))
      ->type_name("LIST")
      ->group("Field");
  sub.add_option("--snr", options.snr, "signal-to-noise ratios [dB] (default: 30,20,15,10,5,0,-5)")
      ->type_name("LIST")
      ->group("Field");
  sub.add_option("--clips", options.clips, "words of each set of voices; 0: all (default: 400)")
      ->type_name("N")
      ->group("Length");
  sub.add_option("--seed", options.seed, "draws words, places, noises and rooms (default: 1)")
      ->type_name("N")
      ->group("Work");
  sub.add_option("--fsdd", options.fsdd, "folder of Free Spoken Digit Dataset recordings: real speech besides")
      ->type_name("DIR")
      ->group("Work");
  add_json(&sub, options.json);
  add_measurement(&sub, options.measurement);
  add_console(&sub, options.console);
}

RealWorldRequest real_world_request_from(const RealWorldCommandOptions& options) {
  RealWorldRequest request;
  if (options.model != "both") {
    request.models = {options.model};
  }
  request.isolation = options.isolation;
  request.noises = items_of(options.noise);
  if (!options.snr.empty()) {
    request.snr_db.clear();
    for (const std::string& item : items_of(options.snr)) {
      request.snr_db.push_back(decibels_from(item));
    }
  }
  request.words = count_from("clips", options.clips);
  request.seed = count_from("seed", options.seed);
  const std::vector<std::string> problems = problems_of(request);
  if (!problems.empty()) {
    throw CommandError(ExitCode::usage, fmt::format("{}", fmt::join(problems, "\n")));
  }
  if (!options.fsdd.empty()) {
    try {
      request.real_speech = read_spoken_digits(options.fsdd);
    } catch (const std::runtime_error& error) {
      throw CommandError(ExitCode::file, fmt::format("--fsdd {}", error.what()));
    }
  }
  return request;
}

RealWorldRecord measured_real_world(const RealWorldRequest& request, const std::function<bool(double share)>& proceed) {
  constexpr std::uint64_t kRepetitions = 2000;
  std::vector<TinyTiming> timings = time_tiny_steps(SteadyClock(), kRepetitions);
  RealWorldRecord record = run_real_world(request, proceed);
  record.timings = std::move(timings);
  record.operations = tiny_operations();
  record.created = utc_timestamp(std::time(nullptr));
  record.program = build_info().version;
  return record;
}

ExitCode real_world_command(const RealWorldCommandOptions& options) {
  require_json_target(options.json);
  Console console(options.console);
  const RealWorldRequest request = real_world_request_from(options);
  Measurements measurements(options.measurement, console, "assay realworld");
  double told = 0.0;
  const RealWorldRecord record = measured_real_world(request, [&](double share) {
    constexpr double kTell = 0.25;
    if (share >= told + kTell) {
      told = share;
      console.note(fmt::format("realworld: {:.0f} %", 100 * share));
    }
    return !measurements.interrupted();
  });
  KeptResult kept;
  kept.workload = "tiny";
  kept.kind = "realworld";
  kept.json = real_world_json(record);
  kept.text = real_world_text(record);
  keep_and_show(kept, measurements.folder(), options.json, console);
  if (record.interrupted) {
    console.warning("interrupted: what was evaluated is kept and flagged");
    return ExitCode::interrupted;
  }
  return ExitCode::ok;
}

}  // namespace assay
