#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/units.hpp"
#include "kernels/tiny/ds_cnn_network.hpp"
#include "kernels/tiny/tiny_models.hpp"

namespace assay {

/// outputs = biases + weights * inputs. weights: i8 with a scale a row, or f32; [inputs][outputs]; outputs a multiple
/// of 16.
struct TinyProduct {
  const std::int8_t* bytes = nullptr;  ///< null: `reals`
  const float* scales = nullptr;
  const float* reals = nullptr;
  const float* biases = nullptr;
  const float* inputs = nullptr;
  float* outputs = nullptr;
  std::size_t rows = 0;     ///< outputs
  std::size_t columns = 0;  ///< inputs
};

// With the widest vectors that this processor has; none allocates or throws.
void tiny_product(const TinyProduct& product) noexcept;
/// values = 1 / (1 + e^-values), at most 1e-6 off; count a multiple of 16.
void tiny_sigmoid(std::span<float> values) noexcept;
/// values = tanh(values), at most 1e-6 off; count a multiple of 16.
void tiny_tanh(std::span<float> values) noexcept;

/// The isolation network, frame by frame. The state between frames is the caller's.
class IsolationNetwork {
 public:
  static constexpr std::size_t kBands = IsolationModel::kBands;
  struct State {
    std::array<float, IsolationModel::kUnits> first{};
    std::array<float, IsolationModel::kUnits> second{};
  };

  /// i8 keeps the weights in 8 bits and widens them as it goes; f32 widens them once. Values between layers are f32.
  IsolationNetwork(const IsolationModel& model, TinyDtype dtype);

  /// `features`: logarithms of kBands powers; `gains`: kBands, in (0, 1). Allocates nothing; one thread at a time.
  void frame(std::span<const float> features, State& state, std::span<float> gains) noexcept;

  [[nodiscard]] static Flops work();  ///< multiplications, additions; a sigmoid or tanh is not counted
  [[nodiscard]] Bytes parameter_bytes() const;

 private:
  struct Layer {
    std::vector<std::int8_t> bytes;
    std::vector<float> reals;
    std::vector<float> scales;
    std::vector<float> biases;
    std::size_t inputs = 0;
  };
  void apply(std::size_t layer, const float* inputs, float* outputs) const noexcept;
  void recur(std::size_t layer, const float* inputs, std::span<float> state) noexcept;

  std::array<float, kBands> mean_{};
  std::array<float, kBands> inverse_deviation_{};
  std::array<Layer, 6> layers_;
  TinyDtype dtype_;
  std::array<float, kBands> normal_{};
  std::array<float, IsolationModel::kDense> dense_{};
  std::array<float, 3 * IsolationModel::kUnits> of_input_{};
  std::array<float, 3 * IsolationModel::kUnits> of_state_{};
};

}  // namespace assay
