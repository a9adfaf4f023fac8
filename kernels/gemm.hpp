#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "kernels/array.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// C = A B, square and dense, by OpenBLAS on one thread: what real code reaches below the FMA peak. Real is float or
/// double. A sample is a matrix A; B is common to all.
///
/// OpenBLAS takes a packing buffer from its own pool in each call, guarded by a short lock of the library; it
/// allocates nothing after the first call, which prepare() makes.
template <class Real>
class Gemm : public Kernel {
 public:
  static constexpr std::size_t kLargestN = 2048;  ///< verify() takes n^3 steps in higher precision

  /// Throws std::invalid_argument unless n is in [1, kLargestN].
  explicit Gemm(std::size_t n);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {2 * n_ * n_ * n_}; }
  /// A and B read, C written.
  [[nodiscard]] Bytes traffic() const override { return {3 * sizeof(Real) * n_ * n_}; }
  [[nodiscard]] Bytes memory_per_worker() const override { return {(kSamples + 2) * sizeof(Real) * n_ * n_}; }
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  /// Standard deviation of an element of C: n products of two deviates uniform in [-1, 1).
  [[nodiscard]] double output_scale() const override;
  [[nodiscard]] OutputCheck verify() override;

 protected:
  [[nodiscard]] std::span<Real> output() { return c_.span(); }

 private:
  static constexpr std::size_t kSamples = 16;

  [[nodiscard]] double rounding_bound() const;

  std::size_t n_;
  KernelIdentity identity_;
  Array<Real> a_;  ///< kSamples matrices, row-major
  Array<Real> b_;
  Array<Real> c_;
};

extern template class Gemm<float>;
extern template class Gemm<double>;

/// row = a_row B by the definition, for references and for counting operations. B is row-major, its rows as long as
/// `row`.
template <class Real, class Element>
void reference_gemm_row(std::span<const Element> a_row, std::span<const Element> b, std::span<Real> row) {
  for (Real& element : row) {
    element = Real(0);
  }
  for (std::size_t k = 0; k < a_row.size(); ++k) {
    const Real factor(a_row[k]);
    for (std::size_t j = 0; j < row.size(); ++j) {
      row[j] = row[j] + factor * Real(b[k * row.size() + j]);
    }
  }
}

[[nodiscard]] std::unique_ptr<Kernel> make_gemm(const std::map<std::string, std::string>& parameters);

}  // namespace assay
