#include "lab/engine.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <filesystem>
#include <memory>
#include <mutex>
#include <new>
#include <stop_token>
#include <thread>
#include <utility>

#include "analysis/run_file.hpp"
#include "harness/machine.hpp"
#include "harness/steady_clock.hpp"
#include "lab/command_error.hpp"
#include "lab/events.hpp"
#include "lab/fresh_id.hpp"
#include "lab/limit_flags.hpp"
#include "lab/run_request_text.hpp"
#include "lab/signal_stop.hpp"
#include "lab/this_tool.hpp"
#include "scenarios/experiment.hpp"

namespace assay {

namespace {

constexpr std::array kObserverModes{ObserverMode::none, ObserverMode::quiet, ObserverMode::live, ObserverMode::fast};

/// Reports progress once a period from its own thread, until destroyed.
class ProgressReporter {
 public:
  ProgressReporter(EventWriter& events, MeasuringView view, std::chrono::milliseconds period)
      : thread_([&events, view = std::move(view), period](const std::stop_token& stop) {
          const SteadyClock clock;
          const Instant begin = clock.now();
          std::mutex mutex;
          std::condition_variable_any wake;
          std::unique_lock lock(mutex);
          while (!wake.wait_for(lock, stop, period, [&stop] { return stop.stop_requested(); })) {
            events.write({.kind = Event::Kind::progress,
                          .elapsed_s = seconds(clock.now() - begin),
                          .issued = view.progress->issued.load(std::memory_order_relaxed),
                          .settled = view.progress->settled.load(std::memory_order_relaxed),
                          .doses = view.doses ? view.doses() : std::vector<DoseRecord>{}});
          }
        }) {}

 private:
  std::jthread thread_;
};

/// Nothing where nobody hears of progress.
std::optional<std::chrono::milliseconds> report_period(ObserverMode mode) {
  switch (mode) {
    case ObserverMode::live:
      return std::chrono::milliseconds{500};
    case ObserverMode::fast:
      return std::chrono::milliseconds{100};
    case ObserverMode::none:
    case ObserverMode::quiet:
      break;
  }
  return std::nullopt;
}

void fill_tool(RunDocument& run, ObserverMode observer) {
  run.tool = this_tool();
  run.observer = name_of(observer);
}

class Engine {
 public:
  explicit Engine(const EngineOptions& options) : options_(options), events_(options.events_descriptor) {}

  int run() {
    try {
      return measure();
    } catch (const CommandError& error) {
      return fail(error.code(), error.what());
    } catch (const StoppedBeforeMeasuring& error) {
      return fail(ExitCode::interrupted, error.what());
    } catch (const std::bad_alloc&) {
      return fail(ExitCode::usage, kNotEnoughMemory);
    } catch (const std::invalid_argument& error) {
      return fail(ExitCode::usage, error.what());
    } catch (const std::exception& error) {
      return fail(ExitCode::run_invalid, error.what());
    }
  }

 private:
  int measure() {
    keep_to_simd(with_envelope(options_.run).value("simd").value_or(""));
    const RunRequest request = request_from(options_.run);
    const SignalStop stop;
    const Machine machine = detect_machine();
    std::unique_ptr<ProgressReporter> reporter;
    const RunObserver observer{
        .on_phase =
            [this, &reporter](const std::string& name, std::optional<Nanoseconds> expected) {
              reporter.reset();
              events_.write({.kind = Event::Kind::phase,
                             .text = name,
                             .expected_s = expected ? std::optional(seconds(*expected)) : std::nullopt});
            },
        .on_warning = [this](const std::string& text) { events_.write({.kind = Event::Kind::warning, .text = text}); },
        .on_measuring =
            [this, &reporter](const MeasuringView& view) {
              if (const auto period = report_period(options_.observer)) {
                reporter = std::make_unique<ProgressReporter>(events_, view, *period);
              }
            }};
    RunDocument run = run_experiment(request, machine, stop.token(), observer);
    fill_tool(run, options_.observer);
    return save(run);
  }

  int save(RunDocument& run) {
    run.id = fresh_id();
    run.created = utc_timestamp(std::time(nullptr));
    const auto path = std::filesystem::path(options_.folder) / run.machine_identity.label / run_file_name(run);
    try {
      std::filesystem::create_directories(path.parent_path());
      write_run_file(path, run);
    } catch (const std::exception& error) {
      return fail(ExitCode::file, error.what());
    }
    events_.write(
        {.kind = Event::Kind::result, .text = path.string(), .valid = run.valid, .interrupted = run.interrupted});
    if (run.interrupted) {
      return static_cast<int>(ExitCode::interrupted);
    }
    return static_cast<int>(run.valid ? ExitCode::ok : ExitCode::run_invalid);
  }

  int fail(ExitCode code, const std::string& text) {
    events_.write({.kind = Event::Kind::error, .text = text, .exit_code = static_cast<int>(code)});
    return static_cast<int>(code);
  }

  const EngineOptions& options_;
  EventWriter events_;
};

}  // namespace

std::string name_of(ObserverMode mode) {
  switch (mode) {
    case ObserverMode::none:
      return "none";
    case ObserverMode::quiet:
      return "quiet";
    case ObserverMode::live:
      return "live@2Hz";
    case ObserverMode::fast:
      return "live@10Hz";
  }
  return "";
}

std::optional<ObserverMode> observer_named(std::string_view name) {
  for (const ObserverMode mode : kObserverModes) {
    if (name_of(mode) == name) {
      return mode;
    }
  }
  return std::nullopt;
}

std::vector<std::string> observer_names() {
  std::vector<std::string> names;
  names.reserve(kObserverModes.size());
  for (const ObserverMode mode : kObserverModes) {
    names.push_back(name_of(mode));
  }
  return names;
}

ObserverMode choose_observer(bool wanted, std::size_t allowed_cpu_count, double window_s) {
  constexpr std::size_t kFewCpus = 2;
  constexpr double kShortWindowSeconds = 1e-3;
  if (!wanted) {
    return ObserverMode::none;
  }
  return allowed_cpu_count <= kFewCpus || window_s < kShortWindowSeconds ? ObserverMode::quiet : ObserverMode::live;
}

std::vector<std::string> engine_arguments(const EngineOptions& options) {
  std::vector<std::string> arguments{"assay", "run"};
  const std::vector<std::string> what = arguments_of(options.run);
  arguments.insert(arguments.end(), what.begin(), what.end());
  arguments.push_back("--out=" + options.folder);
  arguments.push_back("--observer=" + name_of(options.observer));
  return arguments;
}

int run_engine(const EngineOptions& options) { return Engine(options).run(); }

}  // namespace assay
