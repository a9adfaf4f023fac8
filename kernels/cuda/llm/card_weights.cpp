#include "kernels/cuda/llm/card_weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <span>

#include "kernels/cuda/llm/memory_plan.hpp"
#include "kernels/cuda/llm/weight_fill.hpp"

namespace assay::cuda {
namespace {

constexpr std::uint32_t kLayerMatrices = 4;

double root_of(const AssayLlmShape& shape) { return std::sqrt(2.0 * static_cast<double>(shape.layers)); }

}  // namespace

std::vector<float> gains_of_norm(std::uint64_t seed, std::uint32_t norm, std::uint32_t size) {
  std::vector<float> gains(size);
  const std::uint32_t quarter = size / 4;
  for (std::uint32_t c = 0; c < quarter; ++c) {
    const RandomWords words = weight_words({seed, kGainMatrix, 0, norm}, c);
    for (std::uint32_t j = 0; j < 4; ++j) {
      gains[j * quarter + c] = gain_of_level(level_of_word(words.at[j]));
    }
  }
  return gains;
}

namespace {

std::vector<int> levels_of_row(const WeightRow& which) {
  std::vector<int> levels(which.columns);
  const std::uint32_t quarter = which.columns / 4;
  for (std::uint32_t c = 0; c < quarter; ++c) {
    const RandomWords words =
        weight_words({which.seed, static_cast<std::uint32_t>(which.words), which.layer, which.row}, c);
    for (std::uint32_t j = 0; j < 4; ++j) {
      levels[j * quarter + c] = level_of_word(words.at[j]);
    }
  }
  return levels;
}

int largest_of(std::span<const int> levels) {
  int most = 1;
  for (const int level : levels) {
    most = std::max(most, std::abs(level));
  }
  return most;
}

}  // namespace

std::vector<double> weight_row(const WeightRow& which) {
  const std::vector<int> levels = levels_of_row(which);
  std::vector<double> values(which.columns);
  switch (which.format) {
    case MatrixFormat::bf16: {
      const auto unit = static_cast<float>(which.unit);
      std::ranges::transform(levels, values.begin(),
                             [&](int level) { return static_cast<double>(bf16_value(bf16_weight(level, unit))); });
      break;
    }
    case MatrixFormat::f8: {
      const int most = largest_of(levels);
      const auto scale = static_cast<double>(f8_weight_scale(most, which.unit));
      std::ranges::transform(levels, values.begin(),
                             [&](int level) { return static_cast<double>(f8_value(f8_weight(level, most))) * scale; });
      break;
    }
    case MatrixFormat::int4:
      for (std::size_t first = 0; first < levels.size(); first += kInt4Group) {
        const auto group = std::span(levels).subspan(first, kInt4Group);
        const int most = largest_of(group);
        const auto scale = static_cast<double>(int4_scale(most, which.unit));
        std::ranges::transform(group, values.begin() + static_cast<std::ptrdiff_t>(first),
                               [&](int level) { return (int4_weight(level, most) - 8) * scale; });
      }
      break;
  }
  return values;
}

CardWeights::CardWeights(const AssayLlmShape& shape, std::int32_t weights, std::uint32_t held_layers,
                         std::uint64_t seed, StreamHandle stream)
    : shape_(shape),
      format_(format_of(weights).format),
      held_layers_(held_layers),
      seed_(seed),
      hidden_(shape.hidden),
      gains_((2 * std::size_t{held_layers} + 1) * shape.hidden * sizeof(float)) {
  const DeviceMemory sum(sizeof(std::uint64_t));
  ASSAY_CUDA(cudaMemsetAsync(sum.data(), 0, sum.bytes(), stream));
  auto* const total = sum.as<std::uint64_t>();
  layers_.reserve(std::size_t{held_layers} * kLayerMatrices);
  for (std::uint32_t layer = 0; layer < held_layers; ++layer) {
    for (std::uint32_t which = 0; which < kLayerMatrices; ++which) {
      layers_.push_back(fill(static_cast<LlmMatrix>(which), layer, stream, total));
    }
  }
  embedding_ = fill(LlmMatrix::embedding, 0, stream, total);
  if (shape.tied == 0) {
    head_ = fill(LlmMatrix::head, 0, stream, total);
  }
  ASSAY_CUDA(cudaMemcpyAsync(&checksum_, total, sizeof checksum_, cudaMemcpyDeviceToHost, stream));
  ASSAY_CUDA(cudaStreamSynchronize(stream));
  fill_gains();
}

double CardWeights::unit_of(LlmMatrix which) const { return weight_unit(which, root_of(shape_)); }

LlmMatrix CardWeights::words_of(LlmMatrix which) const {
  return which == LlmMatrix::head && shape_.tied != 0 ? LlmMatrix::embedding : which;
}

CardMatrix CardWeights::fill(LlmMatrix which, std::uint32_t layer, StreamHandle stream, std::uint64_t* sum) const {
  const MatrixSize size = matrix_size(shape_, static_cast<std::uint32_t>(which));
  const bool table = which == LlmMatrix::embedding || which == LlmMatrix::head;
  CardMatrix matrix{.values = {},
                    .scales = {},
                    .format = table ? MatrixFormat::bf16 : format_,
                    .rows = size.rows,
                    .columns = size.columns};
  const FormatTraits& format = traits_of(matrix.format);
  matrix.values = DeviceMemory(size.rows * format.row_bytes(size.columns));
  matrix.scales = DeviceMemory(std::size_t{size.rows} * format.row_scales(size.columns) * sizeof(float));
  const FillWork work{.values = matrix.values.data(),
                      .scales = matrix.scales.as<float>(),
                      .format = matrix.format,
                      .matrix = which,
                      .words = words_of(which),
                      .seed = seed_,
                      .layer = layer,
                      .rows = size.rows,
                      .columns = size.columns,
                      .unit = unit_of(which)};
  launch_fill(stream, work);
  launch_checksum(stream, work, sum);
  return matrix;
}

void CardWeights::fill_gains() {
  std::vector<float> gains;
  gains.reserve((2 * std::size_t{held_layers_} + 1) * hidden_);
  for (std::uint32_t norm = 0; norm <= 2 * held_layers_; ++norm) {
    const std::vector<float> of_norm = gains_of_norm(seed_, norm, hidden_);
    gains.insert(gains.end(), of_norm.begin(), of_norm.end());
  }
  ASSAY_CUDA(cudaMemcpy(gains_.data(), gains.data(), gains_.bytes(), cudaMemcpyHostToDevice));
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < gains.size(); i += 2) {
    std::uint64_t word = 0;
    std::memcpy(&word, &gains[i], sizeof word);
    hash = hashed(hash, word);
  }
  checksum_ += mixed(hash);
}

const CardMatrix& CardWeights::matrix(LlmMatrix which, std::uint32_t layer) const {
  switch (which) {
    case LlmMatrix::embedding:
      return embedding_;
    case LlmMatrix::head:
      return shape_.tied != 0 ? embedding_ : head_;
    default:
      return layers_[std::size_t{layer % held_layers_} * kLayerMatrices + static_cast<std::uint32_t>(which)];
  }
}

}  // namespace assay::cuda
