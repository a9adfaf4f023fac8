#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/units.hpp"
#include "kernels/tiny/ds_cnn_loops.hpp"
#include "kernels/tiny/tiny_models.hpp"

namespace assay {

enum class TinyDtype { i8, f32 };

/// The keyword network with its weights in the order in which the loops read them. One thread at a time.
class DsCnnNetwork {
 public:
  static constexpr std::size_t kInputs = kMfccFrames * kMfccCoefficients;

  struct Settings {
    TinyDtype dtype = TinyDtype::i8;
    bool scalar = false;
  };
  DsCnnNetwork(const DsCnnModel& model, Settings settings);

  /// `features`: kInputs of Mfcc; `scores`: DsCnnModel::kClasses, the largest is the answer. Allocates nothing.
  void run(std::span<const float> features, std::span<float> scores) noexcept;

  [[nodiscard]] static Flops work();  ///< multiplications and additions; the places outside the image count, as zeros
  [[nodiscard]] Bytes parameter_bytes() const;  ///< weights, biases and factors as run() reads them

 private:
  template <class Value, class Weight, class Bias>
  struct Numbers {
    struct Layer {
      std::vector<Weight> weights;
      std::vector<Bias> biases;
      std::vector<float> factors;
    };
    std::vector<Layer> layers;
    std::vector<Value> image;     ///< 58 x 12: the features with the border of the first convolution
    std::vector<Value> gathered;  ///< 125 x 40: the inputs of each place of the first convolution
    std::vector<Value> grid;      ///< 27 x 7 x 64, the border zero
    std::vector<Value> filtered;  ///< 125 x 64
    std::vector<Value> last;      ///< 125 x 64
  };
  using NumbersI8 = Numbers<std::int16_t, std::int8_t, std::int32_t>;
  using NumbersF32 = Numbers<float, float, float>;

  template <class N>
  void prepare(N& numbers);
  template <class N>
  void convolve(N& numbers) noexcept;
  void fill_image(std::span<const float> features, NumbersI8& numbers) const noexcept;
  void fill_image(std::span<const float> features, NumbersF32& numbers) const noexcept;

  DsCnnModel model_;
  Settings settings_;
  DsCnnLoops loops_;
  NumbersI8 i8_;
  NumbersF32 f32_;
  std::vector<float> dense_;  ///< of f32
  std::array<float, DsCnnModel::kClasses> dense_factors_{};
};

/// The input q of the 8-bit network for a feature of coefficient k: the nearest whole number, in [-127, 127].
[[nodiscard]] std::int16_t quantised_feature(const DsCnnModel& model, float feature, std::size_t k) noexcept;

}  // namespace assay
