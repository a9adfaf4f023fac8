#pragma once

#include <cstdint>
#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "kernels/cuda/plugin_interface.h"

namespace assay::cuda {

/// What goes wrong inside the library; plugin functions turn it into an AssayGpuStatus.
class GpuError : public std::runtime_error {
 public:
  GpuError(AssayGpuCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] AssayGpuCode code() const { return code_; }

 private:
  AssayGpuCode code_;
};

inline int32_t set_status(AssayGpuStatus* status, AssayGpuCode code, const char* message) {
  status->code = code;
  std::snprintf(status->message, sizeof status->message, "%s", message);
  return code;
}

/// Runs `action`; whatever it throws ends here, as every function of the interface promises.
template <class Action>
int32_t guarded(AssayGpuStatus* status, const Action& action) noexcept {
  try {
    action();
    return set_status(status, ASSAY_GPU_OK, "");
  } catch (const GpuError& error) {
    return set_status(status, error.code(), error.what());
  } catch (const std::invalid_argument& error) {
    return set_status(status, ASSAY_GPU_BAD_ARGUMENT, error.what());
  } catch (const std::bad_alloc&) {
    return set_status(status, ASSAY_GPU_NO_MEMORY, "the host has no memory left");
  } catch (const std::exception& error) {
    return set_status(status, ASSAY_GPU_FAILED, error.what());
  } catch (...) {
    return set_status(status, ASSAY_GPU_FAILED, "an exception of unknown type");
  }
}

}  // namespace assay::cuda
