#include "kernels/working_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "harness/machine.hpp"
#include "harness/quantity.hpp"

namespace assay {
namespace {

constexpr Bytes kSmallest{std::uint64_t{64} << 20};
constexpr std::uint64_t kShareOfMemory = 8;

Bytes within_memory(Bytes wanted, const MemoryLimits& limits) {
  const Bytes size = std::max(wanted, kSmallest);
  if (limits.memory.count == 0) {
    return size;
  }
  return std::min(size, Bytes{limits.memory.count / kShareOfMemory});
}

}  // namespace

const MemoryLimits& memory_limits_here() {
  // A detection takes tens of milliseconds and more on a large host, and every worker makes its own kernel. The cache
  // and the installed memory cannot change while the process runs, so the value is read once and never written again.
  static const MemoryLimits limits = [] {
    const Machine machine = detect_machine();
    return MemoryLimits{.last_level_cache = machine.last_level_cache(), .memory = machine.memory_total};
  }();
  return limits;
}

Bytes default_triad_size(const MemoryLimits& limits) { return within_memory(limits.last_level_cache * 4, limits); }

Bytes default_weights_size(const MemoryLimits& limits) {
  return within_memory(Bytes{limits.last_level_cache.count / 4 * 5}, limits);
}

std::map<std::string, std::string> cache_facts(Bytes size, const MemoryLimits& limits) {
  if (limits.last_level_cache.count == 0) {
    return {{"last_level_cache", "not available: the machine does not show its caches"}};
  }
  const double ratio = static_cast<double>(size.count) / static_cast<double>(limits.last_level_cache.count);
  return {{"last_level_cache", size_text(limits.last_level_cache)},
          {"working_set", size_text(size)},
          {"exceeds_last_level_cache", fmt::format("{} ({:.2f} times its size)", ratio > 1.0 ? "yes" : "no", ratio)}};
}

}  // namespace assay
