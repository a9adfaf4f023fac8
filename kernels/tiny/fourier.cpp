#include "kernels/tiny/fourier.hpp"

#include <bit>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <utility>

namespace assay {

Fourier::Fourier(std::size_t size) {
  constexpr std::size_t kLargest = 1 << 20;
  if (size < 2 || size > kLargest || !std::has_single_bit(size)) {
    throw std::invalid_argument("Fourier: the size is a power of two from 2 to 2^20");
  }
  reversed_.resize(size);
  for (std::size_t i = 1; i < size; ++i) {
    reversed_[i] = reversed_[i / 2] / 2 + (i % 2) * size / 2;
  }
  for (std::size_t half = 1; half < size; half *= 2) {
    for (std::size_t k = 0; k < half; ++k) {
      const double angle = -std::numbers::pi * static_cast<double>(k) / static_cast<double>(half);
      roots_.emplace_back(static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle)));
    }
  }
}

// The products are written out: operator* of std::complex also looks for infinities.
template <bool Inverse>
void Fourier::transform(std::span<std::complex<float>> values) const noexcept {
  const std::size_t n = size();
  for (std::size_t i = 0; i < n; ++i) {
    if (i < reversed_[i]) {
      std::swap(values[i], values[reversed_[i]]);
    }
  }
  const std::complex<float>* roots = roots_.data();
  for (std::size_t half = 1; half < n; roots += half, half *= 2) {
    for (std::size_t start = 0; start < n; start += 2 * half) {
      std::complex<float>* const low = values.data() + start;
      std::complex<float>* const high = low + half;
      for (std::size_t k = 0; k < half; ++k) {
        const float real = roots[k].real();
        const float imaginary = Inverse ? -roots[k].imag() : roots[k].imag();
        const std::complex<float> turned{high[k].real() * real - high[k].imag() * imaginary,
                                         high[k].real() * imaginary + high[k].imag() * real};
        high[k] = low[k] - turned;
        low[k] += turned;
      }
    }
  }
}

void Fourier::forward(std::span<std::complex<float>> values) const noexcept { transform<false>(values); }
void Fourier::inverse(std::span<std::complex<float>> values) const noexcept { transform<true>(values); }

}  // namespace assay
