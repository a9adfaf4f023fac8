#include "kernels/gather_loops.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gather_loops.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Rows ahead whose lines are asked for. One row of 256 bytes takes a core about as long as four lines from memory;
// out-of-order execution alone sees two or three rows ahead.
inline constexpr std::size_t kRowsAhead = 8;
inline constexpr std::size_t kLineElements = 16;

using RowLanes = HWY_CAPPED(float, 16);

// kVectors vectors of every row, from element `first` on.
template <int kVectors>
HWY_INLINE void sum_columns(const GatherTable& table, std::span<const std::uint32_t> indices, std::size_t first,
                            float* out) {
  const RowLanes lanes;
  const std::size_t n = hn::Lanes(lanes);
  const float* row = table.rows + indices[0] * table.width + first;
  auto x0 = hn::Load(lanes, row), x1 = x0, x2 = x0, x3 = x0;
  if constexpr (kVectors == 4) {
    x1 = hn::Load(lanes, row + n), x2 = hn::Load(lanes, row + 2 * n), x3 = hn::Load(lanes, row + 3 * n);
  }
  for (std::size_t i = 1; i < indices.size(); ++i) {
    if (first == 0) {
      const float* const ahead = table.rows + indices[std::min(i + kRowsAhead, indices.size() - 1)] * table.width;
      for (std::size_t element = 0; element < table.width; element += kLineElements) {
        hwy::Prefetch(ahead + element);
      }
    }
    row = table.rows + indices[i] * table.width + first;
    x0 = hn::Add(x0, hn::Load(lanes, row));
    if constexpr (kVectors == 4) {
      x1 = hn::Add(x1, hn::Load(lanes, row + n));
      x2 = hn::Add(x2, hn::Load(lanes, row + 2 * n));
      x3 = hn::Add(x3, hn::Load(lanes, row + 3 * n));
    }
  }
  hn::Store(x0, lanes, out + first);
  if constexpr (kVectors == 4) {
    hn::Store(x1, lanes, out + first + n);
    hn::Store(x2, lanes, out + first + 2 * n);
    hn::Store(x3, lanes, out + first + 3 * n);
  }
}

void gather(const GatherTable& table, std::span<const std::uint32_t> indices, float* out) {
  const std::size_t n = hn::Lanes(RowLanes());
  std::size_t first = 0;
  for (; first + 4 * n <= table.width; first += 4 * n) {
    sum_columns<4>(table, indices, first, out);
  }
  for (; first < table.width; first += n) {
    sum_columns<1>(table, indices, first, out);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(gather);

void gather_sum(const GatherTable& table, std::span<const std::uint32_t> indices, float* out) noexcept {
  HWY_DYNAMIC_DISPATCH(gather)(table, indices, out);
}

}  // namespace assay
#endif
