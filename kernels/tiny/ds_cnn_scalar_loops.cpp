#include <algorithm>
#include <cmath>

#include "kernels/tiny/ds_cnn_loops.hpp"
#include "kernels/tiny/tiny_models.hpp"

namespace assay {
namespace {

constexpr std::size_t kChannels = DsCnnModel::kChannels;
constexpr std::size_t kColumns = DsCnnModel::kColumns;

std::int16_t quantised(std::int32_t sum, float factor) {
  return static_cast<std::int16_t>(std::nearbyint(std::clamp(static_cast<float>(sum) * factor, 0.0F, 255.0F)));
}

// Which value of the weights belongs to input k of an output.
std::size_t weight_index(const ProductsI8& /*p*/, std::size_t k, std::size_t channel) {
  return (k / 2 * kChannels + channel) * 2 + k % 2;
}
std::size_t weight_index(const ProductsF32& /*p*/, std::size_t k, std::size_t channel) {
  return k * kChannels + channel;
}

template <class Work, class Bias>
auto finished(const Work& work, Bias sum, std::size_t channel) {
  if constexpr (std::is_same_v<Bias, float>) {
    (void)work, (void)channel;
    return sum < 0.0F ? 0.0F : sum;
  } else {
    return quantised(sum, work.factors[channel]);
  }
}

template <class Value, class Weight, class Bias>
void products(const PointwiseProducts<Value, Weight, Bias>& p) noexcept {
  for (std::size_t place = 0; place < DsCnnModel::kPlaces; ++place) {
    const Value* const in = p.inputs + place * p.depth;
    Value* const out = p.outputs + place / kColumns * p.output_step + place % kColumns * kChannels;
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      Bias sum = p.biases[channel];
      for (std::size_t k = 0; k < p.depth; ++k) {
        sum += static_cast<Bias>(in[k]) * static_cast<Bias>(p.weights[weight_index(p, k, channel)]);
      }
      out[channel] = finished(p, sum, channel);
    }
  }
}

template <class Value, class Weight, class Bias>
void filters(const PlaceFilters<Value, Weight, Bias>& f) noexcept {
  for (std::size_t place = 0; place < DsCnnModel::kPlaces; ++place) {
    const Value* const in = f.inputs + (place / kColumns * (kColumns + 2) + place % kColumns) * kChannels;
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      Bias sum = f.biases[channel];
      for (std::size_t tap = 0; tap < 9; ++tap) {
        const Value value = in[(tap / 3 * (kColumns + 2) + tap % 3) * kChannels + channel];
        sum += static_cast<Bias>(value) * static_cast<Bias>(f.weights[tap * kChannels + channel]);
      }
      f.outputs[place * kChannels + channel] = finished(f, sum, channel);
    }
  }
}

}  // namespace

DsCnnLoops ds_cnn_scalar_loops() {
  return {.products_i8 = products<std::int16_t, std::int8_t, std::int32_t>,
          .filters_i8 = filters<std::int16_t, std::int8_t, std::int32_t>,
          .products_f32 = products<float, float, float>,
          .filters_f32 = filters<float, float, float>};
}

}  // namespace assay
