#include "harness/thread_affinity.hpp"

#include <sched.h>

#include <array>
#include <cstddef>

namespace assay {
namespace {

// Eight sets: the fixed type ends at CPU 1023, the kernel at 8191.
using CpuSets = std::array<cpu_set_t, 8>;
constexpr int kCpus = 8 * static_cast<int>(sizeof(CpuSets));

}  // namespace

std::vector<int> cpus_of_this_thread() {
  CpuSets sets{};
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof(sets), sets.data()) != 0) {
    return cpus;
  }
  for (int cpu = 0; cpu < kCpus; ++cpu) {
    if (CPU_ISSET_S(static_cast<std::size_t>(cpu), sizeof(sets), sets.data())) {
      cpus.push_back(cpu);
    }
  }
  return cpus;
}

bool allow_this_thread(std::span<const int> cpus) {
  CpuSets sets{};
  for (const int cpu : cpus) {
    if (cpu < 0 || cpu >= kCpus) {
      return false;
    }
    CPU_SET_S(static_cast<std::size_t>(cpu), sizeof(sets), sets.data());
  }
  return sched_setaffinity(0, sizeof(sets), sets.data()) == 0;
}

}  // namespace assay
