#include "lab/measurement.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "analysis/run_file.hpp"
#include "lab/machine_turn.hpp"
#include "lab/run_request_text.hpp"

namespace assay {

namespace {

std::size_t allowed_cpus_of_this_process() {
  cpu_set_t set;
  CPU_ZERO(&set);
  // More CPUs than the set holds: certainly not few.
  return sched_getaffinity(0, sizeof(set), &set) == 0 ? static_cast<std::size_t>(CPU_COUNT(&set)) : CPU_SETSIZE;
}

/// Long enough for any honest run of what was asked; a system that hangs is stopped by it.
Nanoseconds generous_limit(const RunRequest& request) {
  constexpr int kSlowdown = 10;
  constexpr Nanoseconds kBase = std::chrono::minutes{2};
  constexpr Nanoseconds kLongest = std::chrono::hours{24 * 365};
  const Nanoseconds longest =
      request.settings.max_duration == kNever ? expected_duration(request) : request.settings.max_duration;
  const double limit_s = seconds(kBase) + seconds(request.settings.drain_timeout) +
                         kSlowdown * (seconds(request.warm_up) + seconds(longest));
  return std::min(from_seconds(limit_s), kLongest);
}

void make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && access(folder.c_str(), W_OK | X_OK) != 0) {
    error = std::error_code(errno, std::generic_category());
  }
  if (error) {
    throw CommandError(
        ExitCode::file,
        fmt::format("--out {}: {}; name a folder that can be written, e.g. --out ~/results", folder, error.message()));
  }
}

}  // namespace

Measurements::Measurements(const MeasurementOptions& options, Console& console, const std::string& what)
    : options_(options), console_(console), allowed_cpu_count_(allowed_cpus_of_this_process()) {
  make_folder(options_.folder);
  lock_ = take_machine(what, options_.wait, console_, interrupts_);
}

EngineOutcome Measurements::measure_program(const std::vector<std::string>& arguments, const ProgramWatch& watch) {
  constexpr Nanoseconds kQuietTick = std::chrono::seconds{2};
  const EngineWatch engine_watch{.on_event =
                                     [this](const Event& event) {
                                       console_.on_event(event);
                                       if (on_event_) {
                                         on_event_(prefixed(event));
                                       }
                                     },
                                 .on_tick =
                                     [this, observer = watch.observer] {
                                       if (observer != ObserverMode::none) {
                                         console_.tick();
                                       }
                                     },
                                 .tick = watch.observer == ObserverMode::live || watch.observer == ObserverMode::fast
                                             ? EngineWatch{}.tick
                                             : kQuietTick,
                                 .time_limit = options_.time_limit.value_or(watch.time_limit)};
  console_.begin(watch.title);
  EngineOutcome outcome = measure_in_child(arguments, engine_watch, interrupts_);
  console_.end();
  return outcome;
}

Event Measurements::prefixed(Event event) const {
  if (event.kind == Event::Kind::phase) {
    event.text = phase_prefix_ + event.text;
  }
  return event;
}

Measured Measurements::measure(const RunOptions& run, const std::string& title) {
  const RunRequest request = request_from(run);
  const double window_s = request.settings.target_latency ? seconds(*request.settings.target_latency) : 1.0;
  const ObserverMode observer = options_.observer.value_or(
      choose_observer(console_.shows_progress() || on_event_ != nullptr, allowed_cpu_count_, window_s));
  Measured measured{.outcome =
                        measure_program(engine_arguments({.run = run, .folder = options_.folder, .observer = observer}),
                                        {.title = title, .observer = observer, .time_limit = generous_limit(request)})};
  if (measured.outcome.file) {
    measured.run = read_run_file(*measured.outcome.file);
  }
  return measured;
}

}  // namespace assay
