#include "lab/measurement.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <variant>

#include "analysis/run_file.hpp"
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
  take_lock(what);
}

void Measurements::take_lock(const std::string& what) {
  bool said = false;
  while (!lock_) {
    auto attempt = MachineLock::try_acquire(std::filesystem::temp_directory_path(), what);
    if (auto* lock = std::get_if<MachineLock>(&attempt)) {
      lock_ = std::move(*lock);
      return;
    }
    const std::string& holder = std::get<LockBusy>(attempt).holder;
    if (!options_.wait) {
      throw CommandError(ExitCode::environment_refused,
                         fmt::format("another measurement runs on this machine ({}); two at a time measure each other. "
                                     "--wait waits for it",
                                     holder));
    }
    if (!said) {
      console_.note("waiting for another measurement on this machine: " + holder);
      said = true;
    }
    constexpr timespec kLookAgain{.tv_sec = 1, .tv_nsec = 0};
    ppoll(nullptr, 0, &kLookAgain, interrupts_.wait_mask());
    if (interrupted()) {
      throw CommandError(ExitCode::interrupted, "interrupted while waiting; nothing was measured");
    }
  }
}

Measured Measurements::measure(const RunOptions& run, const std::string& title) {
  const RunRequest request = request_from(run);
  const double window_s = request.settings.target_latency ? seconds(*request.settings.target_latency) : 1.0;
  const ObserverMode observer =
      choose_observer(console_.shows_progress() || on_event_ != nullptr, allowed_cpu_count_, window_s);
  constexpr Nanoseconds kQuietTick = std::chrono::seconds{2};
  const EngineWatch watch{.on_event =
                              [this](const Event& event) {
                                console_.on_event(event);
                                if (on_event_) {
                                  on_event_(event);
                                }
                              },
                          .on_tick =
                              [this, observer] {
                                if (observer != ObserverMode::none) {
                                  console_.tick();
                                }
                              },
                          .tick = observer == ObserverMode::live ? EngineWatch{}.tick : kQuietTick,
                          .time_limit = options_.time_limit.value_or(generous_limit(request))};
  console_.begin(title);
  Measured measured{
      .outcome = measure_in_child({.run = run, .folder = options_.folder, .observer = observer}, watch, interrupts_)};
  console_.end();
  if (measured.outcome.file) {
    measured.run = read_run_file(*measured.outcome.file);
  }
  return measured;
}

}  // namespace assay
