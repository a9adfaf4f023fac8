#pragma once

#include <cstddef>
#include <string>

#include "harness/unavailable.hpp"

namespace assay {

/// Code that LIBXSMM wrote for one small product: c = a b or c += a b, row-major. It is handed b first: LIBXSMM counts
/// by columns, and the transpose of a product is the product of the transposes in the other order.
template <class Real>
using XsmmKernel = void (*)(const Real* b, const Real* a, Real* c, ...);

struct XsmmShape {
  std::size_t rows, columns, depth;  ///< a: rows x depth, b: depth x columns, both without gaps
  std::size_t c_row_length;
  bool adds = false;
};

/// LIBXSMM's version and the code path that it chose for this processor; Unavailable in a build without it, and on a
/// processor that it writes no code for.
[[nodiscard]] Reading<std::string> xsmm_version();

/// Throws std::runtime_error naming the shape where LIBXSMM writes no code. Real: float or double.
template <class Real>
[[nodiscard]] XsmmKernel<Real> xsmm_kernel(const XsmmShape& shape);

}  // namespace assay
