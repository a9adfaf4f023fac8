#include "kernels/models/reference_products.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/models/reference_products.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {

template <class Weight>
HWY_INLINE void add_products_of(const PlaceProducts<Weight>& place) {
  const Weight* filters = place.filters;
  double* HWY_RESTRICT const sums = place.sums;
  for (std::size_t tap = 0; tap < place.tap_count; ++tap) {
    const double* const pixel = place.taps[tap];
    if (pixel == nullptr) {
      filters += place.depth * place.channels;
      continue;
    }
    for (std::size_t k = 0; k < place.depth; ++k, filters += place.channels) {
      const double value = pixel[k];
      for (std::size_t channel = 0; channel < place.channels; ++channel) {
        sums[channel] += value * static_cast<double>(filters[channel]);
      }
    }
  }
}

void add_float_products(const PlaceProducts<float>& place) { add_products_of(place); }
void add_byte_products(const PlaceProducts<std::int8_t>& place) { add_products_of(place); }

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(add_float_products);
HWY_EXPORT(add_byte_products);

void add_place_products(const PlaceProducts<float>& place) noexcept { HWY_DYNAMIC_DISPATCH(add_float_products)(place); }
void add_place_products(const PlaceProducts<std::int8_t>& place) noexcept {
  HWY_DYNAMIC_DISPATCH(add_byte_products)(place);
}

}  // namespace assay
#endif
