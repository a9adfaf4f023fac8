#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "kernels/kernel.hpp"
#include "scenarios/custom/custom_workload.hpp"

namespace assay {

/// One process of a "cmd:..." workload, one a worker.
struct ProcessPlace {
  std::size_t worker = 0;
  std::size_t workers = 1;
  std::vector<int> cpus;
};

/// Parameters of the command line that are for Assay and not for the process: how long it waits for an answer to run,
/// and for the others.
inline constexpr const char* kAnswerTimeout = "timeout";
inline constexpr const char* kPrepareTimeout = "prepare_timeout";

/// What makes no sense among the parameters, one line each.
[[nodiscard]] std::vector<std::string> process_problems(const CustomWorkload& workload);

/// The program's file: as named where that has a folder, else from PATH. Throws std::runtime_error naming the remedy.
[[nodiscard]] std::string program_file(const CustomWorkload& workload);

/// Starts the process and asks who it is. Throws std::runtime_error with its failure.
[[nodiscard]] std::unique_ptr<Kernel> make_process_kernel(const CustomWorkload& workload, const ProcessPlace& place);

}  // namespace assay
