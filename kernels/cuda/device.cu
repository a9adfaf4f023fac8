#include <array>
#include <cstdio>
#include <string>

#include "kernels/cuda/cuda_call.cuh"
#include "kernels/cuda/device.hpp"

namespace assay::cuda {
namespace {

/// Tells by its own code which of the library's codes a device runs.
__global__ void which_code(std::int32_t* arch) {
#ifdef __CUDA_ARCH__
  *arch = __CUDA_ARCH__;
#endif
}

std::int32_t attribute(cudaDeviceAttr name, std::int32_t device) {
  int value = 0;
  ASSAY_CUDA(cudaDeviceGetAttribute(&value, name, device));
  return value;
}

template <std::size_t N>
void copy_text(char (&target)[N], const std::string& text) {
  std::snprintf(target, N, "%s", text.c_str());
}

std::string uuid_text(const cudaUUID_t& uuid) {
  std::string text = "GPU-";
  for (int i = 0; i < 16; ++i) {
    std::array<char, 4> byte{};
    std::snprintf(byte.data(), byte.size(), "%02x", static_cast<unsigned>(static_cast<unsigned char>(uuid.bytes[i])));
    text += byte.data();
    if (i == 3 || i == 5 || i == 7 || i == 9) {
      text += '-';
    }
  }
  return text;
}

std::string compiled_for(std::int32_t major, std::int32_t minor) {
  cudaFuncAttributes attributes{};
  ASSAY_CUDA(cudaFuncGetAttributes(&attributes, which_code));
  const std::string code =
      std::to_string(attributes.binaryVersion / 10) + "." + std::to_string(attributes.binaryVersion % 10);
  const std::string ptx = std::to_string(attributes.ptxVersion / 10) + "." + std::to_string(attributes.ptxVersion % 10);
  const bool own = attributes.binaryVersion / 10 == major;
  return own ? "machine code of " + code + " from virtual " + ptx
             : "virtual " + ptx + ", translated by the driver for " + std::to_string(major) + "." +
                   std::to_string(minor);
}

}  // namespace

std::int32_t device_count() {
  int count = 0;
  ASSAY_CUDA(cudaGetDeviceCount(&count));
  return count;
}

AssayGpuFacts device_facts(std::int32_t device) {
  const std::int32_t count = device_count();
  if (device < 0 || device >= count) {
    throw GpuError(ASSAY_GPU_NO_DEVICE, "there is no device " + std::to_string(device) + ": the driver shows " +
                                            std::to_string(count) + ", counted from 0");
  }
  const CurrentDevice current(device);
  cudaDeviceProp properties{};
  ASSAY_CUDA(cudaGetDeviceProperties(&properties, device));
  AssayGpuFacts facts{};
  copy_text(facts.name, properties.name);
  copy_text(facts.uuid, uuid_text(properties.uuid));
  ASSAY_CUDA(cudaDeviceGetPCIBusId(facts.pci_bus, sizeof facts.pci_bus, device));
  facts.compute_major = properties.major;
  facts.compute_minor = properties.minor;
  copy_text(facts.compiled_for, compiled_for(properties.major, properties.minor));
  int version = 0;
  ASSAY_CUDA(cudaDriverGetVersion(&version));
  facts.driver_version = version;
  ASSAY_CUDA(cudaRuntimeGetVersion(&version));
  facts.runtime_version = version;
  facts.multiprocessors = properties.multiProcessorCount;
  facts.clock_khz = attribute(cudaDevAttrClockRate, device);
  facts.memory_clock_khz = attribute(cudaDevAttrMemoryClockRate, device);
  facts.memory_bus_bits = attribute(cudaDevAttrGlobalMemoryBusWidth, device);
  facts.ecc = attribute(cudaDevAttrEccEnabled, device);
  facts.integrated = attribute(cudaDevAttrIntegrated, device);
  facts.memory_bytes = properties.totalGlobalMem;
  std::size_t free_bytes = 0;
  std::size_t all_bytes = 0;
  ASSAY_CUDA(cudaMemGetInfo(&free_bytes, &all_bytes));
  facts.free_bytes = free_bytes;
  facts.l2_bytes = static_cast<std::uint64_t>(attribute(cudaDevAttrL2CacheSize, device));
  facts.blas_version = cublasLtGetVersion();
  return facts;
}

}  // namespace assay::cuda
