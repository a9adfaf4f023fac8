#include "kernels/fma_loop.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fma_loop.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Chains in flight. Latency times pipes must be covered: 4 x 2 on current x86 cores, 4 x 4 on the widest arm64 ones.
// 12 chains, the factor and the addend fit the 16 registers of SSE4 and AVX2; AVX-512, NEON and SVE have 32.
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3 || HWY_TARGET == HWY_SCALAR
inline constexpr std::size_t kChains = 12;
#else
inline constexpr std::size_t kChains = 16;
#endif

// One group of kChains vectors. Named variables, because vectors of SVE cannot be elements of an array.
template <class Lanes, class Real = hn::TFromD<Lanes>>
HWY_INLINE void run_group(Lanes lanes, const FmaChainSet<Real>& set, std::size_t first) {
  const std::size_t n = hn::Lanes(lanes);
  const Real* const in = set.seeds + first;
  const auto factor = hn::Set(lanes, set.factor);
  const auto addend = hn::Set(lanes, set.addend);
  auto x0 = hn::Load(lanes, in), x1 = hn::Load(lanes, in + n), x2 = hn::Load(lanes, in + 2 * n);
  auto x3 = hn::Load(lanes, in + 3 * n), x4 = hn::Load(lanes, in + 4 * n), x5 = hn::Load(lanes, in + 5 * n);
  auto x6 = hn::Load(lanes, in + 6 * n), x7 = hn::Load(lanes, in + 7 * n), x8 = hn::Load(lanes, in + 8 * n);
  auto x9 = hn::Load(lanes, in + 9 * n), x10 = hn::Load(lanes, in + 10 * n), x11 = hn::Load(lanes, in + 11 * n);
  auto x12 = x0, x13 = x0, x14 = x0, x15 = x0;
  if constexpr (kChains == 16) {
    x12 = hn::Load(lanes, in + 12 * n), x13 = hn::Load(lanes, in + 13 * n);
    x14 = hn::Load(lanes, in + 14 * n), x15 = hn::Load(lanes, in + 15 * n);
  }
  for (std::size_t i = 0; i < set.iterations; ++i) {
    x0 = hn::MulAdd(x0, factor, addend), x1 = hn::MulAdd(x1, factor, addend);
    x2 = hn::MulAdd(x2, factor, addend), x3 = hn::MulAdd(x3, factor, addend);
    x4 = hn::MulAdd(x4, factor, addend), x5 = hn::MulAdd(x5, factor, addend);
    x6 = hn::MulAdd(x6, factor, addend), x7 = hn::MulAdd(x7, factor, addend);
    x8 = hn::MulAdd(x8, factor, addend), x9 = hn::MulAdd(x9, factor, addend);
    x10 = hn::MulAdd(x10, factor, addend), x11 = hn::MulAdd(x11, factor, addend);
    if constexpr (kChains == 16) {
      x12 = hn::MulAdd(x12, factor, addend), x13 = hn::MulAdd(x13, factor, addend);
      x14 = hn::MulAdd(x14, factor, addend), x15 = hn::MulAdd(x15, factor, addend);
    }
  }
  Real* const out = set.results + first;
  hn::Store(x0, lanes, out), hn::Store(x1, lanes, out + n), hn::Store(x2, lanes, out + 2 * n);
  hn::Store(x3, lanes, out + 3 * n), hn::Store(x4, lanes, out + 4 * n), hn::Store(x5, lanes, out + 5 * n);
  hn::Store(x6, lanes, out + 6 * n), hn::Store(x7, lanes, out + 7 * n), hn::Store(x8, lanes, out + 8 * n);
  hn::Store(x9, lanes, out + 9 * n), hn::Store(x10, lanes, out + 10 * n), hn::Store(x11, lanes, out + 11 * n);
  if constexpr (kChains == 16) {
    hn::Store(x12, lanes, out + 12 * n), hn::Store(x13, lanes, out + 13 * n);
    hn::Store(x14, lanes, out + 14 * n), hn::Store(x15, lanes, out + 15 * n);
  }
}

template <class Real>
HWY_INLINE void run_chains(const FmaChainSet<Real>& set) {
  const HWY_CAPPED(Real, 64 / sizeof(Real)) lanes;  // wider SVE vectors would not divide the chain count
  for (std::size_t first = 0; first < fma_chain_count<Real>(); first += kChains * hn::Lanes(lanes)) {
    run_group(lanes, set, first);
  }
}

void fma_chains_f32(const FmaChainSet<float>& set) { run_chains(set); }
void fma_chains_f64(const FmaChainSet<double>& set) { run_chains(set); }

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(fma_chains_f32);
HWY_EXPORT(fma_chains_f64);

void fma_chains(const FmaChainSet<float>& chains) noexcept { HWY_DYNAMIC_DISPATCH(fma_chains_f32)(chains); }
void fma_chains(const FmaChainSet<double>& chains) noexcept { HWY_DYNAMIC_DISPATCH(fma_chains_f64)(chains); }

}  // namespace assay
#endif
