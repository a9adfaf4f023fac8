#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace assay {

inline constexpr std::size_t kRowColumnStep = 64;  ///< a whole vector of every instruction set, up to SVE-2048

/// e^x of each element, for x up to 0, with a relative error of at most kExpError. x below -86.5 gives e^-86.5, which
/// is 2.7e-38: where float has no more of its precision. Sizes: equal, a multiple of kRowColumnStep; 64-byte aligned.
void vector_exp(std::span<const float> x, std::span<float> y) noexcept;

/// In units of u = 2^-24. x = k ln 2 + r with |r| <= ln 2 / 2; k ln 2 is taken off in two parts, the first exact, which
/// leaves r wrong by at most 1 u (the rounding of r, and of the second part). Taylor's polynomial of degree 7 leaves
/// out at most r^8 / 8! e^r: 0.1 u. Horner's scheme rounds last where the sum is 1 + r + ..., at most 1 u, and before
/// that in terms that |r| <= 0.35 makes smaller at each step, at most 1 u together (Higham, Accuracy and Stability,
/// 2002, section 5.1).
inline constexpr double kExpError = 4 * 0x1.0p-24;

/// The softmax of each row: y = exp(x - max) / sum of these. `y` may be `x`. x, y: rows x columns, row-major, 64-byte
/// aligned; columns a multiple of kRowColumnStep. Allocates nothing; one thread.
struct SoftmaxRows {
  const float* x = nullptr;
  float* y = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
};
void softmax(const SoftmaxRows& matrix) noexcept;

/// The softmax of one row, for references and for counting operations: an exponential and a division are one each.
template <class Real>
std::vector<Real> reference_softmax(std::vector<Real> row) {
  using std::exp;
  Real largest = row.front();
  for (const Real& x : row) {
    largest = largest < x ? x : largest;
  }
  Real sum(0);
  for (Real& x : row) {
    x = exp(x - largest);
    sum = sum + x;
  }
  const Real inverse = Real(1) / sum;
  for (Real& x : row) {
    x = x * inverse;
  }
  return row;
}

/// Operations of reference_softmax() on a row: subtraction, exponential, addition and multiplication an element, and
/// one division.
constexpr std::size_t softmax_operations(std::size_t columns) { return 4 * columns + 1; }

}  // namespace assay
