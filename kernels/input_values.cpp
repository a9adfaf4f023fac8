#include "kernels/input_values.hpp"

#include <cmath>
#include <cstddef>
#include <type_traits>

#include "harness/random_bits.hpp"

namespace assay {
namespace {

template <class T>
void fill(std::span<T> values, InputStream stream, UniformRange range) {
  const std::uint64_t start = split_mix(stream.seed) ^ split_mix(~stream.stream);
  const double width = range.highest - range.lowest;
  T* const out = values.data();
  const std::size_t count = values.size();
  for (std::size_t i = 0; i < count; ++i) {
    // 24 bits, so that a value in [-1, 1) is exact in float and means the same number in every element type.
    const auto bits = static_cast<std::int64_t>(split_mix(start + i) >> 40);
    const double unit = static_cast<double>(bits) * 0x1.0p-24;
    if constexpr (std::is_integral_v<T>) {
      out[i] = static_cast<T>(std::floor(range.lowest + width * unit));
    } else {
      out[i] = static_cast<T>(range.lowest + width * unit);
    }
  }
}

}  // namespace

void fill_uniform(std::span<float> values, InputStream stream, UniformRange range) { fill(values, stream, range); }
void fill_uniform(std::span<double> values, InputStream stream, UniformRange range) { fill(values, stream, range); }
void fill_uniform(std::span<BFloat16> values, InputStream stream, UniformRange range) { fill(values, stream, range); }
void fill_uniform(std::span<std::uint8_t> values, InputStream stream, UniformRange range) {
  fill(values, stream, range);
}
void fill_uniform(std::span<std::int8_t> values, InputStream stream, UniformRange range) {
  fill(values, stream, range);
}

}  // namespace assay
