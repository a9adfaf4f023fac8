#include "tools/gpu_check/check_run.hpp"

namespace assay::gpu_check {

void check_decoder(CheckRun& run) {
  if (run.table.extension("llama", 1) == nullptr) {
    run.findings.add({.part = "decoder",
                      .name = "Llama-3-70B",
                      .unit = "",
                      .note = "not built: this library has no decoder (kernels/cuda/llm)"});
  }
}

}  // namespace assay::gpu_check
