// One asm block a loop: the registers are loaded, the iterations counted down, and the registers stored. Chains are in
// registers 0 to 29, the addend in 30, the factor in 31. The multiply-add of vectors adds to its destination, so that
// the chains are sums of products.
#include <sys/prctl.h>

#include "kernels/peak_chains.hpp"

namespace assay {

namespace {

constexpr PeakWidth kWidth{.quarter = 6, .accumulates = true};

// The formatter finds no fixed point for chains of macros.
// clang-format off
// NOLINTBEGIN(bugprone-macro-parentheses): pieces of a string literal
// One step of chain i. T is the type of a lane.
#define ASSAY_NEON_FMA(T, i) "fmla v" #i "." T ", v31." T ", v30." T "\n\t"
#define ASSAY_NEON_MUL(T, i) "fmul v" #i "." T ", v" #i "." T ", v31." T "\n\t"
#define ASSAY_NEON_ADD(T, i) "fadd v" #i "." T ", v" #i "." T ", v30." T "\n\t"
#define ASSAY_SVE_FMA(T, i) "fmla z" #i "." T ", p0/m, z31." T ", z30." T "\n\t"
#define ASSAY_SVE_MUL(T, i) "fmul z" #i "." T ", z" #i "." T ", z31." T "\n\t"
#define ASSAY_SVE_ADD(T, i) "fadd z" #i "." T ", z" #i "." T ", z30." T "\n\t"
// Of scalars T names the registers.
#define ASSAY_SCALAR_FMA(T, i) "fmadd " T #i ", " T "31, " T "30, " T #i "\n\t"
#define ASSAY_SCALAR_MUL(T, i) "fmul " T #i ", " T #i ", " T "31\n\t"
#define ASSAY_SCALAR_ADD(T, i) "fadd " T #i ", " T #i ", " T "30\n\t"

#define ASSAY_TWENTY_FOUR(OP, T)                                                                                     \
  OP(T, 0) OP(T, 1) OP(T, 2) OP(T, 3) OP(T, 4) OP(T, 5) OP(T, 6) OP(T, 7) OP(T, 8) OP(T, 9) OP(T, 10) OP(T, 11)      \
  OP(T, 12) OP(T, 13) OP(T, 14) OP(T, 15) OP(T, 16) OP(T, 17) OP(T, 18) OP(T, 19) OP(T, 20) OP(T, 21) OP(T, 22)      \
  OP(T, 23)

// Eighteen product chains in two steps and twelve sum chains in three, in turn.
#define ASSAY_PAIR(OP, SUM, T, i, j) OP(T, i) SUM(T, j)
#define ASSAY_EIGHTEEN_AND_TWELVE(OP, SUM, T)                                                                        \
  ASSAY_PAIR(OP, SUM, T, 0, 18) ASSAY_PAIR(OP, SUM, T, 1, 19) ASSAY_PAIR(OP, SUM, T, 2, 20)                          \
  ASSAY_PAIR(OP, SUM, T, 3, 21) ASSAY_PAIR(OP, SUM, T, 4, 22) ASSAY_PAIR(OP, SUM, T, 5, 23)                          \
  ASSAY_PAIR(OP, SUM, T, 6, 24) ASSAY_PAIR(OP, SUM, T, 7, 25) ASSAY_PAIR(OP, SUM, T, 8, 26)                          \
  ASSAY_PAIR(OP, SUM, T, 9, 27) ASSAY_PAIR(OP, SUM, T, 10, 28) ASSAY_PAIR(OP, SUM, T, 11, 29)                        \
  ASSAY_PAIR(OP, SUM, T, 12, 18) ASSAY_PAIR(OP, SUM, T, 13, 19) ASSAY_PAIR(OP, SUM, T, 14, 20)                       \
  ASSAY_PAIR(OP, SUM, T, 15, 21) ASSAY_PAIR(OP, SUM, T, 16, 22) ASSAY_PAIR(OP, SUM, T, 17, 23)                       \
  ASSAY_PAIR(OP, SUM, T, 0, 24) ASSAY_PAIR(OP, SUM, T, 1, 25) ASSAY_PAIR(OP, SUM, T, 2, 26)                          \
  ASSAY_PAIR(OP, SUM, T, 3, 27) ASSAY_PAIR(OP, SUM, T, 4, 28) ASSAY_PAIR(OP, SUM, T, 5, 29)                          \
  ASSAY_PAIR(OP, SUM, T, 6, 18) ASSAY_PAIR(OP, SUM, T, 7, 19) ASSAY_PAIR(OP, SUM, T, 8, 20)                          \
  ASSAY_PAIR(OP, SUM, T, 9, 21) ASSAY_PAIR(OP, SUM, T, 10, 22) ASSAY_PAIR(OP, SUM, T, 11, 23)                        \
  ASSAY_PAIR(OP, SUM, T, 12, 24) ASSAY_PAIR(OP, SUM, T, 13, 25) ASSAY_PAIR(OP, SUM, T, 14, 26)                       \
  ASSAY_PAIR(OP, SUM, T, 15, 27) ASSAY_PAIR(OP, SUM, T, 16, 28) ASSAY_PAIR(OP, SUM, T, 17, 29)

// Whole registers to and from memory.
#define ASSAY_EACH_REGISTER ".irp i,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29\n\t"
#define ASSAY_NEON_LOAD ASSAY_EACH_REGISTER "ldr q\\i, [%[chains], #(\\i * 16)]\n\t.endr\n\t" \
                        "ldr q31, [%[operands]]\n\tldr q30, [%[operands], #16]\n\t"
#define ASSAY_NEON_STORE ASSAY_EACH_REGISTER "str q\\i, [%[chains], #(\\i * 16)]\n\t.endr\n\t"
#define ASSAY_SVE_LOAD ".arch_extension sve\n\tptrue p0.b\n\t" \
                       ASSAY_EACH_REGISTER "ldr z\\i, [%[chains], #\\i, mul vl]\n\t.endr\n\t" \
                       "ldr z31, [%[operands]]\n\tldr z30, [%[operands], #1, mul vl]\n\t"
#define ASSAY_SVE_STORE ASSAY_EACH_REGISTER "str z\\i, [%[chains], #\\i, mul vl]\n\t.endr\n\t"

// A loop of that body as a function, aligned, so that its speed does not depend on where the linker puts it. The names
// of the 128-bit registers stand for the longer ones that contain them.
#define ASSAY_LOOP(NAME, ENTER, BODY, LEAVE)                                                                         \
  void NAME(const PeakState& state) noexcept {                                                                       \
    std::uint64_t left = state.iterations;                                                                           \
    asm volatile(ENTER ".p2align 6\n1:\n\t" BODY "subs %[left], %[left], #1\n\tb.ne 1b\n\t" LEAVE                    \
                 : [left] "+r"(left)                                                                                 \
                 : [chains] "r"(state.chains), [operands] "r"(state.operands)                                        \
                 : "memory", "cc", "p0", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11",   \
                   "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", \
                   "v26", "v27", "v28", "v29", "v30", "v31");                                                        \
  }
#define ASSAY_LOOPS(NAME, SET, T, LOAD, STORE)                                                               \
  ASSAY_LOOP(NAME##_fma, LOAD, ASSAY_TWENTY_FOUR(ASSAY_##SET##_FMA, T), STORE)                               \
  ASSAY_LOOP(NAME##_fma_add, LOAD, ASSAY_EIGHTEEN_AND_TWELVE(ASSAY_##SET##_FMA, ASSAY_##SET##_ADD, T), STORE) \
  ASSAY_LOOP(NAME##_mul_add, LOAD, ASSAY_EIGHTEEN_AND_TWELVE(ASSAY_##SET##_MUL, ASSAY_##SET##_ADD, T), STORE) \
  ASSAY_LOOP(NAME##_add, LOAD, ASSAY_TWENTY_FOUR(ASSAY_##SET##_ADD, T), STORE)
// NOLINTEND(bugprone-macro-parentheses)
// clang-format on

ASSAY_LOOPS(scalar_f64, SCALAR, "d", ASSAY_NEON_LOAD, ASSAY_NEON_STORE)
ASSAY_LOOPS(scalar_f32, SCALAR, "s", ASSAY_NEON_LOAD, ASSAY_NEON_STORE)
ASSAY_LOOPS(neon_f64, NEON, "2d", ASSAY_NEON_LOAD, ASSAY_NEON_STORE)
ASSAY_LOOPS(neon_f32, NEON, "4s", ASSAY_NEON_LOAD, ASSAY_NEON_STORE)
ASSAY_LOOPS(sve_f64, SVE, "d", ASSAY_SVE_LOAD, ASSAY_SVE_STORE)
ASSAY_LOOPS(sve_f32, SVE, "s", ASSAY_SVE_LOAD, ASSAY_SVE_STORE)

/// Of an SVE register on this processor; 16, the least, where there are none.
std::size_t sve_bytes() {
  constexpr std::size_t kLeast = 16;
  const int length = prctl(PR_SVE_GET_VL);
  return length < 0 ? kLeast : static_cast<std::size_t>(length & PR_SVE_VL_LEN_MASK);
}

using Run = void (*)(const PeakState& state) noexcept;

struct Set {
  std::string_view simd;
  std::string_view dtype;
  std::size_t vector_bytes = 0;
  std::string_view needs;
  Run add;
  Run mul_add;
  Run fma_add;
  Run fma;
};

}  // namespace

std::vector<PeakLoop> native_peak_loops() {
  constexpr std::size_t kNeon = 16;
  const std::size_t sve = sve_bytes();
  std::vector<PeakLoop> loops;
  for (const Set& set :
       {Set{"scalar", "f64", kNeon, "", scalar_f64_add, scalar_f64_mul_add, scalar_f64_fma_add, scalar_f64_fma},
        Set{"scalar", "f32", kNeon, "", scalar_f32_add, scalar_f32_mul_add, scalar_f32_fma_add, scalar_f32_fma},
        Set{"neon", "f64", kNeon, "asimd", neon_f64_add, neon_f64_mul_add, neon_f64_fma_add, neon_f64_fma},
        Set{"neon", "f32", kNeon, "asimd", neon_f32_add, neon_f32_mul_add, neon_f32_fma_add, neon_f32_fma},
        Set{"sve", "f64", sve, "sve", sve_f64_add, sve_f64_mul_add, sve_f64_fma_add, sve_f64_fma},
        Set{"sve", "f32", sve, "sve", sve_f32_add, sve_f32_mul_add, sve_f32_fma_add, sve_f32_fma}}) {
    loops.push_back({set.simd, set.dtype, PeakMix::add, set.vector_bytes, set.add, set.needs, kWidth});
    loops.push_back({set.simd, set.dtype, PeakMix::mul_add, set.vector_bytes, set.mul_add, set.needs, kWidth});
    loops.push_back({set.simd, set.dtype, PeakMix::fma_add, set.vector_bytes, set.fma_add, set.needs, kWidth});
    loops.push_back({set.simd, set.dtype, PeakMix::fma, set.vector_bytes, set.fma, set.needs, kWidth});
  }
  return loops;
}

}  // namespace assay
