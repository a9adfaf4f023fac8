#include "lab/selftest_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "analysis/selftest_json.hpp"
#include "analysis/selftest_text.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/steady_clock.hpp"
#include "lab/json_output.hpp"
#include "lab/selftest_engine.hpp"
#include "lab/selftest_observer.hpp"

namespace assay {

namespace {

namespace fs = std::filesystem;

/// Where the parts of a self-test lie until they are put together; gone with the object.
class PartsFolder {
 public:
  explicit PartsFolder(const std::string& results) : path_(fs::path(results) / fmt::format(".selftest-{}", getpid())) {
    std::error_code error;
    fs::create_directories(path_, error);
    if (error) {
      throw CommandError(ExitCode::file,
                         fmt::format("--out {}: {}; name a folder that can be written", results, error.message()));
    }
  }
  PartsFolder(const PartsFolder&) = delete;
  PartsFolder& operator=(const PartsFolder&) = delete;
  ~PartsFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

class SelftestCommand {
 public:
  explicit SelftestCommand(const SelftestCommandOptions& options) : options_(options), console_(options.console) {
    require_json_target(options.json);
    if (options.json && !options.only.empty()) {
      throw CommandError(ExitCode::usage,
                         "--only shows a part of the self-test; --json is of the whole: leave one out");
    }
    record_ = new_selftest(options);
  }

  ExitCode run() {
    const SteadyClock clock;
    const Instant begin = clock.now();
    Measurements measurements(options_.measurement, console_, "assay selftest");
    {
      const PartsFolder parts(options_.measurement.folder);
      measurements.write_into(parts.path());
      if (const auto failure = measure_parts(measurements)) {
        return *failure;
      }
    }
    record_.duration_s = seconds(clock.now() - begin);
    record_.interrupted = record_.interrupted || measurements.interrupted();
    return keep_and_end();
  }

 private:
  /// The code with which to end where there is nothing to keep.
  std::optional<ExitCode> measure_parts(Measurements& measurements) {
    std::vector<std::string> arguments{"assay", "selftest", "--seed=" + options_.seed,
                                       "--out=" + measurements.folder()};
    if (options_.full) {
      arguments.emplace_back("--full");
    }
    if (!options_.only.empty()) {
      arguments.push_back("--only=" + options_.only);
    }
    const Nanoseconds limit = options_.full ? std::chrono::minutes{60} : std::chrono::minutes{10};
    const EngineOutcome outcome = measurements.measure_program(
        arguments, {.title = "selftest", .observer = ObserverMode::quiet, .time_limit = limit});
    for (const std::string& line : outcome.errors) {
      console_.error(line);
    }
    if (!outcome.file) {
      return outcome.code == ExitCode::ok ? ExitCode::run_invalid : outcome.code;
    }
    const SelftestRecord part = selftest_from_json(read_untrusted_file(*outcome.file), *outcome.file);
    record_.checks = part.checks;
    record_.scheduling = part.scheduling;
    record_.interrupted = part.interrupted;
    record_.foreign_cpu_share = part.foreign_cpu_share;
    record_.steal_share = part.steal_share;
    if (options_.only.empty() && !part.interrupted && !measurements.interrupted()) {
      record_.checks.push_back(observer_check(measurements, options_.full));
    }
    return std::nullopt;
  }

  void keep() {
    const fs::path path = fs::path(options_.measurement.folder) / record_.identity.label / selftest_file_name(record_);
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    write_text(path.string(), selftest_json(record_));
    if (options_.json != "-") {
      console_.result(selftest_text(record_, console_.text_style().charset));
      console_.result(fmt::format("result file: {}\n", path.string()));
    }
    write_json(options_.json, selftest_json(record_), console_);
  }

  ExitCode keep_and_end() {
    if (options_.only.empty()) {
      keep();
    } else {  // what rides along in bundles is a whole self-test
      console_.result(selftest_text(record_, console_.text_style().charset));
      console_.result(fmt::format("only {}: shown and not kept\n", options_.only));
    }
    if (record_.interrupted) {
      console_.warning("interrupted: the checks that were made are kept and flagged");
      return ExitCode::interrupted;
    }
    if (record_.count(SelftestVerdict::fail) > 0) {
      return ExitCode::run_invalid;
    }
    return record_.count(SelftestVerdict::pass) > 0 ? ExitCode::ok : ExitCode::environment_refused;
  }

  const SelftestCommandOptions& options_;
  Console console_;
  SelftestRecord record_;
};

}  // namespace

ExitCode selftest_command(const SelftestCommandOptions& options) { return SelftestCommand(options).run(); }

}  // namespace assay
