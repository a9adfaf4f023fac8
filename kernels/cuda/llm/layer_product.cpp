#include "kernels/cuda/llm/layer_product.hpp"

#include "kernels/cuda/cuda_call.cuh"

namespace assay::cuda {

float time_product(std::span<const ProductOperands> operands, StreamHandle stream,
                   const std::function<void(const ProductOperands&)>& product) {
  constexpr int kTimedRuns = 3;
  const Event begin;
  const Event end;
  std::size_t next = 0;
  const auto run_next = [&] { product(operands[next++ % operands.size()]); };
  run_next();
  ASSAY_CUDA(cudaEventRecord(begin.get(), stream));
  for (int i = 0; i < kTimedRuns; ++i) {
    run_next();
  }
  ASSAY_CUDA(cudaEventRecord(end.get(), stream));
  ASSAY_CUDA(cudaEventSynchronize(end.get()));
  float milliseconds = 0.0F;
  ASSAY_CUDA(cudaEventElapsedTime(&milliseconds, begin.get(), end.get()));
  return milliseconds * 1e-3F / kTimedRuns;
}

}  // namespace assay::cuda
