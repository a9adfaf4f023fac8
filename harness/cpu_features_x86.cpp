#include <cpuid.h>

#include <array>
#include <cstring>

#include "harness/cpu_features.hpp"

namespace assay {

namespace {

/// CPUID's answer, zeros for a leaf that the CPU does not have.
struct Leaf {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;

  Leaf(unsigned leaf, unsigned subleaf) { __get_cpuid_count(leaf, subleaf, &eax, &ebx, &ecx, &edx); }
};

bool bit(unsigned word, unsigned index) { return ((word >> index) & 1U) != 0; }

/// Whether the operating system saves the tile registers (XCR0, bits 17 and 18). Only where OSXSAVE is set.
bool tiles_are_saved() {
  if (!bit(Leaf(1, 0).ecx, 27)) {
    return false;
  }
  unsigned low = 0;
  unsigned high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return bit(low, 17) && bit(low, 18);
}

}  // namespace

std::vector<std::string> simd_extensions() {
  std::vector<std::string> names;
  const auto add = [&names](bool has, const char* name) {
    if (has) {
      names.emplace_back(name);
    }
  };
  // The compiler's test also asks the operating system (XGETBV) whether it saves the wide registers.
  __builtin_cpu_init();
  const bool avx = __builtin_cpu_supports("avx") != 0;
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0;
  // Not every compiler's test knows the younger names: Intel SDM volume 2A, CPUID leaves 1 and 7.
  const Leaf basic(1, 0);
  const Leaf extended(7, 0);
  const Leaf second(7, 1);
  const bool tiles = bit(extended.edx, 24) && tiles_are_saved();
  add(__builtin_cpu_supports("sse4.2") != 0, "sse4_2");
  add(avx, "avx");
  add(avx && bit(basic.ecx, 29), "f16c");
  add(__builtin_cpu_supports("fma") != 0, "fma");
  add(__builtin_cpu_supports("avx2") != 0, "avx2");
  add(avx && bit(second.eax, 4), "avx_vnni");
  add(avx512, "avx512f");
  add(__builtin_cpu_supports("avx512bw") != 0, "avx512bw");
  add(__builtin_cpu_supports("avx512dq") != 0, "avx512dq");
  add(__builtin_cpu_supports("avx512vl") != 0, "avx512vl");
  add(__builtin_cpu_supports("avx512vnni") != 0, "avx512_vnni");
  add(__builtin_cpu_supports("avx512bf16") != 0, "avx512_bf16");
  add(avx512 && bit(extended.edx, 23), "avx512_fp16");
  add(tiles, "amx_tile");
  add(tiles && bit(extended.edx, 25), "amx_int8");
  add(tiles && bit(extended.edx, 22), "amx_bf16");
  return names;
}

HypervisorBit hypervisor_bit() {
  constexpr unsigned kHypervisorBit = 1U << 31U;      // CPUID 1, ECX: reserved for hypervisors, 0 on bare metal
  constexpr unsigned kHypervisorLeaf = 0x4000'0000U;  // EBX, ECX, EDX: the vendor's signature
  HypervisorBit found{.readable = true, .present = false, .signature = {}};
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & kHypervisorBit) == 0) {
    return found;
  }
  found.present = true;
  __cpuid(kHypervisorLeaf, eax, ebx, ecx, edx);
  std::array<char, 13> text{};
  std::memcpy(text.data(), &ebx, 4);
  std::memcpy(text.data() + 4, &ecx, 4);
  std::memcpy(text.data() + 8, &edx, 4);
  found.signature = text.data();
  return found;
}

}  // namespace assay
