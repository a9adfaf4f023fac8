#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/stream_mix.hpp"

namespace assay {

/// One bandwidth kernel of a roofline.
struct StreamVariant {
  StreamMix mix = StreamMix::load;
  std::size_t streams = 1;
  Stores stores = Stores::regular;
  std::string simd;  ///< value of the parameter
  /// Counted bytes that no core moves in a cycle with these vectors: a figure above it shows a broken measurement.
  double bytes_per_cycle_limit = 0.0;

  /// "load x3", "triad", "copy streaming"
  [[nodiscard]] std::string label() const;
};

/// Where the operands lie, as far as it decides what is worth measuring.
enum class StreamLevel { near_cache, last_cache, memory };

/// The mixes that are worth measuring there with the instruction sets `simd` (names of simd_choices(), the best first):
/// load, store, update, copy, scale, add and triad at every level. In a near cache with each instruction set; further
/// away a wider one moves no more than a narrower one, and only the first is taken. With several load streams from the
/// last cache on: on Zen 3, three streams load 78 GB/s from the L3 cache where one loads 69, and 28 from memory where
/// one loads 22. With streaming stores only to memory: into a cache they are 3 to 11 times slower than regular ones.
[[nodiscard]] std::vector<StreamVariant> stream_variants(StreamLevel level, std::span<const std::string> simd);

/// See StreamVariant. An instruction set that this does not know gets the limit of the widest.
[[nodiscard]] double stream_bytes_per_cycle_limit(StreamMix mix, std::string_view simd);

}  // namespace assay
