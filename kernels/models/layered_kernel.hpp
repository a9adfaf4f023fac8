#pragma once

#include <cstddef>
#include <string>

#include "harness/units.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// A kernel whose run is a sequence of layers, each of which can also run alone, as it does within: with the same code
/// on the operands that the layers before it left. Of sample 0, after prepare().
class LayeredKernel {
 public:
  LayeredKernel() = default;
  LayeredKernel(const LayeredKernel&) = delete;
  LayeredKernel& operator=(const LayeredKernel&) = delete;
  virtual ~LayeredKernel() = default;

  struct LayerFigures {
    std::string name;
    Flops work;
    Bytes traffic;      ///< weights, inputs and output, each once
    Bytes bus_traffic;  ///< and the output's lines before they are overwritten
  };
  [[nodiscard]] virtual std::size_t layer_count() const = 0;
  [[nodiscard]] virtual LayerFigures layer(std::size_t index) const = 0;

  /// Computes the layers before `index`.
  virtual void run_up_to_layer(std::size_t index) noexcept = 0;
  /// Repeated, a layer that adds a shortcut adds to its own sum.
  virtual void run_layer(std::size_t index) noexcept = 0;
  /// The whole output of the layer against its reference.
  [[nodiscard]] virtual OutputCheck check_layer(std::size_t index) = 0;
};

}  // namespace assay
