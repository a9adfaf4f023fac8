#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/layernorm_loop.hpp"
#include "kernels/row_kernel.hpp"

namespace assay {

/// Layer normalisation of each row of a matrix of floats. Inputs are uniform in [-1, 1), gains in [0.5, 1.5).
class LayerNorm : public RowKernel {
 public:
  /// Throws as RowKernel does.
  explicit LayerNorm(Shape shape) : RowKernel("layernorm", shape, 1.0) {}

  /// A square root and a division count as one operation each, whatever they are made of.
  [[nodiscard]] Flops work() const override { return {shape().rows * layer_norm_operations(shape().columns)}; }
  /// The matrix read and written; gain and shift once.
  [[nodiscard]] Bytes traffic() const override { return RowKernel::traffic() + parameters_size(); }
  [[nodiscard]] Bytes bus_traffic() const override { return RowKernel::bus_traffic() + parameters_size(); }
  [[nodiscard]] Bytes memory_per_worker() const override { return RowKernel::memory_per_worker() + parameters_size(); }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] double tolerance() const override;

 protected:
  [[nodiscard]] std::vector<double> reference_row(std::span<const float> x) const override;

 private:
  [[nodiscard]] Bytes parameters_size() const { return {2 * shape().columns * sizeof(float)}; }

  Array<float> gain_;
  Array<float> shift_;
};

[[nodiscard]] std::unique_ptr<Kernel> make_layernorm(const std::map<std::string, std::string>& parameters);

}  // namespace assay
