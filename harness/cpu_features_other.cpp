#include "harness/cpu_features.hpp"

namespace assay {

std::vector<std::string> simd_extensions() { return {}; }

HypervisorBit hypervisor_bit() { return {}; }

}  // namespace assay
