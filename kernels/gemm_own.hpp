#pragma once

#include <cstddef>

#include "kernels/gemm_library.hpp"

namespace assay {

/// What our own product multiplies in: the elements are converted when they are copied into panels. Products of bytes
/// are whole numbers, and float adds them exactly while the sum stays below 2^24.
template <class Element>
struct GemmArithmetic {
  using Real = float;
};
template <>
struct GemmArithmetic<double> {
  using Real = double;
};

/// One product by our own code. The panels are workspace of the calling thread.
template <class Element>
struct OwnProduct {
  using Real = typename GemmArithmetic<Element>::Real;
  std::size_t n = 0;
  const Element* a = nullptr;
  const typename GemmElements<Element>::B* b = nullptr;
  typename GemmElements<Element>::C* c = nullptr;
  Real* panel_a = nullptr;  ///< kOwnPanelA elements
  Real* panel_b = nullptr;  ///< own_panel_b(n) elements
};

inline constexpr std::size_t kOwnDepth = 256;  ///< k steps between two visits of an element of C
inline constexpr std::size_t kOwnRows = 96;    ///< of A in one panel: 96 KiB of float, 192 KiB of double, for the L2
inline constexpr std::size_t kOwnPanelA = kOwnRows * kOwnDepth;
/// The columns are rounded up to two vectors, of up to 2048 bits.
constexpr std::size_t own_panel_b(std::size_t n) { return kOwnDepth * (n + 128); }
static_assert(kOwnDepth * 255 * 128 < (1U << 24), "a sum of byte products must be exact in float");

/// c = a b, blocked for the caches in the way of Goto and van de Geijn, ACM TOMS 34(3), 2008. Allocates nothing.
void own_product(const OwnProduct<float>& product) noexcept;
void own_product(const OwnProduct<double>& product) noexcept;
void own_product(const OwnProduct<BFloat16>& product) noexcept;
void own_product(const OwnProduct<std::uint8_t>& product) noexcept;
void own_product(const OwnProduct<std::int8_t>& product) noexcept;

}  // namespace assay
