#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "kernels/cuda/llm/attention_values.hpp"
#include "kernels/cuda/llm/card_fetch.hpp"
#include "kernels/cuda/llm/host_forward.hpp"
#include "kernels/cuda/llm/llm_kernels.hpp"

namespace assay::cuda {
namespace {

std::uint16_t f16_from(float value) {
  const auto half = static_cast<float16>(value);
  std::uint16_t bits = 0;
  std::memcpy(&bits, &half, sizeof bits);
  return bits;
}

struct Kind {
  CacheFormat format;
  std::uint32_t dim;
  std::uint32_t kv_heads;
  std::uint32_t group;
};

/// A cache of random keys and values, two sequences in it, and random queries.
class Sequences {
 public:
  explicit Sequences(const Kind& kind) : kind_(kind), heads_(kind.kv_heads * kind.group) {
    std::mt19937 random(kind.dim + kind.group);
    std::normal_distribution<float> normal;
    const std::size_t elements = std::size_t{kPages} * kind.kv_heads * 2 * kTokensPerPage * kind.dim;
    const bool f8 = kind.format == CacheFormat::f8;
    cache_.resize(elements * (f8 ? 1 : 2));
    for (std::size_t i = 0; i < elements; ++i) {
      const float value = normal(random);
      if (f8) {
        cache_[i] = f8_from(value);
      } else {
        reinterpret_cast<std::uint16_t*>(cache_.data())[i] = bf16_from(value);
      }
    }
    queries_.resize(std::size_t{kRows} * heads_ * kind.dim);
    for (std::uint16_t& bits : queries_) {
      bits = f8 ? f16_from(normal(random)) : bf16_from(normal(random));
    }
    attended_.assign(queries_.size(), 0xffff);
  }

  static constexpr std::uint32_t kPages = 12;
  static constexpr std::uint32_t kRows = 24;
  // Sequence 0 lies in the first 8 pages of the list, sequence 1 in the rest.
  std::vector<std::uint32_t> pages{7, 2, 11, 0, 5, 9, 1, 3, 10, 4, 8, 6};

  [[nodiscard]] CacheView view() { return {cache_.data(), kind_.format, kind_.kv_heads, kind_.dim}; }
  [[nodiscard]] std::uint32_t heads() const { return heads_; }
  [[nodiscard]] const std::uint16_t* queries() const { return queries_.data(); }
  [[nodiscard]] std::uint16_t* attended() { return attended_.data(); }

  /// What is at `row`, whose query sees `tokens` tokens from that place of the list on, against double precision.
  void expect_row(std::uint32_t row, std::uint32_t tokens, std::uint32_t offset, const std::vector<double>& found,
                  double rounding) {
    for (std::uint32_t head = 0; head < heads_; ++head) {
      std::vector<std::vector<double>> keys;
      std::vector<std::vector<double>> values;
      for (std::uint32_t t = 0; t < tokens; ++t) {
        const std::uint32_t page = pages[offset + t / kTokensPerPage];
        keys.push_back(fetch_key(view(), page, head / kind_.group, t % kTokensPerPage));
        values.push_back(fetch_value(view(), page, head / kind_.group, t % kTokensPerPage));
      }
      const std::vector<double> query =
          fetch_queries(queries() + (std::size_t{row} * heads_ + head) * kind_.dim, kind_.dim, kind_.format);
      const HostAttention expected = host_attention(query, keys, values);
      for (std::uint32_t i = 0; i < kind_.dim; ++i) {
        ASSERT_NEAR(found[head * kind_.dim + i], expected.values[i],
                    0x1p-8 * expected.weight_sums[i] + rounding * std::fabs(expected.values[i]) + 1e-6)
            << "row " << row << " head " << head << " element " << i;
      }
    }
  }
  [[nodiscard]] std::vector<double> attended_row(std::uint32_t row) {
    return fetch_output({attended_.data(), nullptr, nullptr}, row, std::size_t{heads_} * kind_.dim);
  }

