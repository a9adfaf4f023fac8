#include "kernels/cuda/llm/step_layout.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "kernels/cuda/llm/llm_kernels.hpp"

namespace assay::cuda {
namespace {

constexpr std::array<std::uint32_t, 15> kDecodeBuckets{1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512};
constexpr std::array<std::uint32_t, 6> kMixedRows{64, 128, 256, 512, 1024, 2048};
constexpr std::array<std::uint32_t, 4> kMixedDecodes{0, 8, 64, 512};
constexpr std::uint32_t kPromptsOfBucket = 16;

std::vector<std::uint32_t> up_to(std::span<const std::uint32_t> buckets, std::uint32_t most) {
  std::vector<std::uint32_t> result;
  for (const std::uint32_t bucket : buckets) {
    if (bucket < most) {
      result.push_back(bucket);
    }
  }
  result.push_back(most);
  return result;
}

std::uint32_t pages_of(std::uint32_t tokens) { return (tokens + ASSAY_LLM_PAGE_TOKENS - 1) / ASSAY_LLM_PAGE_TOKENS; }

}  // namespace

std::vector<std::uint32_t> decode_buckets(std::uint32_t most) { return up_to(kDecodeBuckets, most); }
std::vector<std::uint32_t> mixed_row_buckets(std::uint32_t most) { return up_to(kMixedRows, most); }
std::vector<std::uint32_t> mixed_decode_buckets(std::uint32_t most) { return up_to(kMixedDecodes, most); }
std::uint32_t tiles_of_bucket(std::uint32_t rows) { return (rows + kTileRows - 1) / kTileRows + kPromptsOfBucket; }

std::uint32_t bucket_of(std::span<const std::uint32_t> buckets, std::uint32_t count) {
  const auto found = std::ranges::lower_bound(buckets, count);
  return found == buckets.end() ? count : *found;
}

std::uint32_t choose_splits(std::uint32_t decodes, std::uint32_t kv_heads, std::uint32_t blocks_wanted) {
  const std::uint32_t blocks = std::max(decodes * kv_heads, 1U);
  return std::clamp((blocks_wanted + blocks - 1) / blocks, 1U, kMostSplits);
}

PassLayout::PassLayout(const PassLimits& limits) {
  // Every prompt's piece may end in a tile that is not full.
  most_tiles = std::max(limits.rows / kTileRows + limits.outputs + 1, tiles_of_bucket(limits.rows));
  most_list = 1 + limits.outputs * pages_of(limits.context);
  std::size_t at = 0;
  const auto take = [&at](std::size_t count, std::size_t size) {
    const std::size_t begin = at;
    at += (count * size + 15) / 16 * 16;
    return begin;
  };
  rows_at = take(limits.rows, sizeof(StepRow));
  decodes_at = take(limits.outputs, sizeof(DecodeEntry));
  tiles_at = take(most_tiles, sizeof(PromptTile));
  outputs_at = take(limits.outputs, sizeof(OutputEntry));
  pages_at = take(most_list, sizeof(std::uint32_t));
  bytes = at;
}

std::string problem_of(std::span<const AssayLlmSequence> step, const PassLimits& limits) {
  if (step.empty() || step.size() > limits.outputs) {
    return std::to_string(step.size()) + " sequences; 1 to " + std::to_string(limits.outputs) + " are accepted";
  }
  for (std::size_t s = 0; s < step.size(); ++s) {
    const AssayLlmSequence& sequence = step[s];
    const std::uint64_t end = std::uint64_t{sequence.position} + sequence.token_count;
    const std::string name = "sequence " + std::to_string(s) + ": ";
    if (sequence.token_count == 0 || end > limits.context) {
      return name + "tokens " + std::to_string(sequence.position) + " to " + std::to_string(end) + " of a context of " +
             std::to_string(limits.context);
    }
    if (std::uint64_t{sequence.page_count} * ASSAY_LLM_PAGE_TOKENS < end) {
      return name + std::to_string(sequence.page_count) + " pages for " + std::to_string(end) + " tokens";
    }
    if (sequence.token_from != ASSAY_LLM_NO_INDEX && sequence.token_count != 1) {
      return name + "several tokens, the first of which is not known";
    }
    const std::span pages(sequence.pages, pages_of(static_cast<std::uint32_t>(end)));
    if (const auto page = std::ranges::max_element(pages); *page >= limits.pages) {
      return name + "page " + std::to_string(*page) + " of " + std::to_string(limits.pages);
    }
    const std::span tokens(sequence.tokens, sequence.token_from == ASSAY_LLM_NO_INDEX ? sequence.token_count : 0);
    if (const auto token = std::ranges::max_element(tokens); token != tokens.end() && *token >= limits.vocabulary) {
      return name + "token " + std::to_string(*token) + " of " + std::to_string(limits.vocabulary);
    }
  }
  return {};
}

StepPacker::StepPacker(const PassLimits& limits)
    : limits_(limits),
      layout_(limits),
      decode_buckets_(decode_buckets(limits.outputs)),
      mixed_rows_(mixed_row_buckets(limits.rows)),
      mixed_decodes_(mixed_decode_buckets(limits.outputs)) {
  outputs_.reserve(limits.outputs);
}

void StepPacker::begin(std::span<const AssayLlmSequence> step, std::span<const std::uint32_t> output_before) {
  step_ = step;
  output_before_ = output_before;
  outputs_.assign(step.size(), kNoIndex);
  next_sequence_ = next_token_ = chosen_ = 0;
}

bool StepPacker::pack(std::span<std::byte> to, PackedPass& pass) {
  if (next_sequence_ == step_.size()) {
    return false;
  }
  std::byte* const base = to.data();
  rows_ = reinterpret_cast<StepRow*>(base + layout_.rows_at);
  decodes_ = reinterpret_cast<DecodeEntry*>(base + layout_.decodes_at);
  tiles_ = reinterpret_cast<PromptTile*>(base + layout_.tiles_at);
  entries_ = reinterpret_cast<OutputEntry*>(base + layout_.outputs_at);
  pages_ = reinterpret_cast<std::uint32_t*>(base + layout_.pages_at);
  pass = {};
  pages_[0] = limits_.pages;  // where padding writes
  listed_ = 1;
  while (next_sequence_ < step_.size() && pass.rows < limits_.rows) {
    const AssayLlmSequence& sequence = step_[next_sequence_];
    const std::uint32_t count = std::min(sequence.token_count - next_token_, limits_.rows - pass.rows);
    add_piece(next_sequence_, next_token_, count, pass);
    next_token_ += count;
    if (next_token_ == sequence.token_count) {
      ++next_sequence_;
      next_token_ = 0;
    }
  }
  pad(pass);
  pass.bytes = layout_.pages_at + listed_ * sizeof(std::uint32_t);
  return true;
}

void StepPacker::add_piece(std::uint32_t sequence, std::uint32_t first, std::uint32_t count, PackedPass& pass) {
  const AssayLlmSequence& of = step_[sequence];
  const std::uint32_t position = of.position + first;
  const std::uint32_t list = listed_;
  const std::uint32_t pages = pages_of(position + count);
  std::memcpy(pages_ + list, of.pages, pages * sizeof(std::uint32_t));
  listed_ += pages;
  const bool decode = of.token_count == 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t token =
        of.token_from == ASSAY_LLM_NO_INDEX ? of.tokens[first + i] : kTokenOfStepBefore | output_before_[of.token_from];
    rows_[pass.rows + i] = {token, position + i, list, decode ? pass.decodes : kNoIndex};
  }
  if (decode) {
    decodes_[pass.decodes++] = {pass.rows, position + 1, list, 0};
  } else {
    for (std::uint32_t i = 0; i < count; i += kTileRows) {
      tiles_[pass.tiles++] = {pass.rows + i, std::min(kTileRows, count - i), position + i, list};
    }
  }
  pass.rows += count;
  if (of.wants_token != 0 && first + count == of.token_count) {
    entries_[pass.outputs++] = {pass.rows - 1, position + count, 0, 0};
    outputs_[sequence] = chosen_++;
  }
}

void StepPacker::pad(PackedPass& pass) const {
  PassShape& shape = pass.shape;
  shape.outputs = pass.outputs == 0 ? 0 : bucket_of(decode_buckets_, pass.outputs);
  if (pass.tiles == 0) {
    shape.rows = shape.decodes = bucket_of(decode_buckets_, pass.rows);
  } else {
    shape.rows = bucket_of(mixed_rows_, pass.rows);
    shape.decodes = bucket_of(mixed_decodes_, pass.decodes);
    shape.tiles = std::max(tiles_of_bucket(shape.rows), pass.tiles);
  }
  shape.bucketed = pass.tiles <= tiles_of_bucket(shape.rows);
  std::fill(rows_ + pass.rows, rows_ + shape.rows, StepRow{});
  std::fill(decodes_ + pass.decodes, decodes_ + shape.decodes, DecodeEntry{});
  std::fill(tiles_ + pass.tiles, tiles_ + shape.tiles, PromptTile{});
  std::fill(entries_ + pass.outputs, entries_ + shape.outputs, OutputEntry{});
}

}  // namespace assay::cuda
