#pragma once

#include <string>
#include <vector>

#include "lab/command_error.hpp"
#include "lab/console.hpp"

namespace assay {

struct BenchCommandOptions {
  ConsoleOptions console;
  std::vector<std::string> kernels;  ///< "NAME[:PARAMETER=VALUE,...]"; empty: the catalogue with its defaults
  std::string cpus;                  ///< one of them is measured on; empty: all allowed
  bool wait = false;                 ///< wait for another measurement on this machine instead of refusing
  bool help = false;
  std::string help_text;               ///< of our own flags
  std::vector<std::string> arguments;  ///< for Google Benchmark, untouched
};

/// `assay bench`: the kernel catalogue under Google Benchmark, measured by our sampler on one pinned thread of this
/// process. Google Benchmark prints and writes the results. Throws CommandError: usage for a flag or value that it does
/// not take and for a filter that matches nothing, environment_refused if somebody else measures on this machine, file
/// if its output cannot be written.
[[nodiscard]] ExitCode bench_command(const BenchCommandOptions& options);

}  // namespace assay
