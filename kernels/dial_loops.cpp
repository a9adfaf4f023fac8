#include "kernels/dial_loops.hpp"

#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dial_loops.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#ifndef ASSAY_DIAL_LOOP_SET
#define ASSAY_DIAL_LOOP_SET
namespace assay {

template <class Real>
using DialLoopSet = std::array<DialLoop<Real>, kDialIntensities.size()>;

/// Loads of a block: the fewest that divide kDialBlockLoads and give every chain as many FMAs.
constexpr std::size_t dial_block_loads(std::size_t eighths, std::size_t chains) {
  for (std::size_t loads = 1; loads < kDialBlockLoads; ++loads) {
    if (kDialBlockLoads % loads == 0 && loads * eighths % (8 * chains) == 0) {
      return loads;
    }
  }
  return kDialBlockLoads;
}

}  // namespace assay
#endif

// The chains by name, because vectors of SVE cannot be elements of an array.
#define ASSAY_CHAINS x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15
#define ASSAY_CHAIN_PARAMETERS \
  V &x0, V &x1, V &x2, V &x3, V &x4, V &x5, V &x6, V &x7, V &x8, V &x9, V &x10, V &x11, V &x12, V &x13, V &x14, V &x15

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// As in kernels/fma_loop.cpp: 12 chains, the factor and a load fit 16 registers; other targets have 32.
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3 || HWY_TARGET == HWY_SCALAR
inline constexpr std::size_t kDialChains = 12;
#else
inline constexpr std::size_t kDialChains = 16;
#endif

template <class Real>
using DialLanes = HWY_CAPPED(Real, 64 / sizeof(Real));

// x86 and NEON wrap the register that the constraints below need, SVE does not.
#if HWY_ARCH_X86
#define ASSAY_REGISTER(vector) "x"((vector).raw)
#if !defined(__clang__)  // which ties no vector that is wider than the baseline's
#define ASSAY_SAME_REGISTER(vector) "+x"((vector).raw)
#endif
#elif HWY_TARGET == HWY_NEON
#define ASSAY_REGISTER(vector) "w"((vector).raw)
#define ASSAY_SAME_REGISTER(vector) "+w"((vector).raw)
#elif HWY_ARCH_ARM
#define ASSAY_REGISTER(vector) "w"(vector)
#define ASSAY_SAME_REGISTER(vector) "+w"(vector)
#endif

/// A use that costs nothing: the load before it must be done.
template <class V>
HWY_INLINE void consume(const V& vector) {
#if defined(ASSAY_REGISTER)
  asm volatile("" ::ASSAY_REGISTER(vector));
#else
  asm volatile("" ::"m"(vector));
#endif
}

/// The compiler no longer knows where the value came from: it cannot load it again for each use.
template <class V>
HWY_INLINE void keep(V& vector) {
#if defined(ASSAY_SAME_REGISTER)
  asm("" : ASSAY_SAME_REGISTER(vector));
#else
  asm volatile("" : : "r"(&vector) : "memory");
#endif
}
#undef ASSAY_REGISTER
#undef ASSAY_SAME_REGISTER

template <std::size_t kChain, class V>
HWY_INLINE V& chain(ASSAY_CHAIN_PARAMETERS) {
  // clang-format off
  if constexpr (kChain == 0) { return x0; } else if constexpr (kChain == 1) { return x1; }
  else if constexpr (kChain == 2) { return x2; } else if constexpr (kChain == 3) { return x3; }
  else if constexpr (kChain == 4) { return x4; } else if constexpr (kChain == 5) { return x5; }
  else if constexpr (kChain == 6) { return x6; } else if constexpr (kChain == 7) { return x7; }
  else if constexpr (kChain == 8) { return x8; } else if constexpr (kChain == 9) { return x9; }
  else if constexpr (kChain == 10) { return x10; } else if constexpr (kChain == 11) { return x11; }
  else if constexpr (kChain == 12) { return x12; } else if constexpr (kChain == 13) { return x13; }
  else if constexpr (kChain == 14) { return x14; } else { return x15; }
  // clang-format on
}

template <std::size_t kStep, std::size_t kEnd, class V>
HWY_INLINE void steps(const V& loaded, const V& factor, ASSAY_CHAIN_PARAMETERS) {
  if constexpr (kStep < kEnd) {
    V& x = chain<kStep % kDialChains, V>(ASSAY_CHAINS);
    x = hn::MulAdd(x, factor, loaded);
    steps<kStep + 1, kEnd, V>(loaded, factor, ASSAY_CHAINS);
  }
}

template <std::size_t kEighths, std::size_t kLoad, class Real, class V>
HWY_INLINE void block_from(const Real* from, const V& factor, ASSAY_CHAIN_PARAMETERS) {
  if constexpr (kLoad < dial_block_loads(kEighths, kDialChains)) {
    const DialLanes<Real> lanes;
    constexpr std::size_t kFirst = kEighths * kLoad / 8;
    constexpr std::size_t kEnd = kEighths * (kLoad + 1) / 8;
    V loaded = hn::Load(lanes, from + kLoad * hn::Lanes(lanes));
    if constexpr (kFirst == kEnd) {
      consume(loaded);
    } else if constexpr (kEnd - kFirst > 1) {
      keep(loaded);
    }
    steps<kFirst, kEnd, V>(loaded, factor, ASSAY_CHAINS);
    block_from<kEighths, kLoad + 1, Real, V>(from, factor, ASSAY_CHAINS);
  }
}

