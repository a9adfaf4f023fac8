#include "kernels/triad_loop.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/triad_loop.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void triad_regular(const TriadArrays& arrays, double scalar) {
  const hn::ScalableTag<double> lanes;
  const auto s = hn::Set(lanes, scalar);
  for (std::size_t i = 0; i < arrays.elements; i += hn::Lanes(lanes)) {
    hn::Store(hn::MulAdd(s, hn::Load(lanes, arrays.c + i), hn::Load(lanes, arrays.b + i)), lanes, arrays.a + i);
  }
}

void triad_streaming(const TriadArrays& arrays, double scalar) {
  const hn::ScalableTag<double> lanes;
  const auto s = hn::Set(lanes, scalar);
  for (std::size_t i = 0; i < arrays.elements; i += hn::Lanes(lanes)) {
    hn::Stream(hn::MulAdd(s, hn::Load(lanes, arrays.c + i), hn::Load(lanes, arrays.b + i)), lanes, arrays.a + i);
  }
  hwy::FlushStream();  // the pass is over when its stores have left the write-combining buffers
}

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(triad_regular);
HWY_EXPORT(triad_streaming);

void triad(const TriadArrays& arrays, double scalar, Stores stores) noexcept {
  if (stores == Stores::Regular) {
    HWY_DYNAMIC_DISPATCH(triad_regular)(arrays, scalar);
  } else {
    HWY_DYNAMIC_DISPATCH(triad_streaming)(arrays, scalar);
  }
}

}  // namespace assay
#endif
