#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/row_kernel.hpp"

namespace assay {

/// The softmax of each row of a matrix of floats. Inputs are uniform in [-4, 4).
class Softmax : public RowKernel {
 public:
  /// Throws as RowKernel does.
  explicit Softmax(Shape shape) : RowKernel("softmax", shape, kRange) {}

  /// An exponential and a division count as one operation each, whatever they are made of; comparisons are free.
  [[nodiscard]] Flops work() const override { return {shape().rows * softmax_operations(shape().columns)}; }
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] double tolerance() const override;
  [[nodiscard]] double output_scale() const override { return 1.0 / static_cast<double>(shape().columns); }

 protected:
  [[nodiscard]] std::vector<double> reference_row(std::span<const float> x) const override;

 private:
  static constexpr double kRange = 4.0;
};

[[nodiscard]] std::unique_ptr<Kernel> make_softmax(const std::map<std::string, std::string>& parameters);

}  // namespace assay
