#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/dot_peak_loops.hpp"

namespace assay {

/// The elements of left and right in the order of memory, whatever their dtype.
struct DotFactors {
  std::vector<int> left;
  std::vector<int> right;
};

/// Where the factors of one product are.
struct DotFactorIndex {
  std::size_t left = 0;
  std::size_t right = 0;
};

/// Of product `product` that goes into `element` of the accumulators. In a register, neighbours of left and right
/// belong to one lane. In tiles, element (m, n) of accumulator c is a sum over row m of left tile c / 2 and over
/// column n of right tile c % 2, whose rows hold what is 32 bits of a column side by side (Intel SDM volume 2B,
/// TDPBSSD).
[[nodiscard]] constexpr DotFactorIndex factor_index(const DotPeakLoop& loop, std::size_t element, std::size_t product) {
  const std::size_t accumulator = element / loop.lanes();
  const std::size_t lane = element % loop.lanes();
  if (!loop.tiles) {
    const std::size_t i = lane * loop.products() + product;
    return {.left = i, .right = i};
  }
  constexpr std::size_t kRows = 16;
  const std::size_t row_elements = loop.products();
  const std::size_t side_by_side = 4 / loop.operand_bytes();
  const std::size_t m = lane / kRows;
  const std::size_t n = lane % kRows;
  return {.left = (accumulator / 2 * kRows + m) * row_elements + product,
          .right = (accumulator % 2 * kRows + product / side_by_side) * row_elements + n * side_by_side +
                   product % side_by_side};
}

[[nodiscard]] constexpr std::int64_t low_byte(std::int64_t value) { return value & 0xff; }
[[nodiscard]] constexpr std::int64_t high_byte(std::int64_t value) { return value >> 8; }

/// `element` of the accumulators after `iterations` steps from `value`, for references and for counting operations.
/// Exact in std::int64_t, where no 16-bit sum of vpmaddubsw overflows; the kernel sees to that.
template <class Value>
Value reference_dot_steps(const DotPeakLoop& loop, const DotFactors& factors, std::size_t element,
                          std::uint64_t iterations, Value value) {
  for (std::uint64_t step = 0; step < iterations; ++step) {
    if (loop.mix == DotMix::maddubs) {
      const Value low(factors.right[factor_index(loop, element, 0).right]);
      const Value high(factors.right[factor_index(loop, element, 1).right]);
      value = low_byte(value) * low + high_byte(value) * high;
      continue;
    }
    for (std::size_t product = 0; product < loop.products(); ++product) {
      const DotFactorIndex at = factor_index(loop, element, product);
      value = value + Value(factors.left[at.left]) * Value(factors.right[at.right]);
    }
  }
  return value;
}

}  // namespace assay
