#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace assay {

/// Which instructions the chains of a peak loop are made of.
enum class PeakMix { fma, fma_add, mul_add, add };
[[nodiscard]] std::string_view name_of(PeakMix mix);  ///< "fma", "fma+add", "mul+add", "add"

/// The chains of one loop. Each is a vector in a register that waits for its own last value only: first the
/// `product_chains`, x <- x * factor + addend (x <- x + factor * addend where the instruction accumulates, x <- x *
/// factor without FMA), then the `sum_chains`, y <- y + addend. One iteration does so many steps of each.
struct PeakShape {
  std::size_t product_chains = 0;
  std::size_t product_steps = 0;
  std::size_t sum_chains = 0;
  std::size_t sum_steps = 0;
  bool fused = false;        ///< a product step is a fused multiply-add, two flops; else a multiplication, one
  bool accumulates = false;  ///< of a fused one: its last value is what the product is added to

  /// Of one iteration, a lane.
  [[nodiscard]] constexpr std::uint64_t flops_per_lane() const {
    return product_chains * product_steps * (fused ? 2U : 1U) + sum_chains * sum_steps;
  }
  [[nodiscard]] constexpr std::size_t chains() const { return product_chains + sum_chains; }
};

/// A quarter of the chains that keep the pipes busy: 3 on x86-64, where the latency of an FMA times the pipes that take
/// one is 8 on the widest cores (4 cycles, 2 pipes), of an addition 6 to 8, and there are 16 registers; 6 on arm64,
/// where it is up to 24 (4 cycles, 6 pipes on a Cortex-X925), and there are 32.
struct PeakWidth {
  std::size_t quarter = 3;
  bool accumulates = false;

  /// Registers that a loop may load and store, whatever its mix.
  [[nodiscard]] constexpr std::size_t registers() const { return 5 * quarter; }
};

/// Four quarters alone; together three of products in two steps and two of sums in three, as many of one as of the
/// other.
[[nodiscard]] constexpr PeakShape shape_of(PeakMix mix, PeakWidth width = {}) {
  const std::size_t quarter = width.quarter;
  switch (mix) {
    case PeakMix::fma:
      return {.product_chains = 4 * quarter, .product_steps = 1, .fused = true, .accumulates = width.accumulates};
    case PeakMix::fma_add:
      return {.product_chains = 3 * quarter,
              .product_steps = 2,
              .sum_chains = 2 * quarter,
              .sum_steps = 3,
              .fused = true,
              .accumulates = width.accumulates};
    case PeakMix::mul_add:
      return {.product_chains = 3 * quarter, .product_steps = 2, .sum_chains = 2 * quarter, .sum_steps = 3};
    case PeakMix::add:
      break;
  }
  return {.sum_chains = 4 * quarter, .sum_steps = 1};
}

/// What a loop works on. `chains` holds PeakWidth::registers() vectors, of which the first shape.chains() are used,
/// 64-byte aligned: seeds before, results after.
/// `operands` holds one vector of the factor and one of the addend.
struct PeakState {
  void* chains = nullptr;
  const void* operands = nullptr;
  std::uint64_t iterations = 0;
};

/// A loop that this processor can run.
struct PeakLoop {
  std::string_view simd;   ///< "scalar", "sse", "avx2", "avx512", "neon", "sve"
  std::string_view dtype;  ///< "f64", "f32"
  PeakMix mix = PeakMix::fma;
  std::size_t vector_bytes = 0;
  void (*run)(const PeakState& state) noexcept = nullptr;
  std::string_view needs;  ///< the extension (Machine::isa) without which it cannot run; empty: none
  PeakWidth width;

  [[nodiscard]] constexpr PeakShape shape() const { return shape_of(mix, width); }
};

/// All loops of this build whose instructions are among `isa` (Machine::isa), narrow before wide.
[[nodiscard]] std::vector<PeakLoop> peak_loops(std::span<const std::string_view> isa);

/// All loops for the architecture of this build, whatever its processor has, narrow before wide. Written in assembly,
/// so that no compiler can merge, drop or vectorise a chain: a test counts the instructions.
[[nodiscard]] std::vector<PeakLoop> native_peak_loops();

/// The chains one after another, for references and for counting operations. `values` holds shape.chains() times
/// `lanes` elements.
template <class Real, class Operand>
void reference_peak_chains(const PeakShape& shape, std::uint64_t iterations, Operand factor, Operand addend,
                           std::span<Real> values) {
  const std::size_t lanes = values.size() / shape.chains();
  const Real f(factor);
  const Real a(addend);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool product = i < shape.product_chains * lanes;
    const std::uint64_t steps = iterations * (product ? shape.product_steps : shape.sum_steps);
    Real x = values[i];
    for (std::uint64_t step = 0; step < steps; ++step) {
      if (product && shape.accumulates) {
        x = x + f * a;
      } else if (product) {
        x = shape.fused ? x * f + a : x * f;
      } else {
        x = x + a;
      }
    }
    values[i] = x;
  }
}

}  // namespace assay
