#include "harness/cpu_counter.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace assay {

std::uint64_t read_cpu_counter() noexcept {
#if defined(__x86_64__)
  unsigned low = 0;
  unsigned high = 0;
  asm volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
  return (static_cast<std::uint64_t>(high) << 32) | low;
#elif defined(__aarch64__)
  std::uint64_t value = 0;
  asm volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(value) : : "memory");
  return value;
#else
  return 0;
#endif
}

std::optional<double> stated_counter_hz() {
#if defined(__x86_64__)
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  // Intel SDM, CPUID 15h: TSC = crystal (ECX, Hz) times EBX / EAX; ECX is 0 where the crystal is not enumerated.
  if (__get_cpuid_count(0x15, 0, &eax, &ebx, &ecx, &edx) != 0 && eax != 0 && ebx != 0 && ecx != 0) {
    return static_cast<double>(ecx) * ebx / eax;
  }
  constexpr unsigned kHypervisorBit = 1U << 31;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & kHypervisorBit) != 0) {
    // Leaf 40000010h, EAX: kHz of the TSC (VMware's proposal, also of KVM and Xen); the range ends at EAX of 40000000h.
    __cpuid(0x40000000, eax, ebx, ecx, edx);
    if (eax >= 0x40000010 && eax < 0x40010000) {
      __cpuid(0x40000010, eax, ebx, ecx, edx);
      if (eax != 0) {
        return 1e3 * eax;
      }
    }
  }
  return std::nullopt;
#elif defined(__aarch64__)
  std::uint64_t hz = 0;
  asm volatile("mrs %0, cntfrq_el0" : "=r"(hz));
  return static_cast<double>(hz);
#else
  return std::nullopt;
#endif
}

Reading<std::string> steady_cpu_counter(const FileSource& files) {
#if defined(__x86_64__)
  const std::string flags =
      " " + value_of_key(files.read("/proc/cpuinfo").value_or(""), "flags", ':').value_or("") + " ";
  if (flags.find(" constant_tsc ") == std::string::npos) {
    return Unavailable{"the TSC of this CPU is not stated to run at one rate (no constant_tsc in /proc/cpuinfo)"};
  }
  return std::string("TSC");
#elif defined(__aarch64__)
  (void)files;
  return std::string("CNTVCT");
#else
  (void)files;
  return Unavailable{"no counter known for this architecture"};
#endif
}

}  // namespace assay
