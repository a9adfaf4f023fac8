#include "kernels/gemm_batch_loop.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm_batch_loop.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Tiles as in gemm_own_loop.cpp, 6 or 4 rows by two vectors or one.
template <int kRows, int kVectors, class D, class Real = hn::TFromD<D>>
HWY_INLINE void multiply_tile(D lanes, const Real* HWY_RESTRICT a, const Real* HWY_RESTRICT b, Real* HWY_RESTRICT c,
                              std::size_t n) {
  const std::size_t right_of = hn::Lanes(lanes);
  auto l0 = hn::Zero(lanes), l1 = l0, l2 = l0, l3 = l0, l4 = l0, l5 = l0;
  auto r0 = l0, r1 = l0, r2 = l0, r3 = l0, r4 = l0, r5 = l0;
  for (std::size_t k = 0; k < n; ++k, ++a, b += n) {
    const auto left = hn::LoadU(lanes, b);
    auto right = left;
    if constexpr (kVectors == 2) {
      right = hn::LoadU(lanes, b + right_of);
    }
    const auto row = [&](auto& l, [[maybe_unused]] auto& r, const Real* element) HWY_ATTR {
      const auto x = hn::Set(lanes, *element);
      l = hn::MulAdd(x, left, l);
      if constexpr (kVectors == 2) {
        r = hn::MulAdd(x, right, r);
      }
    };
    row(l0, r0, a), row(l1, r1, a + n), row(l2, r2, a + 2 * n), row(l3, r3, a + 3 * n);
    if constexpr (kRows == 6) {
      row(l4, r4, a + 4 * n), row(l5, r5, a + 5 * n);
    }
  }
  const auto store = [&](auto l, auto r, Real* to) HWY_ATTR {
    hn::StoreU(l, lanes, to);
    if constexpr (kVectors == 2) {
      hn::StoreU(r, lanes, to + right_of);
    } else {
      (void)r;
    }
  };
  store(l0, r0, c), store(l1, r1, c + n), store(l2, r2, c + 2 * n), store(l3, r3, c + 3 * n);
  if constexpr (kRows == 6) {
    store(l4, r4, c + 4 * n), store(l5, r5, c + 5 * n);
  }
}

// Multiples of eight rows are cut into sixes and fours only.
template <int kVectors, class D, class Real = hn::TFromD<D>>
HWY_INLINE void multiply_columns(D lanes, const Real* a, const Real* b, Real* c, std::size_t n) {
  for (std::size_t row = 0; row < n;) {
    const std::size_t rest = n - row;
    if (rest >= 6 && rest != 8) {
      multiply_tile<6, kVectors>(lanes, a + row * n, b, c + row * n, n);
      row += 6;
    } else {
      multiply_tile<4, kVectors>(lanes, a + row * n, b, c + row * n, n);
      row += 4;
    }
  }
}

template <class D, class Real = hn::TFromD<D>>
HWY_INLINE void multiply_all(D lanes, const GemmBatchProduct<Real>& p) {
  const std::size_t width = hn::Lanes(lanes);
  for (std::size_t i = 0; i < p.count; ++i) {
    const std::size_t at = i * p.n * p.n;
    std::size_t column = 0;
    for (; column + 2 * width <= p.n; column += 2 * width) {
      multiply_columns<2>(lanes, p.a + at, p.b + at + column, p.c + at + column, p.n);
    }
    if (column < p.n) {
      multiply_columns<1>(lanes, p.a + at, p.b + at + column, p.c + at + column, p.n);
    }
  }
}

template <class Real>
HWY_INLINE void multiply(const GemmBatchProduct<Real>& p) {
  const hn::ScalableTag<Real> widest;
  if (p.n % hn::Lanes(widest) == 0) {
    multiply_all(widest, p);
  } else {
    multiply_all(hn::CappedTag<Real, kBatchStep>(), p);
  }
}

void multiply_f32(const GemmBatchProduct<float>& p) { multiply(p); }
void multiply_f64(const GemmBatchProduct<double>& p) { multiply(p); }

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(multiply_f32);
HWY_EXPORT(multiply_f64);

void gemm_batch(const GemmBatchProduct<float>& product) noexcept { HWY_DYNAMIC_DISPATCH(multiply_f32)(product); }
void gemm_batch(const GemmBatchProduct<double>& product) noexcept { HWY_DYNAMIC_DISPATCH(multiply_f64)(product); }

}  // namespace assay
#endif
