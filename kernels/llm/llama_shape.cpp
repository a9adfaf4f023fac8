#include "kernels/llm/llama_shape.hpp"

#include <algorithm>
#include <array>

namespace assay {
namespace {

constexpr std::uint64_t kInt4Group = 128;
constexpr std::uint64_t kScaleBytes = 4;
constexpr std::uint64_t kBf16Bytes = 2;

constexpr std::array<LlamaShape, 5> kShapes = {{
    {.name = "llama3-70b",
     .layers = 80,
     .hidden = 8192,
     .heads = 64,
     .kv_heads = 8,
     .head_dim = 128,
     .ffn = 28'672,
     .vocabulary = 128'256,
     .context = 8192},
    {.name = "llama3-8b",
     .layers = 32,
     .hidden = 4096,
     .heads = 32,
     .kv_heads = 8,
     .head_dim = 128,
     .ffn = 14'336,
     .vocabulary = 128'256,
     .context = 8192},
    {.name = "llama3.2-1b",
     .layers = 16,
     .hidden = 2048,
     .heads = 32,
     .kv_heads = 8,
     .head_dim = 64,
     .ffn = 8192,
     .vocabulary = 128'256,
     .context = 8192,
     .tied = true},
    {.name = "tiny",
     .layers = 12,
     .hidden = 1024,
     .heads = 16,
     .kv_heads = 4,
     .head_dim = 64,
     .ffn = 2816,
     .vocabulary = 32'768,
     .context = 4096,
     .tied = true},
    {.name = "verify",
     .layers = 2,
     .hidden = 512,
     .heads = 8,
     .kv_heads = 1,
     .head_dim = 64,
     .ffn = 1792,
     .vocabulary = 1024,
     .context = 512},
}};

}  // namespace

std::string_view name_of(WeightFormat format) {
  switch (format) {
    case WeightFormat::bf16:
      return "bf16";
    case WeightFormat::fp8:
      return "fp8";
    case WeightFormat::int8:
      return "int8";
    case WeightFormat::int4:
      return "int4";
  }
  return "";
}

std::string_view name_of(KvFormat format) {
  switch (format) {
    case KvFormat::bf16:
      return "bf16";
    case KvFormat::fp8:
      return "fp8";
    case KvFormat::int8:
      return "int8";
  }
  return "";
}

std::uint64_t bytes_of(KvFormat format) { return format == KvFormat::bf16 ? 2 : 1; }

Bytes matrix_bytes(WeightFormat format, std::uint64_t rows, std::uint64_t columns) {
  switch (format) {
    case WeightFormat::bf16:
      return {rows * columns * kBf16Bytes};
    case WeightFormat::fp8:
    case WeightFormat::int8:
      return {rows * (columns + kScaleBytes)};
    case WeightFormat::int4:
      return {rows * (columns / 2 + (columns + kInt4Group - 1) / kInt4Group * kScaleBytes)};
  }
  return {};
}

std::uint64_t LlamaShape::layer_matrix_elements() const {
  const std::uint64_t query = heads * head_dim;
  const std::uint64_t key_value = kv_heads * head_dim;
  return hidden * query * 2 + hidden * key_value * 2 + hidden * ffn * 3;
}

std::uint64_t LlamaShape::parameters() const {
  const std::uint64_t norms = layers * 2 * hidden + hidden;
  const std::uint64_t embedding = vocabulary * hidden;
  return layers * layer_matrix_elements() + norms + embedding * (tied ? 1 : 2);
}

Flops LlamaShape::layers_work() const { return {2 * layers * layer_matrix_elements()}; }

Flops LlamaShape::head_work() const { return {2 * vocabulary * hidden}; }

Flops LlamaShape::attention_work(std::uint64_t context_tokens) const {
  return {4 * heads * head_dim * layers * context_tokens};
}

Flops LlamaShape::attention_work_of_chunk(std::uint64_t before, std::uint64_t tokens) const {
  // The sum of before + 1, before + 2, ... before + tokens.
  return attention_work(before * tokens + tokens * (tokens + 1) / 2);
}

Flops LlamaShape::prompt_work(std::uint64_t tokens) const {
  return layers_work() * tokens + attention_work_of_chunk(0, tokens) + head_work();
}

Bytes LlamaShape::kv_bytes_per_token(KvFormat format) const {
  return {2 * layers * kv_heads * head_dim * bytes_of(format)};
}

Bytes LlamaShape::streamed_bytes(const DecoderFormats& formats) const {
  const std::uint64_t query = heads * head_dim;
  const std::uint64_t key_value = kv_heads * head_dim;
  const Bytes layer = matrix_bytes(formats.weights, query + 2 * key_value, hidden) +
                      matrix_bytes(formats.weights, hidden, query) + matrix_bytes(formats.weights, 2 * ffn, hidden) +
                      matrix_bytes(formats.weights, hidden, ffn);
  return layer * layers + matrix_bytes(formats.head, vocabulary, hidden);
}

Bytes LlamaShape::resident_bytes(const DecoderFormats& formats) const {
  const bool shared = tied && formats.head == WeightFormat::bf16;
  return streamed_bytes(formats) + (shared ? Bytes{0} : Bytes{vocabulary * hidden * kBf16Bytes});
}

std::span<const LlamaShape> llama_shapes() { return kShapes; }

const LlamaShape* find_llama_shape(std::string_view name) {
  const auto* found = std::ranges::find(kShapes, name, &LlamaShape::name);
  return found == kShapes.end() ? nullptr : found;
}

}  // namespace assay
