#pragma once

#include <string>
#include <vector>

namespace assay {

/// The SIMD extensions that this CPU has and the operating system saves, in ascending order of age: "avx2", "avx512f".
[[nodiscard]] std::vector<std::string> simd_extensions();

/// What the CPU itself says about a hypervisor above it.
struct HypervisorBit {
  bool readable = false;  ///< false on architectures without such a bit
  bool present = false;
  std::string signature;  ///< "KVMKVMKVM", "Microsoft Hv"; empty if none
};

[[nodiscard]] HypervisorBit hypervisor_bit();

}  // namespace assay
