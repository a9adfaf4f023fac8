#include "kernels/dot_peak_loops.hpp"

#include <algorithm>

namespace assay {

namespace {

/// Four sums of four products each. The empty assembly makes the left factors unknown before each sum: the compiler can
/// neither take the products out of the loop nor use one sum for all.
void scalar_dot(const DotPeakState& state) noexcept {
  const auto* const seeds = static_cast<const std::uint32_t*>(state.seeds);
  const auto* const left = static_cast<const std::uint8_t*>(state.left);
  const auto* const right = static_cast<const std::int8_t*>(state.right);
  const auto factor = [right](std::size_t i) { return static_cast<std::uint32_t>(static_cast<int>(right[i])); };
  std::uint32_t l0 = left[0], l1 = left[1], l2 = left[2], l3 = left[3];
  const std::uint32_t r0 = factor(0), r1 = factor(1), r2 = factor(2), r3 = factor(3);
  std::uint32_t x0 = seeds[0], x1 = seeds[1], x2 = seeds[2], x3 = seeds[3];
  const auto step = [&](std::uint32_t x) {
    asm volatile("" : "+r"(l0), "+r"(l1), "+r"(l2), "+r"(l3));
    return x + l0 * r0 + l1 * r1 + l2 * r2 + l3 * r3;
  };
  for (std::uint64_t rest = state.iterations; rest != 0; --rest) {
    x0 = step(x0);
    x1 = step(x1);
    x2 = step(x2);
    x3 = step(x3);
  }
  auto* const results = static_cast<std::uint32_t*>(state.results);
  results[0] = x0, results[1] = x1, results[2] = x2, results[3] = x3;
}

}  // namespace

std::string_view name_of(DotMix mix) { return mix == DotMix::dot ? "dot" : "maddubs"; }

std::vector<DotPeakLoop> dot_peak_loops(std::span<const std::string> isa) {
  std::vector<DotPeakLoop> loops{
      {.simd = "scalar", .dtype = "i8", .accumulators = 4, .vector_bytes = 4, .needs = "", .run = scalar_dot}};
  for (const DotPeakLoop& loop : native_dot_peak_loops()) {
    if (std::ranges::find(isa, loop.needs) != isa.end()) {
      loops.push_back(loop);
    }
  }
  return loops;
}

}  // namespace assay
