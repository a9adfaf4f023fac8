#include "kernels/cuda/cuda_call.cuh"

namespace assay::cuda {

void check_call(cudaError_t result, const char* call) {
  if (result == cudaSuccess) {
    return;
  }
  AssayGpuCode code = ASSAY_GPU_FAILED;
  switch (result) {
    case cudaErrorMemoryAllocation:
      code = ASSAY_GPU_NO_MEMORY;
      break;
    case cudaErrorNoDevice:
    case cudaErrorInsufficientDriver:
    case cudaErrorInvalidDevice:
    case cudaErrorDevicesUnavailable:
      code = ASSAY_GPU_NO_DEVICE;
      break;
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorNotSupported:
    case cudaErrorUnsupportedPtxVersion:
      code = ASSAY_GPU_UNSUPPORTED;
      break;
    default:
      break;
  }
  // An error of this one call must not be found again by the next check_launch().
  static_cast<void>(cudaGetLastError());
  throw GpuError(code, std::string(call) + ": " + cudaGetErrorString(result) + " (" + cudaGetErrorName(result) + ")");
}

void check_call(cublasStatus_t result, const char* call) {
  if (result == CUBLAS_STATUS_SUCCESS) {
    return;
  }
  const AssayGpuCode code = result == CUBLAS_STATUS_NOT_SUPPORTED || result == CUBLAS_STATUS_ARCH_MISMATCH
                                ? ASSAY_GPU_UNSUPPORTED
                            : result == CUBLAS_STATUS_ALLOC_FAILED ? ASSAY_GPU_NO_MEMORY
                                                                   : ASSAY_GPU_FAILED;
  throw GpuError(
      code, std::string(call) + ": " + cublasLtGetStatusString(result) + " (" + cublasLtGetStatusName(result) + ")");
}

}  // namespace assay::cuda
