// One asm block: the accumulators are loaded, the iterations counted down, and the accumulators stored. Accumulators
// are in registers 0 to 23, left in 30, right in 31.
#include <array>

#include "kernels/dot_peak_loops.hpp"

namespace assay {

namespace {

constexpr std::size_t kRegisterBytes = 16;

// Latency times pipes is 12 to 18 (3 cycles on 4 to 6 pipes of Arm's widest cores).
constexpr std::size_t kAccumulators = 24;

#define ASSAY_EACH_ACCUMULATOR ".irp i,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23\n\t"

void neon_dot(const DotPeakState& state) noexcept {
  std::uint64_t rest = state.iterations;
  asm volatile(
      ".arch armv8.2-a+dotprod\n\t" ASSAY_EACH_ACCUMULATOR
      "ldr q\\i, [%[seeds], #(\\i * 16)]\n\t.endr\n\t"
      "ldr q30, [%[left]]\n\tldr q31, [%[right]]\n\t"
      ".p2align 6\n1:\n\t" ASSAY_EACH_ACCUMULATOR
      "sdot v\\i\\().4s, v30.16b, v31.16b\n\t.endr\n\t"
      "subs %[rest], %[rest], #1\n\tb.ne 1b\n\t" ASSAY_EACH_ACCUMULATOR
      "str q\\i, [%[results], #(\\i * 16)]\n\t.endr\n\t"
      : [rest] "+r"(rest)
      : [seeds] "r"(state.seeds), [results] "r"(state.results), [left] "r"(state.left), [right] "r"(state.right)
      : "memory", "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14",
        "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v30", "v31");
}
#undef ASSAY_EACH_ACCUMULATOR

constexpr std::array kLoops{DotPeakLoop{.simd = "neon_dot",
                                        .dtype = "i8",
                                        .accumulators = kAccumulators,
                                        .vector_bytes = kRegisterBytes,
                                        .needs = "asimddp",
                                        .run = neon_dot}};

}  // namespace

std::span<const DotPeakLoop> native_dot_peak_loops() { return kLoops; }

std::string tile_refusal() { return "this build has no loop for tile registers"; }

}  // namespace assay
