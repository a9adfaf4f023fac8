#include <array>

#include "kernels/cuda/chase_work.hpp"
#include "kernels/cuda/fma_work.hpp"
#include "kernels/cuda/gemm_work.hpp"
#include "kernels/cuda/gpu_error.hpp"
#include "kernels/cuda/launch_work.hpp"
#include "kernels/cuda/stream_work.hpp"
#include "kernels/cuda/transfer_work.hpp"
#include "kernels/cuda/work.hpp"

namespace assay::cuda {
namespace {

struct WorkEntry {
  const char* name;
  std::unique_ptr<Work> (*make)(std::int32_t device, const Settings& settings);
};

constexpr std::array<WorkEntry, 6> kWorks{{{"stream", make_stream},
                                           {"fma", make_fma},
                                           {"gemm", make_gemm_work},
                                           {"chase", make_chase_work},
                                           {"transfer", make_transfer},
                                           {"launch", make_launch}}};

}  // namespace

std::unique_ptr<Work> make_work(std::int32_t device, const std::string& name, const Settings& settings) {
  std::string known;
  for (const WorkEntry& entry : kWorks) {
    if (name == entry.name) {
      return entry.make(device, settings);
    }
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw GpuError(ASSAY_GPU_BAD_ARGUMENT, "there is no work '" + name + "' for a GPU; there are " + known);
}

}  // namespace assay::cuda
