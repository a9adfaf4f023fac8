#pragma once

#include <cstdint>

#include "kernels/cuda/cuda_call.cuh"

namespace assay::cuda {

/// What a checking kernel found; one in device memory, all threads add to it.
struct CheckTally {
  unsigned long long wrong;        ///< values outside the bound, NaN too
  unsigned long long first_wrong;  ///< the least index of these; all bits set: none
  unsigned long long worst_bits;   ///< of the largest relative error, a double, which order as integers do
};

#ifdef __CUDACC__
__device__ inline void add_to_tally(CheckTally* tally, unsigned long long index, double error, double bound) {
  if (!(error <= bound)) {  // a NaN too
    atomicAdd(&tally->wrong, 1ULL);
    atomicMin(&tally->first_wrong, index);
    error = error == error ? error : __longlong_as_double(0x7ff0000000000000LL);
  }
  // Reading first keeps the atomic out of the way of all but a few.
  const auto bits = static_cast<unsigned long long>(__double_as_longlong(error));
  if (bits > *static_cast<volatile unsigned long long*>(&tally->worst_bits)) {
    atomicMax(&tally->worst_bits, bits);
  }
}
#endif

/// A tally in device memory, reset on the stream.
class DeviceTally {
 public:
  explicit DeviceTally(cudaStream_t stream);
  [[nodiscard]] CheckTally* get() const { return memory_.as<CheckTally>(); }
  /// Waits for the stream. The check's `detail` names the first wrong value's index.
  [[nodiscard]] AssayGpuCheck read(std::uint64_t compared, double bound) const;

 private:
  cudaStream_t stream_;
  DeviceMemory memory_;
};

}  // namespace assay::cuda
