#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace assay {

inline constexpr float kLayerNormEpsilon = 1e-5F;

/// y = (x - mean) / sqrt(variance + epsilon) * gain + shift of each row (Ba, Kiros and Hinton, arXiv 1607.06450,
/// equation 4). x, y: rows x columns, row-major; gain, shift: columns; 64-byte aligned; columns a multiple of 64.
/// The variance is that of the deviations from the mean, in a second pass. Allocates nothing; one thread.
struct LayerNormRows {
  const float* x = nullptr;
  const float* gain = nullptr;
  const float* shift = nullptr;
  float* y = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
};
void layer_norm(const LayerNormRows& matrix) noexcept;

/// One row, for references and for counting operations: a division and a square root are one each.
template <class Real>
std::vector<Real> reference_layer_norm(std::vector<Real> row, std::span<const float> gain,
                                       std::span<const float> shift) {
  using std::sqrt;
  const Real count(static_cast<double>(row.size()));
  Real sum(0);
  for (const Real& x : row) {
    sum = sum + x;
  }
  const Real mean = sum / count;
  Real squares(0);
  for (Real& x : row) {
    x = x - mean;
    squares = squares + x * x;
  }
  const Real inverse = Real(1) / sqrt(squares / count + Real(static_cast<double>(kLayerNormEpsilon)));
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = row[i] * inverse * Real(static_cast<double>(gain[i])) + Real(static_cast<double>(shift[i]));
  }
  return row;
}

/// Operations of reference_layer_norm() on a row: seven an element; two divisions of sums, one addition, a square root
/// and a division.
constexpr std::size_t layer_norm_operations(std::size_t columns) { return 7 * columns + 5; }

}  // namespace assay
