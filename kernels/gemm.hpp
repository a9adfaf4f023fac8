#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "kernels/array.hpp"
#include "kernels/gemm_library.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// C = A B, square and dense, on one thread: what real code reaches below the FMA peak. Element is that of A: float,
/// double, BFloat16, std::uint8_t (B of signed bytes) or std::int8_t. A sample is a matrix A; B is common to all.
///
/// The product is a library's. What it does inside a run is its own: OpenBLAS and BLIS take packing buffers from a pool
/// behind a short lock, oneDNN asks the C library for its buffers in each call. Our own code and the blocks for LIBXSMM
/// use memory that prepare() took.
template <class Element>
class Gemm : public Kernel {
 public:
  static constexpr std::size_t kLargestN = 2048;  ///< verify() takes n^3 steps in higher precision

  /// library: of gemm_libraries(), or "auto" for the fastest one, see choose_gemm_library(). Throws
  /// std::invalid_argument unless n is in [1, kLargestN], and with the reason if the library cannot do it here.
  explicit Gemm(std::size_t n, std::string_view library = "auto");

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {2 * n_ * n_ * n_}; }
  [[nodiscard]] WorkUnit work_unit() const override {
    return std::is_integral_v<Element> ? WorkUnit::integer_operation : WorkUnit::flop;
  }
  /// A and B read, C written.
  [[nodiscard]] Bytes traffic() const override { return {(sizeof(Element) + sizeof(B) + sizeof(C)) * n_ * n_}; }
  [[nodiscard]] Bytes bus_traffic() const override { return traffic() + Bytes{sizeof(C) * n_ * n_}; }
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  /// Standard deviation of an element of C: n products of two deviates, each uniform in its range.
  [[nodiscard]] double output_scale() const override;
  [[nodiscard]] OutputCheck verify() override;

 protected:
  using B = typename GemmElements<Element>::B;
  using C = typename GemmElements<Element>::C;

  [[nodiscard]] std::span<C> output() { return c_.span(); }

 private:
  static constexpr std::size_t kSamples = 16;

  [[nodiscard]] double rounding_bound() const;

  std::size_t n_;
  const GemmLibrary* library_ = nullptr;
  KernelIdentity identity_;
  std::unique_ptr<GemmRoutine> routine_;
  Array<Element> a_;  ///< kSamples matrices, row-major
  Array<B> b_;
  Array<C> c_;
};

extern template class Gemm<float>;
extern template class Gemm<double>;
extern template class Gemm<BFloat16>;
extern template class Gemm<std::uint8_t>;
extern template class Gemm<std::int8_t>;

/// An element as a number that every wider type can be made of.
template <class Element>
auto gemm_number(Element element) {
  if constexpr (std::is_same_v<Element, BFloat16>) {
    return static_cast<float>(element);
  } else {
    return element;
  }
}

/// row = a_row B by the definition, for references and for counting operations. B is row-major, its rows as long as
/// `row`.
template <class Real, class ElementA, class ElementB>
void reference_gemm_row(std::span<const ElementA> a_row, std::span<const ElementB> b, std::span<Real> row) {
  for (Real& element : row) {
    element = Real(0);
  }
  for (std::size_t k = 0; k < a_row.size(); ++k) {
    const Real factor(gemm_number(a_row[k]));
    for (std::size_t j = 0; j < row.size(); ++j) {
      row[j] = row[j] + factor * Real(gemm_number(b[k * row.size() + j]));
    }
  }
}

[[nodiscard]] std::unique_ptr<Kernel> make_gemm(const std::map<std::string, std::string>& parameters);

}  // namespace assay
