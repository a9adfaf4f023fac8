#include "kernels/llm/decoder_weights.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>

#include "harness/random_bits.hpp"
#include "kernels/llm/philox.hpp"
#include "kernels/llm/weight_rows.hpp"

namespace assay {
namespace {

constexpr double kDeviation = 0.02;
constexpr std::size_t kLayerMatrices = 4;
constexpr std::size_t kBlockBytes = 65536;  ///< a few microseconds of memory bandwidth; fits the second-level cache
constexpr std::size_t kBlocksPerWorker = 4;
constexpr std::size_t kMostBlockRows = 128;
constexpr std::uint32_t kGainStream = 16;  ///< of the counter's `matrix`, beside those of DecoderMatrix

constexpr std::size_t index_of(DecoderMatrix which) { return static_cast<std::size_t>(which); }

std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

// A block of q, k and v is a head, so that its owner can rotate and store it.
std::size_t choose_block_rows(const WeightMatrix& matrix, const LlamaShape& shape, DecoderMatrix which,
                              std::size_t workers) {
  if (which == DecoderMatrix::qkv) {
    return shape.head_dim;
  }
  const std::size_t by_size = kBlockBytes / matrix.row_bytes();
  const std::size_t by_share = matrix.rows / (workers * kBlocksPerWorker);
  return std::clamp<std::size_t>(std::min(by_size, by_share) / 8 * 8, 8, kMostBlockRows);
}

// Of the bytes as 64-bit words (rows are whole ones): FNV-1a's step on words instead of bytes.
std::uint64_t hash_of(const std::byte* bytes, std::size_t count, std::uint64_t start) {
  std::uint64_t hash = start;
  for (std::size_t i = 0; i < count; i += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, std::min(sizeof(word), count - i));
    hash = (hash ^ word) * 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace

std::size_t WeightMatrix::row_bytes() const {
  switch (format) {
    case WeightFormat::bf16:
      return columns * sizeof(BFloat16);
    case WeightFormat::fp8:
    case WeightFormat::int8:
      return columns;
    case WeightFormat::int4:
      break;
  }
  return columns / 2;
}

std::size_t WeightMatrix::row_scales() const {
  if (format == WeightFormat::bf16) {
    return 0;
  }
  return format == WeightFormat::int4 ? columns / kWeightGroup : 1;
}

std::vector<double> WeightMatrix::dequantised_row(std::size_t row) const {
  std::vector<double> values(columns);
  const float* const scale = scales + row * row_scales();
  for (std::size_t j = 0; j < columns; ++j) {
    if (format == WeightFormat::bf16) {
      BFloat16 value;
      std::memcpy(&value, chunk(row, j / 32) + j % 32 * sizeof(value), sizeof(value));
      values[j] = static_cast<double>(static_cast<float>(value));
    } else if (format == WeightFormat::int4) {
      const std::size_t group = j / kWeightGroup;
      const std::size_t within = j % kWeightGroup;
      const auto both = static_cast<unsigned>(chunk(row, group)[within % (kWeightGroup / 2)]);
      const unsigned half = within < kWeightGroup / 2 ? both & 15U : both >> 4;
      values[j] = (static_cast<double>(half) - 8) * static_cast<double>(scale[group]);
    } else {
      values[j] = static_cast<double>(static_cast<std::int8_t>(chunk(row, j / kChunkBytes)[j % kChunkBytes])) *
                  static_cast<double>(scale[0]);
    }
  }
  return values;
}

bool DecoderWeights::shares_embedding(const LlamaShape& shape, const DecoderFormats& formats) {
  return shape.tied && formats.head == WeightFormat::bf16;
}

WeightMatrix DecoderWeights::describe(const LlamaShape& shape, const DecoderFormats& formats, DecoderMatrix which,
                                      std::size_t workers) {
  const std::size_t query = shape.heads * shape.head_dim;
  const std::array<std::pair<std::size_t, std::size_t>, 6> sizes = {{
      {query + 2 * shape.kv_heads * shape.head_dim, shape.hidden},
      {shape.hidden, query},
      {2 * shape.ffn, shape.hidden},
      {shape.hidden, shape.ffn},
      {shape.vocabulary, shape.hidden},
      {shape.vocabulary, shape.hidden},
  }};
  WeightMatrix matrix{
      .format = formats.weights, .rows = sizes[index_of(which)].first, .columns = sizes[index_of(which)].second};
  if (which == DecoderMatrix::embedding || which == DecoderMatrix::head) {
    matrix.format = which == DecoderMatrix::head ? formats.head : WeightFormat::bf16;
  }
  matrix.block_rows = choose_block_rows(matrix, shape, which, workers);
  return matrix;
}

Bytes DecoderWeights::bytes(const LlamaShape& shape, const DecoderFormats& formats, std::uint32_t held_layers) {
  Bytes sum{(2 * std::uint64_t{held_layers} + 1) * shape.hidden * sizeof(float)};
  const auto add = [&](DecoderMatrix which, std::uint64_t times) {
    const WeightMatrix matrix = describe(shape, formats, which, 1);
    sum = sum + matrix_bytes(matrix.format, matrix.rows, matrix.columns) * times;
  };
  for (const DecoderMatrix which :
       {DecoderMatrix::qkv, DecoderMatrix::o, DecoderMatrix::gate_up, DecoderMatrix::down}) {
    add(which, held_layers);
  }
  add(DecoderMatrix::head, shares_embedding(shape, formats) ? 0 : 1);
  return sum;
}

Bytes DecoderWeights::embedding_bytes(const LlamaShape& shape) {
  return matrix_bytes(WeightFormat::bf16, shape.vocabulary, shape.hidden);
}

DecoderWeights::Held DecoderWeights::make(DecoderMatrix which, std::size_t workers) const {
  Held held{.matrix = describe(options_.shape, options_.formats, which, workers), .buffer = {}};
  const std::size_t weights = aligned(held.matrix.rows * held.matrix.row_bytes());
  held.buffer = Buffer(Bytes{weights + held.matrix.rows * held.matrix.row_scales() * sizeof(float)});
  std::byte* const data = held.buffer.as<std::byte>().data();
  held.matrix.weights = data;
  held.matrix.scales = reinterpret_cast<const float*>(data + weights);
  return held;
}

double DecoderWeights::unit_of(DecoderMatrix which) const {
  const bool into_sum = which == DecoderMatrix::o || which == DecoderMatrix::down;
  const double deviation =
      into_sum ? kDeviation / std::sqrt(2.0 * static_cast<double>(options_.shape.layers)) : kDeviation;
  return deviation / kLevelDeviation;
}

/// A stage is a matrix, a block one of its blocks.
class DecoderWeights::Fill final : public StagedWork {
 public:
  Fill(DecoderWeights& weights, std::size_t workers) : weights_(weights), spaces_(workers) {
    for (std::size_t i = 0; i < weights.layers_.size(); ++i) {
      stages_.push_back({.held = &weights.layers_[i],
                         .which = static_cast<DecoderMatrix>(i % kLayerMatrices),
                         .layer = static_cast<std::uint32_t>(i / kLayerMatrices)});
    }
    stages_.push_back({.held = &weights.tables_[0], .which = DecoderMatrix::embedding});
    if (weights.tables_.size() > 1) {
      stages_.push_back({.held = &weights.tables_[1], .which = DecoderMatrix::head});
    }
    std::size_t widest = 0;
    for (const Stage& stage : stages_) {
      widest = std::max(widest, stage.held->matrix.columns);
    }
    for (Space& space : spaces_) {
      space.levels.resize(widest);
      space.row.resize(widest * sizeof(BFloat16));
    }
  }

  [[nodiscard]] std::uint32_t stage_count() const noexcept override {
    return static_cast<std::uint32_t>(stages_.size());
  }
  [[nodiscard]] std::uint32_t block_count(std::uint32_t stage) const noexcept override {
    return stages_[stage].held->matrix.blocks();
  }
  [[nodiscard]] bool may_be_stolen() const noexcept override { return false; }

  void run_block(std::uint32_t stage, std::uint32_t block, std::uint32_t worker) noexcept override {
    const Stage& of = stages_[stage];
    const WeightMatrix& matrix = of.held->matrix;
    const std::size_t end = std::min(matrix.rows, (block + std::size_t{1}) * matrix.block_rows);
    std::uint64_t sum = 0;
    for (std::size_t row = block * matrix.block_rows; row < end; ++row) {
      sum += fill_row(of, row, spaces_[worker]);
    }
    checksum_.fetch_add(sum, std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t checksum() const { return checksum_.load(); }

 private:
  struct Stage {
    Held* held = nullptr;
    DecoderMatrix which = DecoderMatrix::qkv;
    std::uint32_t layer = 0;
  };
  struct Space {
    std::vector<std::int16_t> levels;
    std::vector<std::byte> row;
  };

  // A tied head has the weights of the embedding, in its own format.
  std::uint64_t fill_row(const Stage& of, std::size_t row, Space& space) const noexcept {
    const WeightMatrix& matrix = of.held->matrix;
    const std::span<std::int16_t> levels = std::span(space.levels).first(matrix.columns);
    const bool tied = of.which == DecoderMatrix::head && weights_.options_.shape.tied;
    const auto id = static_cast<std::uint32_t>(tied ? DecoderMatrix::embedding : of.which);
    weight_levels(
        {.seed = weights_.options_.seed, .matrix = id, .layer = of.layer, .row = static_cast<std::uint32_t>(row)},
        levels);
    std::byte* const data = of.held->buffer.as<std::byte>().data();
    std::byte* const to = space.row.data();
    float* const scales =
        reinterpret_cast<float*>(data + aligned(matrix.rows * matrix.row_bytes())) + row * matrix.row_scales();
    const double unit = weights_.unit_of(of.which);
    if (matrix.format == WeightFormat::bf16) {
      bf16_weights(levels, unit, reinterpret_cast<BFloat16*>(to));
    } else if (matrix.format == WeightFormat::int4) {
      int4_weights(levels, unit, reinterpret_cast<std::uint8_t*>(to), scales);
    } else {
      scales[0] = int8_weights(levels, unit, reinterpret_cast<std::int8_t*>(to));
    }
    for (std::size_t chunk = 0; chunk < matrix.row_bytes() / kChunkBytes; ++chunk) {
      std::memcpy(data + (matrix.chunk(row, chunk) - matrix.weights), to + chunk * kChunkBytes, kChunkBytes);
    }
    const std::uint64_t name =
        split_mix(std::uint64_t{static_cast<std::uint32_t>(of.which)} << 56 | std::uint64_t{of.layer} << 32 | row);
    const std::uint64_t hash = hash_of(to, matrix.row_bytes(), name);
    return split_mix(hash_of(reinterpret_cast<const std::byte*>(scales), matrix.row_scales() * sizeof(float), hash));
  }

  DecoderWeights& weights_;
  std::vector<Stage> stages_;
  std::vector<Space> spaces_;
  std::atomic<std::uint64_t> checksum_{0};
};

DecoderWeights::DecoderWeights(const Options& options, WorkerPool& pool) : options_(options) {
  for (std::uint32_t layer = 0; layer < options.held_layers; ++layer) {
    for (const DecoderMatrix which :
         {DecoderMatrix::qkv, DecoderMatrix::o, DecoderMatrix::gate_up, DecoderMatrix::down}) {
      layers_.push_back(make(which, pool.size()));
    }
  }
  tables_.push_back(make(DecoderMatrix::embedding, pool.size()));
  if (!shares_embedding(options.shape, options.formats)) {
    tables_.push_back(make(DecoderMatrix::head, pool.size()));
  }
  Fill fill(*this, pool.size());
  pool.run(fill);
  checksum_ = fill.checksum();
  const std::size_t hidden = options.shape.hidden;
  gains_.resize((2 * std::size_t{options.held_layers} + 1) * hidden);
  std::vector<std::int16_t> levels(hidden);
  for (std::size_t norm = 0; norm < gains_.size() / hidden; ++norm) {
    weight_levels({.seed = options.seed, .matrix = kGainStream, .row = static_cast<std::uint32_t>(norm)}, levels);
    for (std::size_t i = 0; i < hidden; ++i) {
      gains_[norm * hidden + i] = static_cast<float>(1 + levels[i] * (kDeviation / kLevelDeviation));
    }
  }
  checksum_ += split_mix(hash_of(reinterpret_cast<const std::byte*>(gains_.data()), gains_.size() * sizeof(float), 0));
}

const WeightMatrix& DecoderWeights::matrix(DecoderMatrix which, std::uint32_t layer) const {
  if (which == DecoderMatrix::embedding || which == DecoderMatrix::head) {
    return which == DecoderMatrix::embedding ? tables_.front().matrix : tables_.back().matrix;
  }
  return layers_[layer % options_.held_layers * kLayerMatrices + index_of(which)].matrix;
}

std::span<const float> DecoderWeights::attention_gain(std::uint32_t layer) const {
  const std::size_t hidden = options_.shape.hidden;
  return std::span(gains_).subspan(2 * std::size_t{layer % options_.held_layers} * hidden, hidden);
}

std::span<const float> DecoderWeights::feed_forward_gain(std::uint32_t layer) const {
  const std::size_t hidden = options_.shape.hidden;
  return std::span(gains_).subspan((2 * std::size_t{layer % options_.held_layers} + 1) * hidden, hidden);
}

std::span<const float> DecoderWeights::head_gain() const { return std::span(gains_).last(options_.shape.hidden); }

BFloat16 DecoderWeights::embedding(std::uint32_t token, std::size_t element) const {
  constexpr std::size_t kElements = kChunkBytes / sizeof(BFloat16);
  return reinterpret_cast<const BFloat16*>(
      tables_.front().matrix.chunk(token, element / kElements))[element % kElements];
}

}  // namespace assay
