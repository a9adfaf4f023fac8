#include <asm/hwcap.h>
#include <sys/auxv.h>

#include "harness/cpu_features.hpp"

namespace assay {

std::vector<std::string> simd_extensions() {
  const unsigned long first = getauxval(AT_HWCAP);
  const unsigned long second = getauxval(AT_HWCAP2);
  std::vector<std::string> names;
  const auto add = [&names](bool has, const char* name) {
    if (has) {
      names.emplace_back(name);
    }
  };
  add((first & HWCAP_ASIMD) != 0, "asimd");
  add((first & HWCAP_ASIMDHP) != 0, "asimdhp");
  add((first & HWCAP_ASIMDDP) != 0, "asimddp");
  add((first & HWCAP_SVE) != 0, "sve");
  add((second & HWCAP2_I8MM) != 0, "i8mm");
  add((second & HWCAP2_BF16) != 0, "bf16");
  add((second & HWCAP2_SVE2) != 0, "sve2");
  return names;
}

// User code on arm64 cannot ask the CPU; the device tree and the firmware tables say it instead.
HypervisorBit hypervisor_bit() { return {}; }

}  // namespace assay
