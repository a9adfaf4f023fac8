#include "harness/machine.hpp"

#include <algorithm>

namespace assay {

Bytes Machine::last_level_cache() const {
  Bytes largest;
  for (const auto& cache : data_caches) {
    largest = std::max(largest, cache.size);
  }
  return largest;
}

std::vector<int> Machine::allowed_cpus() const {
  std::vector<int> cpus;
  for (const auto& thread : hardware_threads) {
    if (thread.allowed) {
      cpus.push_back(thread.os_index);
    }
  }
  std::sort(cpus.begin(), cpus.end());
  return cpus;
}

bool Machine::has_smt() const {
  return std::any_of(hardware_threads.begin(), hardware_threads.end(),
                     [](const HardwareThread& thread) { return thread.smt_rank > 0; });
}

}  // namespace assay