 private:
  Kind kind_;
  std::uint32_t heads_;
  std::vector<std::uint8_t> cache_;
  std::vector<std::uint16_t> queries_;
  std::vector<std::uint16_t> attended_;
};

const std::vector<Kind> kKinds{{CacheFormat::bf16, 128, 2, 8}, {CacheFormat::bf16, 64, 1, 8},
                               {CacheFormat::bf16, 64, 3, 4},  {CacheFormat::bf16, 128, 1, 1},
                               {CacheFormat::f8, 128, 1, 8},   {CacheFormat::f8, 64, 2, 4}};

TEST(CudaAttention, OfAnswersIsThatOfTheirContext) {
  for (const Kind& kind : kKinds) {
    for (const std::uint32_t splits : {1U, 3U}) {
      SCOPED_TRACE(::testing::Message() << "dim " << kind.dim << " group " << kind.group << " splits " << splits);
      Sequences of(kind);
      // Rows 0, 2 and 1; the last entry pads.
      const std::vector<DecodeEntry> decodes{{0, 100, 0, 0}, {2, 1, 8, 0}, {1, 64, 8, 0}, {0, 0, 0, 0}};
      std::vector<StepRow> rows(3);
      for (std::uint32_t d = 0; d < 3; ++d) {
        rows[decodes[d].row].decode = d;
        rows[decodes[d].row].position = decodes[d].tokens - 1;
      }
      const std::size_t parts = decodes.size() * kind.kv_heads * splits * kind.group;
      std::vector<float> values(parts * kind.dim, NAN);
      std::vector<float> sums(parts * 2, NAN);
      const SplitParts split_parts{values.data(), sums.data(), splits};
      launch_decode_attention(nullptr,
                              {decodes.data(), of.pages.data(), of.queries(), of.view(), split_parts, 4, of.heads()});
      std::vector<std::uint16_t> input(3 * std::size_t{of.heads()} * kind.dim, 0xffff);
      launch_finish_attention(nullptr, {.rows = rows.data(),
                                        .parts = split_parts,
                                        .attended = of.attended(),
                                        .input = {input.data(), nullptr, ActivationFormat::bf16},
                                        .row_count = 3,
                                        .heads = of.heads(),
                                        .kv_heads = kind.kv_heads,
                                        .dim = kind.dim});
      for (std::size_t d = 0; d < 3; ++d) {
        const auto found =
            fetch_output({input.data(), nullptr, nullptr}, decodes[d].row, std::size_t{of.heads()} * kind.dim);
        of.expect_row(decodes[d].row, decodes[d].tokens, decodes[d].page_offset, found, 0x1p-8);
      }
    }
  }
}

TEST(CudaAttention, OfPromptsIsCausal) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(::testing::Message() << "dim " << kind.dim << " group " << kind.group);
    Sequences of(kind);
    // A prompt that begins, of 19 tokens in two tiles, and one that goes on at token 37 with 5; the third tile pads.
    const std::vector<PromptTile> tiles{{0, 16, 0, 0}, {16, 3, 16, 0}, {0, 0, 0, 0}, {19, 5, 37, 8}};
    launch_prompt_attention(nullptr,
                            {tiles.data(), of.pages.data(), of.queries(), of.view(), of.attended(), 4, of.heads()});
    for (const std::uint32_t row : {0U, 1U, 15U, 16U, 18U}) {
      of.expect_row(row, row + 1, 0, of.attended_row(row), 0x1p-8);
    }
    for (const std::uint32_t row : {19U, 21U, 23U}) {
      of.expect_row(row, 37 + row - 19 + 1, 8, of.attended_row(row), 0x1p-8);
    }
  }
}

TEST(CudaAttention, WithoutMatrixInstructionsIsTheSame) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(::testing::Message() << "dim " << kind.dim << " group " << kind.group);
    Sequences of(kind);
    std::vector<StepRow> rows(2);
    rows[0] = {0, 99, 0, kNoIndex};
    rows[1] = {0, 0, 8, kNoIndex};
    launch_plain_attention(nullptr,
                           {rows.data(), of.pages.data(), of.queries(), of.view(), of.attended(), 2, of.heads()});
    of.expect_row(0, 100, 0, of.attended_row(0), 0x1p-8);
    of.expect_row(1, 1, 8, of.attended_row(1), 0x1p-8);
  }
}

TEST(CudaAttention, RowsAreQuantisedToTheLargestOfE4m3) {
  const Kind kind{CacheFormat::bf16, 64, 1, 8};
  Sequences of(kind);
  std::vector<StepRow> rows(1);
  std::vector<std::uint8_t> input(512);
  float scale = NAN;
  for (std::size_t i = 0; i < 512; ++i) {
    of.attended()[i] = bf16_from(static_cast<float>(i) - 200.0F);
  }
  launch_finish_attention(nullptr, {.rows = rows.data(),
                                    .parts = {},
                                    .attended = of.attended(),
                                    .input = {input.data(), &scale, ActivationFormat::f8},
                                    .row_count = 1,
                                    .heads = 8,
                                    .kv_heads = 1,
                                    .dim = 64});
  const double largest = static_cast<double>(bf16_value(bf16_from(311.0F)));
  EXPECT_NEAR(static_cast<double>(scale), largest / 448.0, 1e-6);
  for (std::size_t i = 0; i < 512; ++i) {
    const auto value = static_cast<double>(bf16_value(of.attended()[i]));
    EXPECT_NEAR(static_cast<double>(f8_value(input[i]) * scale), value, std::fabs(value) / 16 + 0.01);
  }
}

}  // namespace
}  // namespace assay::cuda
