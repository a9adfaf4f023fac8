#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace assay {

/// The discrete Fourier transform of a power of two, in place, with tables made once. No scaling in either direction:
/// inverse(forward(x)) is size() * x. Allocates nothing after construction; one may serve many threads.
/// Source: Cooley and Tukey, Mathematics of Computation 19, 1965; radix 2, decimation in time.
class Fourier {
 public:
  /// Throws std::invalid_argument unless `size` is a power of two from 2 to 2^20.
  explicit Fourier(std::size_t size);

  [[nodiscard]] std::size_t size() const { return reversed_.size(); }
  void forward(std::span<std::complex<float>> values) const noexcept;
  void inverse(std::span<std::complex<float>> values) const noexcept;

 private:
  template <bool Inverse>
  void transform(std::span<std::complex<float>> values) const noexcept;

  std::vector<std::size_t> reversed_;
  std::vector<std::complex<float>> roots_;  ///< of unity: those of each stage one after the other
};

}  // namespace assay
