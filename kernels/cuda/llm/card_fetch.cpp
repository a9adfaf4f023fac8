#include "kernels/cuda/llm/card_fetch.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/cuda/llm/attention_values.hpp"

namespace assay::cuda {
namespace {

std::vector<double> of_bf16(const std::vector<std::uint16_t>& bits) {
  std::vector<double> values(bits.size());
  std::ranges::transform(bits, values.begin(), [](std::uint16_t b) { return static_cast<double>(bf16_value(b)); });
  return values;
}

// The 16 tokens and all elements of one page's keys (plane 0) or values (plane 1).
std::vector<double> fetch_plane(const CacheView& cache, std::uint32_t page, std::uint32_t kv_head, std::size_t plane) {
  const std::size_t count = std::size_t{kTokensPerPage} * cache.dim;
  const std::size_t first = ((std::size_t{page} * cache.kv_heads + kv_head) * 2 + plane) * count;
  if (cache.format == CacheFormat::bf16) {
    return of_bf16(fetch(static_cast<const std::uint16_t*>(cache.layer) + first, count));
  }
  const auto bits = fetch(static_cast<const std::uint8_t*>(cache.layer) + first, count);
  std::vector<double> values(count);
  std::ranges::transform(bits, values.begin(), [](std::uint8_t b) { return static_cast<double>(f8_value(b)); });
  return values;
}

}  // namespace

double f16_value(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
  if (exponent == 31) {
    return fraction != 0 ? std::nan("") : sign * HUGE_VAL;
  }
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25));
}

std::vector<double> fetch_input(const ProductInputRows& input, std::size_t row, std::size_t columns) {
  if (input.format == ActivationFormat::bf16) {
    return of_bf16(fetch(static_cast<const std::uint16_t*>(input.values) + row * columns, columns));
  }
  const auto scale = static_cast<double>(fetch(input.scales + row, 1)[0]);
  const auto bits = fetch(static_cast<const std::uint8_t*>(input.values) + row * columns, columns);
  std::vector<double> values(columns);
  std::ranges::transform(bits, values.begin(),
                         [&](std::uint8_t b) { return static_cast<double>(f8_value(b)) * scale; });
  return values;
}

std::vector<double> fetch_output(const ProductOutput& output, std::size_t row, std::size_t columns) {
  std::vector<double> values = of_bf16(fetch(output.values + row * columns, columns));
  if (output.channel_scales != nullptr) {
    const auto token = static_cast<double>(fetch(output.token_scales + row, 1)[0]);
    const std::vector<float> channels = fetch(output.channel_scales, columns);
    std::ranges::transform(values, channels, values.begin(),
                           [&](double v, float scale) { return v * static_cast<double>(scale) * token; });
  }
  return values;
}

std::vector<double> fetch_queries(const std::uint16_t* from, std::size_t count, CacheFormat format) {
  const auto bits = fetch(from, count);
  if (format == CacheFormat::bf16) {
    return of_bf16(bits);
  }
  std::vector<double> values(count);
  std::ranges::transform(bits, values.begin(), f16_value);
  return values;
}

std::vector<double> fetch_key(const CacheView& cache, std::uint32_t page, std::uint32_t kv_head, std::uint32_t slot) {
  const std::vector<double> plane = fetch_plane(cache, page, kv_head, 0);
  const auto begin = plane.begin() + static_cast<std::ptrdiff_t>(std::size_t{slot} * cache.dim);
  return {begin, begin + cache.dim};
}

std::vector<double> fetch_value(const CacheView& cache, std::uint32_t page, std::uint32_t kv_head, std::uint32_t slot) {
  const std::vector<double> plane = fetch_plane(cache, page, kv_head, 1);
  std::vector<double> value(cache.dim);
  for (std::size_t i = 0; i < value.size(); ++i) {
    value[i] = plane[i * kTokensPerPage + slot];
  }
  return value;
}

}  // namespace assay::cuda
