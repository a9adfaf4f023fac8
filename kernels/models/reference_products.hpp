#pragma once

#include <cstddef>
#include <cstdint>

namespace assay {

/// The sums of one place of a dense convolution in double, for references of whole networks: plain loops, compiled for
/// the processor's vectors, that share nothing with those that are measured.
template <class Weight>
struct PlaceProducts {
  const double* const* taps = nullptr;  ///< the pixel under each tap; nullptr beyond the border
  std::size_t tap_count = 0;
  std::size_t depth = 0;            ///< input channels
  const Weight* filters = nullptr;  ///< taps x depth x channels
  std::size_t channels = 0;
  double* sums = nullptr;  ///< added to
};
void add_place_products(const PlaceProducts<float>& place) noexcept;
void add_place_products(const PlaceProducts<std::int8_t>& place) noexcept;

}  // namespace assay