template <class Real, class V>
HWY_INLINE void store_chains(Real* to, ASSAY_CHAIN_PARAMETERS) {
  const DialLanes<Real> lanes;
  const std::size_t n = hn::Lanes(lanes);
  hn::Store(x0, lanes, to), hn::Store(x1, lanes, to + n), hn::Store(x2, lanes, to + 2 * n);
  hn::Store(x3, lanes, to + 3 * n), hn::Store(x4, lanes, to + 4 * n), hn::Store(x5, lanes, to + 5 * n);
  hn::Store(x6, lanes, to + 6 * n), hn::Store(x7, lanes, to + 7 * n), hn::Store(x8, lanes, to + 8 * n);
  hn::Store(x9, lanes, to + 9 * n), hn::Store(x10, lanes, to + 10 * n), hn::Store(x11, lanes, to + 11 * n);
  if constexpr (kDialChains == 16) {
    hn::Store(x12, lanes, to + 12 * n), hn::Store(x13, lanes, to + 13 * n);
    hn::Store(x14, lanes, to + 14 * n), hn::Store(x15, lanes, to + 15 * n);
  }
}

template <std::size_t kEighths, class Real>
void dial(const DialPass<Real>& pass) {
  const DialLanes<Real> lanes;
  using V = hn::Vec<DialLanes<Real>>;
  const std::size_t n = hn::Lanes(lanes);
  const std::size_t block = dial_block_loads(kEighths, kDialChains) * n;
  const V factor = hn::Set(lanes, pass.factor);
  const Real* const in = pass.state;
  V x0 = hn::Load(lanes, in), x1 = hn::Load(lanes, in + n), x2 = hn::Load(lanes, in + 2 * n);
  V x3 = hn::Load(lanes, in + 3 * n), x4 = hn::Load(lanes, in + 4 * n), x5 = hn::Load(lanes, in + 5 * n);
  V x6 = hn::Load(lanes, in + 6 * n), x7 = hn::Load(lanes, in + 7 * n), x8 = hn::Load(lanes, in + 8 * n);
  V x9 = hn::Load(lanes, in + 9 * n), x10 = hn::Load(lanes, in + 10 * n), x11 = hn::Load(lanes, in + 11 * n);
  V x12 = x0, x13 = x0, x14 = x0, x15 = x0;
  if constexpr (kDialChains == 16) {
    x12 = hn::Load(lanes, in + 12 * n), x13 = hn::Load(lanes, in + 13 * n);
    x14 = hn::Load(lanes, in + 14 * n), x15 = hn::Load(lanes, in + 15 * n);
  }
  const std::size_t elements = pass.elements;
  for (std::uint64_t done = 0; done < pass.passes; ++done) {
    const Real* from = pass.source;
    for (const Real* const end = from + elements; from != end; from += block) {
      block_from<kEighths, 0, Real, V>(from, factor, ASSAY_CHAINS);
    }
    asm volatile("" ::: "memory");  // the next pass must load again
  }
  store_chains<Real, V>(pass.state, ASSAY_CHAINS);
}

template <class Real, std::size_t... kSettings>
DialLoopSet<Real> dial_loop_set(std::index_sequence<kSettings...> /*settings*/) {
  const DialLanes<Real> lanes;
  return {DialLoop<Real>{.run = dial<dial_eighths<Real>(kSettings), Real>,
                         .shape = {.chains = kDialChains,
                                   .lanes = hn::Lanes(lanes),
                                   .block_loads = dial_block_loads(dial_eighths<Real>(kSettings), kDialChains)}}...};
}

constexpr std::make_index_sequence<kDialIntensities.size()> kDialSettings;

DialLoopSet<float> dial_loops_f32() { return dial_loop_set<float>(kDialSettings); }
DialLoopSet<double> dial_loops_f64() { return dial_loop_set<double>(kDialSettings); }

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#undef ASSAY_CHAINS
#undef ASSAY_CHAIN_PARAMETERS

#if HWY_ONCE
namespace assay {
namespace {

template <class Table>
auto entry_of(const Table& table, std::int64_t target) {
  hwy::ChosenTarget chosen;
  chosen.Update(target);
  return table[std::min(chosen.GetIndex(), std::size(table) - 1)];  // a build for one target has one entry
}

}  // namespace

HWY_EXPORT(dial_loops_f32);
HWY_EXPORT(dial_loops_f64);

DialLoop<float> find_dial_loop_f32(const DialLoopChoice& choice) {
  return entry_of(HWY_DISPATCH_TABLE(dial_loops_f32), choice.target)().at(choice.setting);
}

DialLoop<double> find_dial_loop_f64(const DialLoopChoice& choice) {
  return entry_of(HWY_DISPATCH_TABLE(dial_loops_f64), choice.target)().at(choice.setting);
}

}  // namespace assay
#endif
