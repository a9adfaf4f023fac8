// The memory of a pass.
#include <algorithm>
#include <cmath>

#include "kernels/cuda/llm/card_layers.hpp"
#include "kernels/cuda/llm/packed_product.hpp"

namespace assay::cuda {
namespace {

/// Bytes of each buffer, in one place for the plan and for the memory itself.
struct BufferSizes {
  BufferSizes(const AssayLlmOptions& options, const AssayLlmShape& shape, std::uint32_t blocks_wanted) {
    const std::size_t rows = product_rows(options.most_tokens);
    const std::size_t outputs = product_rows(options.most_outputs);
    const std::size_t query = std::size_t{shape.heads} * shape.head_dim;
    const std::size_t qkv = query + 2 * std::size_t{shape.kv_heads} * shape.head_dim;
    const FormatTraits& format = format_of(options.weights);
    const std::size_t of_element = format.inputs == ActivationFormat::f8 ? 1 : 2;
    hidden = rows * shape.hidden * sizeof(float);
    input = rows * std::max({std::size_t{shape.hidden}, query, std::size_t{shape.ffn}}) * of_element;
    scales = 4 * rows * sizeof(float);
    product = rows * std::max({qkv, std::size_t{shape.hidden}, 2 * std::size_t{shape.ffn}}) * 2;
    queries = rows * query * 2;
    std::size_t most_parts = 0;
    for (std::uint32_t decodes = 1; decodes <= options.most_outputs; ++decodes) {
      const std::size_t splits = choose_splits(decodes, shape.kv_heads, blocks_wanted);
      most_parts = std::max(most_parts, decodes * splits * shape.heads);
    }
    parts = most_parts * shape.head_dim * sizeof(float);
    part_sums = most_parts * 2 * sizeof(float);
    head_input = outputs * shape.hidden * 2;
    logits = outputs * shape.vocabulary * sizeof(float);
    peers = options.tp_shard > 1 ? rows * shape.hidden * 2 : 0;
    tokens = rows * sizeof(std::uint32_t);
    chosen = outputs * sizeof(std::uint32_t);
    unpacked = format.format == MatrixFormat::int4 ? unpacked_bytes(shape) : 0;
  }
  [[nodiscard]] std::uint64_t total() const {
    return hidden + input + scales + product + 2 * queries + parts + part_sums + head_input + logits + peers + tokens +
           2 * chosen + unpacked;
  }

  std::size_t hidden, input, scales, product, queries, parts, part_sums, head_input, logits, peers, tokens, chosen,
      unpacked;
};

PassLimits limits_of(const AssayLlmOptions& options, const AssayLlmShape& shape) {
  return {.rows = options.most_tokens,
          .outputs = options.most_outputs,
          .pages = options.page_count,
          .context = shape.context,
          .vocabulary = shape.vocabulary};
}

void copy_to_card(const DeviceMemory& to, const std::vector<float>& from) {
  ASSAY_CUDA(cudaMemcpy(to.data(), from.data(), to.bytes(), cudaMemcpyHostToDevice));
}

}  // namespace

// Source: Su et al., "RoFormer", 2021, in the order of Llama's published weights: element i turns with i + dim / 2.
RotationTables rotation_tables(const AssayLlmShape& shape) {
  const std::size_t pairs = shape.head_dim / 2;
  RotationTables tables{std::vector<float>(shape.context * pairs), std::vector<float>(shape.context * pairs)};
  for (std::size_t i = 0; i < pairs; ++i) {
    const double frequency =
        std::pow(shape.rope_theta, -2.0 * static_cast<double>(i) / static_cast<double>(shape.head_dim));
    for (std::size_t position = 0; position < shape.context; ++position) {
      const double angle = static_cast<double>(position) * frequency;
      tables.cosines[position * pairs + i] = static_cast<float>(std::cos(angle));
      tables.sines[position * pairs + i] = static_cast<float>(std::sin(angle));
    }
  }
  return tables;
}

std::uint64_t PassBuffers::bytes(const AssayLlmOptions& options, const AssayLlmShape& shape,
                                 std::uint32_t blocks_wanted) {
  return BufferSizes(options, shape, blocks_wanted).total() + PassLayout(limits_of(options, shape)).bytes +
         ProductLibrary::kWorkspaceBytes;
}

PassBuffers::PassBuffers(const AssayLlmOptions& options, const AssayLlmShape& shape, const PassLayout& layout,
                         std::uint32_t blocks_wanted) {
  const BufferSizes sizes(options, shape, blocks_wanted);
  step = DeviceMemory(layout.bytes);
  hidden = DeviceMemory(sizes.hidden);
  input = DeviceMemory(sizes.input);
  scales = DeviceMemory(sizes.scales);
  product = DeviceMemory(sizes.product);
  queries = DeviceMemory(sizes.queries);
  attended = DeviceMemory(sizes.queries);
  parts = DeviceMemory(sizes.parts);
  part_sums = DeviceMemory(sizes.part_sums);
  head_input = DeviceMemory(sizes.head_input);
  logits = DeviceMemory(sizes.logits);
  tokens = DeviceMemory(sizes.tokens);
  chosen = DeviceMemory(sizes.chosen);
  chosen_before = DeviceMemory(sizes.chosen);
  peers = DeviceMemory(sizes.peers);
  unpacked = DeviceMemory(sizes.unpacked);
  const std::size_t angles = std::size_t{shape.context} * shape.head_dim / 2 * sizeof(float);
  cosines = DeviceMemory(angles);
  sines = DeviceMemory(angles);
  const RotationTables tables = rotation_tables(shape);
  copy_to_card(cosines, tables.cosines);
  copy_to_card(sines, tables.sines);
  // Zeros: a page's tokens that nobody wrote have the weight 0, and 0 times NaN would be NaN.
  cache = DeviceMemory((std::size_t{options.page_count} + 1) * page_bytes(shape, options.kv));
  ASSAY_CUDA(cudaMemset(cache.data(), 0, cache.bytes()));
  ASSAY_CUDA(cudaMemset(step.data(), 0, step.bytes()));
  ASSAY_CUDA(cudaMemset(chosen.data(), 0, chosen.bytes()));
  ASSAY_CUDA(cudaMemset(chosen_before.data(), 0, chosen_before.bytes()));
  if (peers.bytes() > 0) {
    ASSAY_CUDA(cudaMemset(peers.data(), 0, peers.bytes()));
  }
  ASSAY_CUDA(cudaDeviceSynchronize());
}

// All bits set is a NaN in every format here.
void PassBuffers::poison(StreamHandle stream) const {
  for (const DeviceMemory* const of :
       {&hidden, &input, &scales, &product, &queries, &attended, &parts, &part_sums, &head_input, &logits, &unpacked}) {
    if (of->bytes() > 0) {
      ASSAY_CUDA(cudaMemsetAsync(of->data(), 0xff, of->bytes(), stream));
    }
  }
}

}  // namespace assay::cuda
