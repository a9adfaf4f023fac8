#include "kernels/memory_subjects.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kernels/stream_loops.hpp"

namespace assay {
namespace {

/// More than any core does in a cycle with vectors of that width.
struct PortLimits {
  double vector_bytes = 0.0;
  double loads = 0.0;
  double stores = 0.0;
};

// Widest designs as of 2025. 512 bits: two loads, one store (Intel from Skylake-SP on, Zen 5, A64FX). 256 bits: three
// loads, two stores (Intel from Golden Cove on). Narrower: four loads (Zen 5, Arm X925), two stores; an X925 is said to
// have four, so four are allowed.
PortLimits limits_of(std::string_view simd) {
  if (simd == "scalar") {
    return {.vector_bytes = 8, .loads = 4, .stores = 4};
  }
  if (simd == "sse" || simd == "ssse3" || simd == "neon" || simd == "sve2_128") {
    return {.vector_bytes = 16, .loads = 4, .stores = 4};
  }
  if (simd == "avx2" || simd == "sve_256") {
    return {.vector_bytes = 32, .loads = 3, .stores = 2};
  }
  return {.vector_bytes = 64, .loads = 2, .stores = 1};
}

StreamVariant variant(StreamMix mix, const std::string& simd, std::size_t streams, Stores stores) {
  return {.mix = mix,
          .streams = streams,
          .stores = stores,
          .simd = simd,
          .bytes_per_cycle_limit = stream_bytes_per_cycle_limit(mix, simd)};
}

}  // namespace

std::string StreamVariant::label() const {
  return fmt::format("{}{}{}", name_of(mix), streams > 1 ? fmt::format(" x{}", streams) : "",
                     stores == Stores::streaming ? " streaming" : "");
}

double stream_bytes_per_cycle_limit(StreamMix mix, std::string_view simd) {
  const PortLimits limits = limits_of(simd);
  const auto reads = static_cast<double>(facts_of(mix).reads);
  const auto writes = static_cast<double>(facts_of(mix).writes);
  // The cycles that the busier kind of port needs for one vector of each operand.
  const double cycles = std::max(reads / limits.loads, writes / limits.stores);
  return (reads + writes) * limits.vector_bytes / cycles;
}

std::vector<StreamVariant> stream_variants(StreamLevel level, std::span<const std::string> simd) {
  std::vector<StreamVariant> variants;
  if (level != StreamLevel::near_cache) {
    simd = simd.first(std::min<std::size_t>(simd.size(), 1));
  }
  for (const std::string& name : simd) {
    for (std::size_t i = 0; i < kStreamMixes; ++i) {
      const auto mix = static_cast<StreamMix>(i);
      variants.push_back(variant(mix, name, 1, Stores::regular));
      if (mix == StreamMix::load && level != StreamLevel::near_cache) {
        for (std::size_t streams = 2; streams <= kMostLoadStreams; ++streams) {
          variants.push_back(variant(mix, name, streams, Stores::regular));
        }
      }
      if (mix != StreamMix::load && !facts_of(mix).in_place && level == StreamLevel::memory) {
        variants.push_back(variant(mix, name, 1, Stores::streaming));
      }
    }
  }
  return variants;
}

}  // namespace assay
