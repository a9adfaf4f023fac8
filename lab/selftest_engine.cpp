#include "lab/selftest_engine.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <ctime>
#include <stdexcept>
#include <utility>

#include "analysis/run_file.hpp"
#include "analysis/selftest_json.hpp"
#include "harness/atomic_file.hpp"
#include "harness/cpu_times.hpp"
#include "harness/file_source.hpp"
#include "harness/machine_identity.hpp"
#include "harness/quantity.hpp"
#include "harness/steady_clock.hpp"
#include "lab/events.hpp"
#include "lab/fresh_id.hpp"
#include "lab/signal_stop.hpp"
#include "lab/this_tool.hpp"
#include "scenarios/selftest/selftest.hpp"

namespace assay {

namespace {

constexpr std::uint64_t kQuickRuns = 20;
constexpr std::uint64_t kFullRuns = 100;

std::uint64_t seed_from(const std::string& text) {
  try {
    return parse_count(text);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--seed: {}", error.what()));
  }
}

RunDocument instrument_of(const SelftestRecord& record) {
  RunDocument instrument;
  instrument.machine = record.machine;
  instrument.machine_identity = record.identity;
  instrument.tool = record.tool;
  return instrument;
}

int fail(EventWriter& events, ExitCode code, const std::string& text) {
  events.write({.kind = Event::Kind::error, .text = text, .exit_code = static_cast<int>(code)});
  return static_cast<int>(code);
}

int measure(const SelftestCommandOptions& options, EventWriter& events) {
  SelftestRecord record = new_selftest(options);
  const SignalStop stop;
  const std::stop_token token = stop.token();
  const SteadyClock clock;
  const SystemFiles files;
  const Instant begin = clock.now();
  const auto before = read_cpu_times(files);
  const SelftestRequest request{
      .seed = record.seed, .runs = options.full ? kFullRuns : kQuickRuns, .only = options.only};
  const SelftestObserver observer{.on_phase = [&events](const std::string& name, std::optional<Nanoseconds> expected) {
    events.write({.kind = Event::Kind::phase,
                  .text = name,
                  .expected_s = expected ? std::optional(seconds(*expected)) : std::nullopt});
  }};
  SelftestOutcome outcome = run_selftest(request, instrument_of(record), token, observer);
  record.checks = std::move(outcome.checks);
  record.scheduling = std::move(outcome.scheduling);
  record.interrupted = token.stop_requested();
  record.duration_s = seconds(clock.now() - begin);
  if (const auto after = read_cpu_times(files); before && after) {
    if (const auto load = load_between(*before, *after, sysconf(_SC_CLK_TCK))) {
      record.foreign_cpu_share = load->foreign;
      record.steal_share = load->steal;
    }
  }
  const auto path = std::filesystem::path(options.measurement.folder) / selftest_file_name(record);
  write_file_atomically(path, selftest_json(record));
  const bool valid = record.count(SelftestVerdict::fail) == 0;
  events.write({.kind = Event::Kind::result, .text = path.string(), .valid = valid, .interrupted = record.interrupted});
  return static_cast<int>(record.interrupted ? ExitCode::interrupted : ExitCode::ok);
}

}  // namespace

SelftestRecord new_selftest(const SelftestCommandOptions& options) {
  SelftestRecord record;
  record.id = fresh_id();
  record.created = utc_timestamp(std::time(nullptr));
  record.full = options.full;
  record.seed = seed_from(options.seed);
  record.machine = detect_machine();
  record.identity = identify(record.machine);
  record.tool = this_tool();
  return record;
}

int run_selftest_engine(const SelftestCommandOptions& options, int events_descriptor) {
  EventWriter events(events_descriptor);
  try {
    return measure(options, events);
  } catch (const CommandError& error) {
    return fail(events, error.code(), error.what());
  } catch (const std::exception& error) {
    return fail(events, ExitCode::run_invalid, error.what());
  }
}

}  // namespace assay
