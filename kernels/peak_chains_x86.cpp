// One asm block a loop: the registers are loaded, the iterations counted down, and the registers stored. The addend is
// in register 15. Twelve chains have their factor in register 14; the mixed loops need that one for a chain and take
// the factor from memory, which also spares the register file a read: 23.96 of Zen 3's 24 flop/cycle, against 21.5 with
// both operands in registers.
#include <array>

#include "kernels/peak_chains.hpp"

namespace assay {

namespace {

// The formatter finds no fixed point for chains of macros.
// clang-format off
// NOLINTBEGIN(bugprone-macro-parentheses): pieces of a string literal
// One step of a chain. R names the registers, S ends the mnemonic. The VEX and EVEX forms have three operands.
#define ASSAY_FMA(R, S, i) "vfmadd213" S " %%" R "15, %%" R "14, %%" R #i "\n\t"
#define ASSAY_ADD(R, S, i) "vadd" S " %%" R "15, %%" R #i ", %%" R #i "\n\t"
#define ASSAY_SSE_ADD(R, S, i) "add" S " %%" R "15, %%" R #i "\n\t"
#define ASSAY_FMA_M(R, S, i) "vfmadd132" S " (%[operands]), %%" R "15, %%" R #i "\n\t"
#define ASSAY_MUL_M(R, S, i) "vmul" S " (%[operands]), %%" R #i ", %%" R #i "\n\t"
#define ASSAY_SSE_MUL_M(R, S, i) "mul" S " (%[operands]), %%" R #i "\n\t"

// Twelve equal chains.
#define ASSAY_TWELVE(OP, R, S) \
  OP(R, S, 0)                  \
  OP(R, S, 1)                  \
  OP(R, S, 2)                  \
  OP(R, S, 3) OP(R, S, 4) OP(R, S, 5) OP(R, S, 6) OP(R, S, 7) OP(R, S, 8) OP(R, S, 9) OP(R, S, 10) OP(R, S, 11)

// Nine product chains in two steps and six sum chains in three, in turn: both kinds of pipe always have work.
#define ASSAY_NINE_AND_SIX(OP, SUM, R, S)                                                                            \
  OP(R, S, 0)                                                                                                        \
  SUM(R, S, 9)                                                                                                       \
  OP(R, S, 1)                                                                                                        \
  SUM(R, S, 10)                                                                                                      \
  OP(R, S, 2)                                                                                                        \
  SUM(R, S, 11)                                                                                                      \
  OP(R, S, 3)                                                                                                        \
  SUM(R, S, 12)                                                                                                      \
  OP(R, S, 4) SUM(R, S, 13) OP(R, S, 5) SUM(R, S, 14) OP(R, S, 6) SUM(R, S, 9) OP(R, S, 7) SUM(R, S, 10) OP(R, S, 8) \
      SUM(R, S, 11) OP(R, S, 0) SUM(R, S, 12) OP(R, S, 1) SUM(R, S, 13) OP(R, S, 2) SUM(R, S, 14) OP(R, S, 3)        \
          SUM(R, S, 9) OP(R, S, 4) SUM(R, S, 10) OP(R, S, 5) SUM(R, S, 11) OP(R, S, 6) SUM(R, S, 12) OP(R, S, 7)     \
              SUM(R, S, 13) OP(R, S, 8) SUM(R, S, 14)

// Whole registers to and from memory; MOVE is the aligned move, W the width in bytes.
#define ASSAY_LOAD(MOVE, R, W, i) MOVE " " #i "*" W "(%[chains]), %%" R #i "\n\t"
#define ASSAY_STORE(MOVE, R, W, i) MOVE " %%" R #i ", " #i "*" W "(%[chains])\n\t"
#define ASSAY_REGISTERS(OP, MOVE, R, W) \
  OP(MOVE, R, W, 0)                     \
  OP(MOVE, R, W, 1)                     \
  OP(MOVE, R, W, 2)                     \
  OP(MOVE, R, W, 3)                     \
  OP(MOVE, R, W, 4)                     \
  OP(MOVE, R, W, 5)                     \
  OP(MOVE, R, W, 6)                     \
  OP(MOVE, R, W, 7)                     \
  OP(MOVE, R, W, 8) OP(MOVE, R, W, 9) OP(MOVE, R, W, 10) OP(MOVE, R, W, 11) OP(MOVE, R, W, 12) OP(MOVE, R, W, 13)
#define ASSAY_ADDEND(MOVE, R, W) MOVE " " W "(%[operands]), %%" R "15\n\t"
#define ASSAY_FACTOR(MOVE, R) MOVE " (%[operands]), %%" R "14\n\t"

// A loop of that body as a function. LEAVE is what the ABI asks for after wide registers were used. The body is
// aligned, so that its speed does not depend on where the linker puts it.
#define ASSAY_LOOP(NAME, ENTER, BODY, LEAVE)                                                                       \
  void NAME(const PeakState& state) noexcept {                                                                     \
    std::uint64_t left = state.iterations;                                                                         \
    asm volatile(ENTER ".p2align 6\n1:\n\t" BODY "dec %[left]\n\tjnz 1b\n\t" LEAVE                                 \
                 : [left] "+r"(left)                                                                               \
                 : [chains] "r"(state.chains), [operands] "r"(state.operands)                                      \
                 : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", \
                   "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");                                          \
  }
#define ASSAY_PURE_LOOP(NAME, OP, MOVE, R, W, S, LEAVE)                                                    \
  ASSAY_LOOP(NAME, ASSAY_REGISTERS(ASSAY_LOAD, MOVE, R, W) ASSAY_FACTOR(MOVE, R) ASSAY_ADDEND(MOVE, R, W), \
             ASSAY_TWELVE(OP, R, S), ASSAY_REGISTERS(ASSAY_STORE, MOVE, R, W) LEAVE)
#define ASSAY_MIXED_LOOP(NAME, OP, SUM, MOVE, R, W, S, LEAVE)                                                   \
  ASSAY_LOOP(NAME, ASSAY_REGISTERS(ASSAY_LOAD, MOVE, R, W) ASSAY_LOAD(MOVE, R, W, 14) ASSAY_ADDEND(MOVE, R, W), \
             ASSAY_NINE_AND_SIX(OP, SUM, R, S),                                                                 \
             ASSAY_REGISTERS(ASSAY_STORE, MOVE, R, W) ASSAY_STORE(MOVE, R, W, 14) LEAVE)

// Scalars fill the lowest lane; the move takes the whole register, whose other lanes pass through unchanged.
#define ASSAY_SSE_LOOPS(S)                                                                         \
  ASSAY_MIXED_LOOP(sse_mul_add_##S, ASSAY_SSE_MUL_M, ASSAY_SSE_ADD, "movaps", "xmm", "16", #S, "") \
  ASSAY_PURE_LOOP(sse_add_##S, ASSAY_SSE_ADD, "movaps", "xmm", "16", #S, "")                       \
  ASSAY_PURE_LOOP(sse_fma_##S, ASSAY_FMA, "vmovaps", "xmm", "16", #S, "")
#define ASSAY_WIDE_LOOPS(NAME, R, W, S)                                                               \
  ASSAY_PURE_LOOP(NAME##_fma_##S, ASSAY_FMA, "vmovaps", R, W, #S, "vzeroupper\n\t")                   \
  ASSAY_MIXED_LOOP(NAME##_fma_add_##S, ASSAY_FMA_M, ASSAY_ADD, "vmovaps", R, W, #S, "vzeroupper\n\t") \
  ASSAY_MIXED_LOOP(NAME##_mul_add_##S, ASSAY_MUL_M, ASSAY_ADD, "vmovaps", R, W, #S, "vzeroupper\n\t") \
  ASSAY_PURE_LOOP(NAME##_add_##S, ASSAY_ADD, "vmovaps", R, W, #S, "vzeroupper\n\t")

// NOLINTEND(bugprone-macro-parentheses)
// clang-format on

ASSAY_SSE_LOOPS(sd)
ASSAY_SSE_LOOPS(ss)
ASSAY_SSE_LOOPS(pd)
ASSAY_SSE_LOOPS(ps)
ASSAY_WIDE_LOOPS(avx2, "ymm", "32", pd)
ASSAY_WIDE_LOOPS(avx2, "ymm", "32", ps)
ASSAY_WIDE_LOOPS(avx512, "zmm", "64", pd)
ASSAY_WIDE_LOOPS(avx512, "zmm", "64", ps)

constexpr std::array kLoops{
    PeakLoop{"scalar", "f64", PeakMix::add, 16, sse_add_sd, "", {}},
    PeakLoop{"scalar", "f64", PeakMix::mul_add, 16, sse_mul_add_sd, "", {}},
    PeakLoop{"scalar", "f64", PeakMix::fma, 16, sse_fma_sd, "fma", {}},
    PeakLoop{"scalar", "f32", PeakMix::add, 16, sse_add_ss, "", {}},
    PeakLoop{"scalar", "f32", PeakMix::mul_add, 16, sse_mul_add_ss, "", {}},
    PeakLoop{"scalar", "f32", PeakMix::fma, 16, sse_fma_ss, "fma", {}},
    PeakLoop{"sse", "f64", PeakMix::add, 16, sse_add_pd, "", {}},
    PeakLoop{"sse", "f64", PeakMix::mul_add, 16, sse_mul_add_pd, "", {}},
    PeakLoop{"sse", "f64", PeakMix::fma, 16, sse_fma_pd, "fma", {}},
    PeakLoop{"sse", "f32", PeakMix::add, 16, sse_add_ps, "", {}},
    PeakLoop{"sse", "f32", PeakMix::mul_add, 16, sse_mul_add_ps, "", {}},
    PeakLoop{"sse", "f32", PeakMix::fma, 16, sse_fma_ps, "fma", {}},
    PeakLoop{"avx2", "f64", PeakMix::add, 32, avx2_add_pd, "avx2", {}},
    PeakLoop{"avx2", "f64", PeakMix::mul_add, 32, avx2_mul_add_pd, "avx2", {}},
    PeakLoop{"avx2", "f64", PeakMix::fma_add, 32, avx2_fma_add_pd, "fma", {}},
    PeakLoop{"avx2", "f64", PeakMix::fma, 32, avx2_fma_pd, "fma", {}},
    PeakLoop{"avx2", "f32", PeakMix::add, 32, avx2_add_ps, "avx2", {}},
    PeakLoop{"avx2", "f32", PeakMix::mul_add, 32, avx2_mul_add_ps, "avx2", {}},
    PeakLoop{"avx2", "f32", PeakMix::fma_add, 32, avx2_fma_add_ps, "fma", {}},
    PeakLoop{"avx2", "f32", PeakMix::fma, 32, avx2_fma_ps, "fma", {}},
    PeakLoop{"avx512", "f64", PeakMix::add, 64, avx512_add_pd, "avx512f", {}},
    PeakLoop{"avx512", "f64", PeakMix::mul_add, 64, avx512_mul_add_pd, "avx512f", {}},
    PeakLoop{"avx512", "f64", PeakMix::fma_add, 64, avx512_fma_add_pd, "avx512f", {}},
    PeakLoop{"avx512", "f64", PeakMix::fma, 64, avx512_fma_pd, "avx512f", {}},
    PeakLoop{"avx512", "f32", PeakMix::add, 64, avx512_add_ps, "avx512f", {}},
    PeakLoop{"avx512", "f32", PeakMix::mul_add, 64, avx512_mul_add_ps, "avx512f", {}},
    PeakLoop{"avx512", "f32", PeakMix::fma_add, 64, avx512_fma_add_ps, "avx512f", {}},
    PeakLoop{"avx512", "f32", PeakMix::fma, 64, avx512_fma_ps, "avx512f", {}},
};

}  // namespace

std::vector<PeakLoop> native_peak_loops() { return {kLoops.begin(), kLoops.end()}; }

}  // namespace assay
