#include "lab/command_error.hpp"

#include <new>

#include "kernels/gpu/gpu_kernel.hpp"

namespace assay {

CommandFailure failure_of(const std::exception& error) {
  if (const auto* of_command = dynamic_cast<const CommandError*>(&error)) {
    return {.code = of_command->code(), .line = error.what()};
  }
  if (dynamic_cast<const std::invalid_argument*>(&error) != nullptr) {
    return {.code = ExitCode::usage, .line = error.what()};
  }
  if (dynamic_cast<const GpuUnsupported*>(&error) != nullptr) {
    return {.code = ExitCode::environment_refused, .line = error.what()};
  }
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    return {.code = ExitCode::usage, .line = kNotEnoughMemory};
  }
  return {.code = ExitCode::file, .line = error.what()};
}

}  // namespace assay
