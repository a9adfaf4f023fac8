#include "lab/bench_command.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "harness/clock_quality.hpp"
#include "harness/file_source.hpp"
#include "harness/machine.hpp"
#include "harness/steady_clock.hpp"
#include "harness/thread_placement.hpp"
#include "kernels/gemm_library.hpp"
#include "kernels/simd_target.hpp"
#include "kernels/working_set.hpp"
#include "lab/bench_flags.hpp"
#include "lab/bench_reporter.hpp"
#include "lab/interrupts.hpp"
#include "lab/kernel_benchmarks.hpp"
#include "lab/machine_turn.hpp"
#include "lab/version.hpp"

namespace assay {

namespace {

constexpr const char* kSchema = "assay/bench";

/// Google Benchmark answers a value that it does not take with its help and exit code 0.
[[noreturn]] void refuse_value() {
  throw CommandError(ExitCode::usage,
                     "bench: Google Benchmark does not take one of the values; see assay bench --help");
}

void initialize(const std::vector<std::string>& arguments) {
  // The library keeps a pointer to the program's name.
  static std::string program = "assay bench";
  std::vector<std::string> words = arguments;
  std::vector<char*> pointers{program.data()};
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  auto count = static_cast<int>(pointers.size()) - 1;
  benchmark::Initialize(&count, pointers.data(), refuse_value);
  if (count > 1) {
    throw CommandError(ExitCode::usage,
                       fmt::format("bench: Google Benchmark does not take '{}'; see assay bench --help", pointers[1]));
  }
}

/// It would be refused without its name.
void require_format(const std::vector<std::string>& arguments, const std::string& flag) {
  const std::optional<std::string> format = bench_flag(arguments, flag);
  if (format && *format != "console" && *format != "json" && *format != "csv") {
    throw CommandError(ExitCode::usage, fmt::format("--{}={}: expected console, json or csv", flag, *format));
  }
}

/// Newer versions of the library abort at a value that is no number: seconds, or 5x for five iterations.
void require_min_time(const std::vector<std::string>& arguments) {
  const std::optional<std::string> given = bench_flag(arguments, "benchmark_min_time");
  if (!given) {
    return;
  }
  const bool has_unit = given->ends_with('s') || given->ends_with('x');
  const char* const end = given->data() + given->size() - (has_unit ? 1 : 0);
  double value = 0.0;
  const auto [stopped, error] = std::from_chars(given->data(), end, value);
  if (error != std::errc() || stopped != end || !std::isfinite(value) || value < 0.0) {
    throw CommandError(ExitCode::usage, fmt::format("--benchmark_min_time={}: expected seconds such as 0.5", *given));
  }
}

/// It would end the program with a code of its own.
void require_output(const std::optional<std::string>& path) {
  if (path && !path->empty() && !std::ofstream(*path, std::ios::app)) {
    throw CommandError(ExitCode::file, fmt::format("--benchmark_out={}: {}", *path, std::strerror(errno)));
  }
}

int choose_cpu(const std::string& cpus) {
  PlacementRequest request{.issuing_threads = 1, .worker_threads = 1, .only_cpus = {}};
  if (!cpus.empty()) {
    request.only_cpus = cpu_list(cpus);
    if (request.only_cpus.empty() || cpu_list_text(request.only_cpus) != cpus) {
      throw CommandError(ExitCode::usage, fmt::format("--cpus '{}': expected an ascending list such as 0-3,8", cpus));
    }
  }
  return choose_placement(detect_machine(), request).worker_cpus.front();
}

void add_context(int cpu, Clock& clock) {
  const BuildInfo build = build_info();
  const SamplingPlan plan;
  const auto microseconds = [](Nanoseconds time) { return fmt::format("{:.0f}", seconds(time) * 1e6); };
  benchmark::AddCustomContext("schema", kSchema);
  benchmark::AddCustomContext("assay_version", build.version);
  benchmark::AddCustomContext("assay_revision", build.revision_with_state());
  benchmark::AddCustomContext("simd", simd_target());
  for (const GemmLibrary& library : gemm_libraries()) {
    const Reading<std::string> offer = library.offer(GemmType::f32);
    benchmark::AddCustomContext(fmt::format("gemm_{}", library.name), offer ? *offer : offer.reason());
  }
  benchmark::AddCustomContext("cpus", std::to_string(cpu));
  benchmark::AddCustomContext("clock_source", measure_clock_quality(clock).source);
  benchmark::AddCustomContext("sample_us", microseconds(plan.sample));
  benchmark::AddCustomContext("pause_us", microseconds(plan.pause));
}

std::size_t run_benchmarks(const std::vector<std::string>& arguments) {
  const std::vector<std::string> names = KernelBenchmarks::counter_names();
  const auto display =
      finite_reporter(std::unique_ptr<benchmark::BenchmarkReporter>(benchmark::CreateDefaultDisplayReporter()), names);
  const std::string out = bench_flag(arguments, "benchmark_out").value_or("");
  auto file = out.empty() ? nullptr : file_reporter(bench_flag(arguments, "benchmark_out_format").value_or("json"));
  if (!file) {
    return benchmark::RunSpecifiedBenchmarks(display.get());
  }
  file = finite_reporter(std::move(file), names);
  return benchmark::RunSpecifiedBenchmarks(display.get(), file.get());
}

struct Outcome {
  std::size_t matched = 0;
  bool interrupted = false;
};

Outcome measure(const BenchCommandOptions& options, KernelBenchmarks& benchmarks, Console& console,
                Interrupts& interrupts) {
  const int cpu = choose_cpu(options.cpus);
  const MachineLock lock = take_machine("assay bench", options.wait, console, interrupts);
  interrupts.count_at_once();
  SteadyClock clock;
  add_context(cpu, clock);
  Outcome outcome;
  SamplingTeam::with({cpu}, clock, [&](SamplingTeam& team) {
    benchmarks.use(team, [&] { return interrupts.count() > 0; });
    outcome.matched = run_benchmarks(options.arguments);
  });
  outcome.interrupted = interrupts.count() > 0;
  return outcome;
}

void add_kernels(const std::vector<std::string>& asked_for, KernelBenchmarks& benchmarks) {
  for (const std::string& text : asked_for) {
    const KernelChoice choice = parse_kernel_choice(text);
    try {
      benchmarks.add(choice, true);
    } catch (const std::invalid_argument& error) {
      throw CommandError(ExitCode::usage, fmt::format("--kernel {}: {}", text, error.what()));
    }
  }
  if (asked_for.empty()) {
    for (const KernelEntry& entry : kernel_catalogue()) {
      benchmarks.add({.entry = &entry, .parameters = {}}, false);
    }
  }
}

}  // namespace

ExitCode bench_command(const BenchCommandOptions& options) {
  Console console(options.console);
  if (options.help) {
    console.result(options.help_text + "\nFlags of Google Benchmark:\n");
    benchmark::PrintDefaultHelp();
    return ExitCode::ok;
  }
  Interrupts interrupts;
  require_format(options.arguments, "benchmark_format");
  require_format(options.arguments, "benchmark_out_format");
  require_min_time(options.arguments);
  initialize(options.arguments);
  require_output(bench_flag(options.arguments, "benchmark_out"));
  constexpr std::uint64_t kShareOfMemory = 4;
  KernelBenchmarks benchmarks({memory_limits_here().memory.count / kShareOfMemory});
  add_kernels(options.kernels, benchmarks);
  const Outcome outcome = is_on(bench_flag(options.arguments, "benchmark_list_tests"))
                              ? Outcome{.matched = benchmark::RunSpecifiedBenchmarks()}
                              : measure(options, benchmarks, console, interrupts);
  benchmark::Shutdown();
  if (!std::cout.flush()) {
    throw CommandError(ExitCode::file, "stdout: cannot be written");
  }
  if (outcome.interrupted) {
    console.warning("interrupted: what was measured is kept, what was not is marked");
    return ExitCode::interrupted;
  }
  if (outcome.matched == 0) {
    throw CommandError(ExitCode::usage, "--benchmark_filter: no kernel matches; assay bench --benchmark_list_tests");
  }
  return ExitCode::ok;
}

}  // namespace assay
