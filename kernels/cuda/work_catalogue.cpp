#include "kernels/cuda/gpu_error.hpp"
#include "kernels/cuda/work.hpp"

namespace assay::cuda {

std::unique_ptr<Work> make_work(std::int32_t device, const std::string& name, const Settings& settings) {
  static_cast<void>(device);
  static_cast<void>(settings);
  throw GpuError(ASSAY_GPU_BAD_ARGUMENT, "there is no work '" + name + "' for a GPU");
}

}  // namespace assay::cuda
