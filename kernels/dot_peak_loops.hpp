#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// What a step does to an accumulator.
enum class DotMix {
  dot,     ///< adds products of left and right to each lane: what a matrix product is made of
  maddubs  ///< x <- low byte of x * right + high byte of x * right, the one instruction vpmaddubsw
};
[[nodiscard]] std::string_view name_of(DotMix mix);  ///< "dot", "maddubs"

/// Whether a matrix product could come near the rate of such a loop. A bare vpmaddubsw leaves 16-bit sums, which two
/// products of bytes can overflow: it must be followed by instructions that widen them.
[[nodiscard]] constexpr bool is_gemm_roof(DotMix mix) { return mix == DotMix::dot; }

/// What a loop works on; every pointer 64-byte aligned.
struct DotPeakState {
  const void* seeds = nullptr;  ///< the accumulators before, one after another
  void* results = nullptr;      ///< and after
  const void* left = nullptr;   ///< left_elements() of them; i8: 0 to 127, as some loops read them without a sign
  const void* right = nullptr;  ///< right_elements()
  std::uint64_t iterations = 0;
};

/// A loop in which a step does one thing to each of the accumulators, and each waits for its own last value only.
struct DotPeakLoop {
  std::string_view simd;     ///< "scalar", or what its instructions are called
  std::string_view dtype;    ///< of left and right: "i8", "bf16"
  DotMix mix = DotMix::dot;  ///< of the instructions
  std::size_t accumulators = 0;
  std::size_t vector_bytes = 0;  ///< of an accumulator: a register, or a tile of 16 rows
  bool tiles = false;            ///< two tiles left and two right; see tile_refusal()
  std::string_view needs;        ///< the extension (Machine::isa) without which it cannot run; empty: none
  void (*run)(const DotPeakState& state) noexcept = nullptr;

  [[nodiscard]] constexpr std::size_t operand_bytes() const { return dtype == "i8" ? 1 : 2; }
  /// Lanes of an accumulator. A lane of a sum of products is 32 bits, int or float; of vpmaddubsw 16.
  [[nodiscard]] constexpr std::size_t lanes() const { return vector_bytes / (mix == DotMix::maddubs ? 2 : 4); }
  /// Multiplications of a step in a lane.
  [[nodiscard]] constexpr std::size_t products() const {
    return mix == DotMix::maddubs ? 2 : (tiles ? 64 : 4) / operand_bytes();
  }
  /// Multiplications and additions of a step in all lanes. The first product of vpmaddubsw is added to nothing.
  [[nodiscard]] constexpr std::uint64_t operations() const {
    return accumulators * lanes() * (2 * products() - (mix == DotMix::maddubs ? 1 : 0));
  }
  [[nodiscard]] constexpr std::size_t elements() const { return accumulators * lanes(); }
  [[nodiscard]] constexpr std::size_t accumulator_bytes() const { return accumulators * vector_bytes; }
  [[nodiscard]] constexpr std::size_t left_elements() const {
    return mix == DotMix::maddubs ? 0 : (tiles ? 2 : 1) * vector_bytes / operand_bytes();
  }
  [[nodiscard]] constexpr std::size_t right_elements() const {
    return (tiles ? 2 : 1) * vector_bytes / operand_bytes();
  }
};

/// All loops of this build whose instructions are among `isa` (Machine::isa), the better after the worse; the scalar
/// one first, which runs everywhere. The others are written in assembly, so that no compiler can merge, drop or move
/// anything: a test counts the instructions.
[[nodiscard]] std::vector<DotPeakLoop> dot_peak_loops(std::span<const std::string> isa);

/// The loops in assembly for the architecture of this build, whatever its processor has.
[[nodiscard]] std::span<const DotPeakLoop> native_dot_peak_loops();

/// Asks the operating system to let this process use the tile registers. Empty if it does, else why not, in words.
/// Source: Linux, Documentation/arch/x86/xstate.rst.
[[nodiscard]] std::string tile_refusal();

}  // namespace assay
