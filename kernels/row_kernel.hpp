#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/array.hpp"
#include "kernels/kernel.hpp"
#include "kernels/softmax_loop.hpp"

namespace assay {

/// A kernel that maps each row of a matrix of floats to a row of the same length, on its own. A sample is a matrix.
class RowKernel : public Kernel {
 public:
  static constexpr std::size_t kMostRows = 65536;
  static constexpr std::size_t kMostColumns = 16384;

  struct Shape {
    std::size_t rows = 128;
    std::size_t columns = 1024;
  };

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  /// Every element read and written.
  [[nodiscard]] Bytes traffic() const override { return {2 * matrix_size() * sizeof(float)}; }
  [[nodiscard]] Bytes bus_traffic() const override { return traffic() + Bytes{matrix_size() * sizeof(float)}; }
  [[nodiscard]] Bytes memory_per_worker() const override { return {(kSamples + 1) * matrix_size() * sizeof(float)}; }
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] OutputCheck verify() override;

 protected:
  /// Throws std::invalid_argument unless rows is in [1, kMostRows] and columns a multiple of kRowColumnStep up to
  /// kMostColumns. The inputs will be uniform in [-range, range).
  RowKernel(const char* name, Shape shape, double range);

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::size_t matrix_size() const { return shape_.rows * shape_.columns; }
  [[nodiscard]] const float* input(std::uint32_t sample) const { return inputs_.data() + sample * matrix_size(); }
  [[nodiscard]] std::span<float> output() { return output_.span(); }

  [[nodiscard]] virtual std::vector<double> reference_row(std::span<const float> x) const = 0;

 private:
  static constexpr std::size_t kSamples = 4;

  Shape shape_;
  double range_;
  KernelIdentity identity_;
  Array<float> inputs_;  ///< kSamples matrices
  Array<float> output_;
};

}  // namespace assay
