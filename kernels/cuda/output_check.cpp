#include "kernels/cuda/output_check.cuh"

#include <bit>
#include <cstdio>

namespace assay::cuda {

DeviceTally::DeviceTally(cudaStream_t stream) : stream_(stream), memory_(sizeof(CheckTally)) {
  const CheckTally empty{0, ~0ULL, 0};
  ASSAY_CUDA(cudaMemcpyAsync(memory_.data(), &empty, sizeof empty, cudaMemcpyHostToDevice, stream));
  ASSAY_CUDA(cudaStreamSynchronize(stream));
}

AssayGpuCheck DeviceTally::read(std::uint64_t compared, double bound) const {
  CheckTally tally{};
  ASSAY_CUDA(cudaMemcpyAsync(&tally, memory_.data(), sizeof tally, cudaMemcpyDeviceToHost, stream_));
  ASSAY_CUDA(cudaStreamSynchronize(stream_));
  AssayGpuCheck check{};
  check.passed = tally.wrong == 0 && compared > 0 ? 1 : 0;
  check.compared = compared;
  check.worst_relative_error = std::bit_cast<double>(tally.worst_bits);
  check.tolerance = bound;
  if (check.passed == 0) {
    std::snprintf(check.detail, sizeof check.detail,
                  "%llu of %llu values are wrong, the first at %llu (worst %.3g, bound %.3g)", tally.wrong,
                  static_cast<unsigned long long>(compared), tally.first_wrong, check.worst_relative_error, bound);
  }
  return check;
}

}  // namespace assay::cuda
