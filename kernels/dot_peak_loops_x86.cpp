// One asm block a loop: the registers are loaded, the iterations counted down, and the registers stored. Accumulators
// are in registers from 0, left in 12, right in 13. Operands in the order of AT&T: right, left, accumulator.
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "kernels/dot_peak_loops.hpp"

namespace assay {

namespace {

// The formatter finds no fixed point for chains of macros.
// clang-format off
// One step of an accumulator. R names the registers. Latency times pipes is at most 10 (vpdpbusd: 5 cycles on Intel's
// cores, 2 pipes); 12 accumulators cover it.
#define ASSAY_MADDUBS(R, i) "vpmaddubsw %%" R "13, %%" R #i ", %%" R #i "\n\t"
#define ASSAY_VEX_VNNI(R, i) "%{vex%} vpdpbusd %%" R "13, %%" R "12, %%" R #i "\n\t"
#define ASSAY_VNNI(R, i) "vpdpbusd %%" R "13, %%" R "12, %%" R #i "\n\t"
#define ASSAY_BF16(R, i) "vdpbf16ps %%" R "13, %%" R "12, %%" R #i "\n\t"

// Without VNNI a step takes three instructions: products in pairs as 16 bits, pairs of those as 32, and the sum.
// TEMPORARY is the register between them; register 14 holds sixteen ones.
#define ASSAY_PAIR(R, TEMPORARY) "vpmaddubsw %%" R "13, %%" R "12, %%" R #TEMPORARY "\n\t"
#define ASSAY_WIDEN(R, TEMPORARY) "vpmaddwd %%" R "14, %%" R #TEMPORARY ", %%" R #TEMPORARY "\n\t"
#define ASSAY_ACCUMULATE(R, TEMPORARY, i) "vpaddd %%" R #TEMPORARY ", %%" R #i ", %%" R #i "\n\t"
#define ASSAY_ONES(R) "vpcmpeqw %%" R "14, %%" R "14, %%" R "14\n\tvpsrlw $15, %%" R "14, %%" R "14\n\t"

#define ASSAY_SIX_IN_THREE(R)                                                                                   \
  ASSAY_PAIR(R, 6)                                                                                              \
  ASSAY_PAIR(R, 7)                                                                                              \
  ASSAY_PAIR(R, 8)                                                                                              \
  ASSAY_PAIR(R, 9)                                                                                              \
  ASSAY_PAIR(R, 10)                                                                                             \
  ASSAY_PAIR(R, 11)                                                                                             \
  ASSAY_WIDEN(R, 6) ASSAY_WIDEN(R, 7) ASSAY_WIDEN(R, 8) ASSAY_WIDEN(R, 9) ASSAY_WIDEN(R, 10) ASSAY_WIDEN(R, 11) \
      ASSAY_ACCUMULATE(R, 6, 0) ASSAY_ACCUMULATE(R, 7, 1) ASSAY_ACCUMULATE(R, 8, 2) ASSAY_ACCUMULATE(R, 9, 3)   \
          ASSAY_ACCUMULATE(R, 10, 4) ASSAY_ACCUMULATE(R, 11, 5)

// The same for each of six or twelve accumulators.
#define ASSAY_SIX(OP, ...) \
  OP(__VA_ARGS__, 0) OP(__VA_ARGS__, 1) OP(__VA_ARGS__, 2) OP(__VA_ARGS__, 3) OP(__VA_ARGS__, 4) OP(__VA_ARGS__, 5)
#define ASSAY_TWELVE(OP, ...) \
  ASSAY_SIX(OP, __VA_ARGS__)  \
  OP(__VA_ARGS__, 6) OP(__VA_ARGS__, 7) OP(__VA_ARGS__, 8) OP(__VA_ARGS__, 9) OP(__VA_ARGS__, 10) OP(__VA_ARGS__, 11)

// Whole registers from and to memory; MOVE is the aligned move, W the width in bytes.
#define ASSAY_LOAD(MOVE, R, W, i) MOVE " " #i "*" W "(%[seeds]), %%" R #i "\n\t"
#define ASSAY_STORE(MOVE, R, W, i) MOVE " %%" R #i ", " #i "*" W "(%[results])\n\t"

// A loop of that body as a function, EACH being ASSAY_SIX or ASSAY_TWELVE. READY is done once, before. The body is
// aligned, so that its speed does not depend on where the linker puts it.
#define ASSAY_DOT_LOOP(NAME, MOVE, R, W, EACH, READY, BODY)                                                             \
  void NAME(const DotPeakState& state) noexcept {                                                                       \
    std::uint64_t rest = state.iterations;                                                                              \
    asm volatile(READY EACH(ASSAY_LOAD, MOVE, R, W) ".p2align 6\n"                                                    \
                 "1:\n\t" BODY "dec %[rest]\n\tjnz 1b\n\t" EACH(ASSAY_STORE, MOVE, R, W) "vzeroupper\n\t"             \
                 : [rest] "+r"(rest)                                                                                  \
                 : [seeds] "r"(state.seeds), [results] "r"(state.results), [left] "r"(state.left),                    \
                   [right] "r"(state.right)                                                                           \
                 : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",    \
                   "xmm10", "xmm11", "xmm12", "xmm13", "xmm14"); \
  }
#define ASSAY_RIGHT(MOVE, R) MOVE " (%[right]), %%" R "13\n\t"
#define ASSAY_BOTH(MOVE, R) MOVE " (%[left]), %%" R "12\n\t" ASSAY_RIGHT(MOVE, R)

ASSAY_DOT_LOOP(i8_avx2_maddubs, "vmovdqa", "ymm", "32", ASSAY_TWELVE, ASSAY_RIGHT("vmovdqa", "ymm"),
               ASSAY_TWELVE(ASSAY_MADDUBS, "ymm"))
ASSAY_DOT_LOOP(i8_avx2_dot, "vmovdqa", "ymm", "32", ASSAY_SIX, ASSAY_BOTH("vmovdqa", "ymm") ASSAY_ONES("ymm"),
               ASSAY_SIX_IN_THREE("ymm"))
ASSAY_DOT_LOOP(i8_avx_vnni_dot, "vmovdqa", "ymm", "32", ASSAY_TWELVE, ASSAY_BOTH("vmovdqa", "ymm"),
               ASSAY_TWELVE(ASSAY_VEX_VNNI, "ymm"))
ASSAY_DOT_LOOP(i8_avx512_vnni_dot, "vmovdqa64", "zmm", "64", ASSAY_TWELVE, ASSAY_BOTH("vmovdqa64", "zmm"),
               ASSAY_TWELVE(ASSAY_VNNI, "zmm"))
ASSAY_DOT_LOOP(bf16_avx512_bf16_dot, "vmovdqa64", "zmm", "64", ASSAY_TWELVE, ASSAY_BOTH("vmovdqa64", "zmm"),
               ASSAY_TWELVE(ASSAY_BF16, "zmm"))

// clang-format on

/// What LDTILECFG reads: all eight tiles have 16 rows of 64 bytes. Source: Intel SDM volume 1, chapter 18.
struct alignas(64) TileConfiguration {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::array<std::uint8_t, 14> reserved{};
  std::array<std::uint16_t, 16> row_bytes{64, 64, 64, 64, 64, 64, 64, 64};
  std::array<std::uint8_t, 16> rows{16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileConfiguration) == 64);

constexpr std::size_t kTileRowBytes = 64;

#define ASSAY_TILE_LOAD(FROM, OFFSET, TILE) "tileloadd " #OFFSET "(%[" FROM "],%[row],1), %%tmm" #TILE "\n\t"
#define ASSAY_TILE_STORE(OFFSET, TILE) "tilestored %%tmm" #TILE ", " #OFFSET "(%[results],%[row],1)\n\t"

// Tiles 0 to 3 accumulate the four products of left (4, 5) and right (6, 7): an instruction takes 16 cycles and its
// result is there after 52 (Intel optimization manual, chapter 20), so four hide it. The compiler uses no tiles, and
// knows no names of theirs that could be declared as overwritten.
#define ASSAY_TILE_LOOP(NAME, INSTRUCTION)                                                                             \
  void NAME(const DotPeakState& state) noexcept {                                                                      \
    static constexpr TileConfiguration kConfiguration;                                                                 \
    std::uint64_t rest = state.iterations;                                                                             \
    asm volatile("ldtilecfg (%[configuration])\n\t" ASSAY_TILE_LOAD("seeds", 0, 0) ASSAY_TILE_LOAD("seeds", 1024, 1) \
                     ASSAY_TILE_LOAD("seeds", 2048, 2) ASSAY_TILE_LOAD("seeds", 3072, 3)                            \
                         ASSAY_TILE_LOAD("left", 0, 4) ASSAY_TILE_LOAD("left", 1024, 5)                             \
                             ASSAY_TILE_LOAD("right", 0, 6) ASSAY_TILE_LOAD("right", 1024, 7) ".p2align 6\n"        \
                 "1:\n\t" INSTRUCTION " %%tmm6, %%tmm4, %%tmm0\n\t" INSTRUCTION                                     \
                 " %%tmm7, %%tmm4, %%tmm1\n\t" INSTRUCTION " %%tmm6, %%tmm5, %%tmm2\n\t" INSTRUCTION                \
                 " %%tmm7, %%tmm5, %%tmm3\n\tdec %[rest]\n\tjnz 1b\n\t" ASSAY_TILE_STORE(0, 0)                      \
                     ASSAY_TILE_STORE(1024, 1) ASSAY_TILE_STORE(2048, 2) ASSAY_TILE_STORE(3072, 3) "tilerelease\n\t" \
                 : [rest] "+r"(rest)                                                                                \
                 : [configuration] "r"(&kConfiguration), [row] "r"(kTileRowBytes), [seeds] "r"(state.seeds),        \
                   [results] "r"(state.results), [left] "r"(state.left), [right] "r"(state.right)                   \
                 : "memory", "cc"); \
  }

ASSAY_TILE_LOOP(i8_amx_dot, "tdpbssd")
ASSAY_TILE_LOOP(bf16_amx_dot, "tdpbf16ps")

constexpr std::array kLoops{
    DotPeakLoop{"avx2", "i8", DotMix::maddubs, 12, 32, false, "avx2", i8_avx2_maddubs},
    DotPeakLoop{"avx2", "i8", DotMix::dot, 6, 32, false, "avx2", i8_avx2_dot},
    DotPeakLoop{"avx_vnni", "i8", DotMix::dot, 12, 32, false, "avx_vnni", i8_avx_vnni_dot},
    DotPeakLoop{"avx512_vnni", "i8", DotMix::dot, 12, 64, false, "avx512_vnni", i8_avx512_vnni_dot},
    DotPeakLoop{"amx", "i8", DotMix::dot, 4, 1024, true, "amx_int8", i8_amx_dot},
    DotPeakLoop{"avx512_bf16", "bf16", DotMix::dot, 12, 64, false, "avx512_bf16", bf16_avx512_bf16_dot},
    DotPeakLoop{"amx", "bf16", DotMix::dot, 4, 1024, true, "amx_bf16", bf16_amx_dot},
};

}  // namespace

std::span<const DotPeakLoop> native_dot_peak_loops() { return kLoops; }

std::string tile_refusal() {
  constexpr long kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM of asm/prctl.h since Linux 5.16
  constexpr long kTileData = 18;               // the state component of the tiles in XCR0
  if (syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0) {
    return {};
  }
  return fmt::format(
      "the operating system does not let this process use tile registers: "
      "arch_prctl(ARCH_REQ_XCOMP_PERM, {}): {}",
      kTileData, std::generic_category().message(errno));
}

}  // namespace assay
