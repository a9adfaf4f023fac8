#include <cpuid.h>

#include <array>
#include <cstring>

#include "harness/cpu_features.hpp"

namespace assay {

std::vector<std::string> simd_extensions() {
  std::vector<std::string> names;
  const auto add = [&names](bool has, const char* name) {
    if (has) {
      names.emplace_back(name);
    }
  };
  // The compiler's test also asks the operating system (XGETBV) whether it saves the wide registers.
  __builtin_cpu_init();
  add(__builtin_cpu_supports("sse4.2") != 0, "sse4_2");
  add(__builtin_cpu_supports("avx") != 0, "avx");
  add(__builtin_cpu_supports("f16c") != 0, "f16c");
  add(__builtin_cpu_supports("fma") != 0, "fma");
  add(__builtin_cpu_supports("avx2") != 0, "avx2");
  add(__builtin_cpu_supports("avxvnni") != 0, "avx_vnni");
  add(__builtin_cpu_supports("avx512f") != 0, "avx512f");
  add(__builtin_cpu_supports("avx512bw") != 0, "avx512bw");
  add(__builtin_cpu_supports("avx512dq") != 0, "avx512dq");
  add(__builtin_cpu_supports("avx512vl") != 0, "avx512vl");
  add(__builtin_cpu_supports("avx512vnni") != 0, "avx512_vnni");
  add(__builtin_cpu_supports("avx512bf16") != 0, "avx512_bf16");
  add(__builtin_cpu_supports("avx512fp16") != 0, "avx512_fp16");
  add(__builtin_cpu_supports("amx-tile") != 0, "amx_tile");
  add(__builtin_cpu_supports("amx-int8") != 0, "amx_int8");
  add(__builtin_cpu_supports("amx-bf16") != 0, "amx_bf16");
  return names;
}

HypervisorBit hypervisor_bit() {
  constexpr unsigned kHypervisorBit = 1U << 31U;      // CPUID 1, ECX: reserved for hypervisors, 0 on bare metal
  constexpr unsigned kHypervisorLeaf = 0x4000'0000U;  // EBX, ECX, EDX: the vendor's signature
  HypervisorBit bit{.readable = true, .present = false, .signature = {}};
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & kHypervisorBit) == 0) {
    return bit;
  }
  bit.present = true;
  __cpuid(kHypervisorLeaf, eax, ebx, ecx, edx);
  std::array<char, 13> text{};
  std::memcpy(text.data(), &ebx, 4);
  std::memcpy(text.data() + 4, &ecx, 4);
  std::memcpy(text.data() + 8, &edx, 4);
  bit.signature = text.data();
  return bit;
}

}  // namespace assay
