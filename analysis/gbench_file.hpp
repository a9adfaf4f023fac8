#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Which clock Google Benchmark used to decide when enough was measured, and which its rates rest on. A name says it:
/// ".../real_time" and ".../manual_time"; without either it is the CPU time of the thread or, after ".../process_time",
/// of all threads.
enum class GbenchTime { cpu, process_cpu, real, manual };
[[nodiscard]] const char* name_of(GbenchTime time);  ///< "cpu", "process_cpu", "real", "manual"

/// One repetition of a benchmark, or an aggregate over repetitions.
struct GbenchRun {
  std::uint64_t iterations = 0;
  std::optional<double> real_time_s;  ///< of an iteration, as a clock on the wall or the program itself measured it
  std::optional<double> cpu_time_s;   ///< of an iteration
  std::map<std::string, double> counters;
};

/// One benchmark with all its repetitions in the order of the file.
struct GbenchBenchmark {
  std::string name;
  std::string label;
  GbenchTime time = GbenchTime::cpu;
  std::uint64_t threads = 1;
  std::vector<GbenchRun> repetitions;
  std::optional<GbenchRun> median;  ///< the file's own, which is all there is where only aggregates were reported
  std::string error;                ///< why it was skipped; empty if it was not
};

/// A result file of Google Benchmark (--benchmark_format=json or --benchmark_out), of whatever program.
struct GbenchFile {
  std::string date;
  std::string program;             ///< the file's name of the executable, without its folder
  std::string library_build_type;  ///< "release" or "debug": of the runner, not of what was measured
  std::uint64_t cpu_count = 0;
  double nominal_clock_hz = 0.0;               ///< as the system states it; 0 if it does not
  std::optional<bool> cpu_scaling_enabled;     ///< absent where the file does not know
  std::vector<double> load_average;            ///< over 1, 5 and 15 minutes when the program began
  std::map<std::string, std::string> context;  ///< what the program added of its own
  std::vector<GbenchBenchmark> benchmarks;
  std::uint64_t not_finite_count = 0;  ///< bare NaN and Infinity in the text, read as null
};

/// Reads untrusted text. Google Benchmark writes what is not finite as a bare NaN or Infinity, which is no JSON: such a
/// value is read as null and counted. Unknown members are counters of a benchmark if they are numbers, else ignored.
/// Throws std::runtime_error with one line "NAME: benchmarks[3].real_time: expected a number, found a string" for text
/// that is no such file, over 16 MiB or nested deeper than 32.
[[nodiscard]] GbenchFile gbench_file_from_json(std::string_view text, std::string_view source_name);

/// gbench_file_from_json() of a file. Throws std::runtime_error naming the path and the system's message.
[[nodiscard]] GbenchFile read_gbench_file(const std::filesystem::path& path);

/// `text` with each bare NaN, Infinity and their negatives outside of strings replaced by null, and how many there
/// were.
struct FiniteText {
  std::string text;
  std::uint64_t replaced_count = 0;
};
[[nodiscard]] FiniteText with_null_for_not_finite(std::string_view text);

}  // namespace assay
