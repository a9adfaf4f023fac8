#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

#include "kernels/cuda/llm/memory_plan.hpp"
#include "kernels/cuda/llm/step_layout.hpp"

namespace assay::cuda {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

AssayLlmOptions llama_70b() {
  return {.shape = {80, 8192, 64, 8, 128, 28'672, 128'256, 8192, 0, 500'000.0, 1e-5},
          .weights = ASSAY_LLM_F8,
          .kv = ASSAY_LLM_F8,
          .held_layers = 0,
          .tp_shard = 1,
          .page_count = 3000,
          .most_tokens = 2048,
          .most_outputs = 512,
          .graphs = 1,
          .plain_attention = 0,
          .memory_bytes = 0,
          .seed = 1,
          .temperature = 0.0F,
          .top_k = 1,
          .sampling_seed = 0};
}

constexpr MemoryThere kH100{.bytes = 84'000'000'000, .buffer_bytes = 1'500'000'000};
constexpr MemoryThere kH200{.bytes = 149'000'000'000, .buffer_bytes = 1'500'000'000};

TEST(CudaMemoryPlan, NamesWhatTheCardHolds) {
  AssayLlmOptions options = llama_70b();
  const AssayLlmPlan full = choose_memory_plan(options, kH100);
  EXPECT_EQ(full.letter, 'A');
  EXPECT_STREQ(full.label, "full");
  EXPECT_EQ(full.held_layers, 80U);
  // 68.45e9 bytes of layers, 2.10e9 each of embedding and head.
  EXPECT_NEAR(static_cast<double>(full.weight_bytes), 72.65e9, 0.05e9);
  EXPECT_EQ(page_bytes(options.shape, ASSAY_LLM_F8), 16 * 163'840U);
  EXPECT_EQ(page_bytes(options.shape, ASSAY_LLM_BF16), 16 * 327'680U);
  options.weights = ASSAY_LLM_BF16;
  options.page_count = 256;
  EXPECT_EQ(choose_memory_plan(options, kH200).letter, 'B');
  const AssayLlmPlan aliased = choose_memory_plan(options, kH100);
  EXPECT_EQ(aliased.letter, 'E');
  EXPECT_GE(aliased.held_layers, 8U);
  EXPECT_LT(aliased.held_layers, 80U);
  EXPECT_THAT(aliased.label, HasSubstr("weights aliased x(80/"));
}

// 68.45e9 weights of 4.25 bits are 36.36e9 bytes; norms, both tables of 2.10e9 and the rotation beside them.
TEST(CudaMemoryPlan, W4A16IsPlanCWithItsOwnLabel) {
  AssayLlmOptions options = llama_70b();
  options.weights = ASSAY_LLM_INT4;
  options.page_count = 14'000;  // 224,000 tokens of 163,840 bytes
  const AssayLlmPlan full = choose_memory_plan(options, kH100);
  EXPECT_EQ(full.letter, 'C');
  EXPECT_STREQ(full.label, "full, W4A16");
  EXPECT_EQ(layer_bytes(options.shape, ASSAY_LLM_INT4), 855'638'016ULL * 17 / 32 + 2 * 8192 * 4);
  EXPECT_NEAR(static_cast<double>(full.weight_bytes), 40.6e9, 0.05e9);
  options.held_layers = 8;
  const AssayLlmPlan aliased = choose_memory_plan(options, kH100);
  EXPECT_EQ(aliased.letter, 'E');
  EXPECT_STREQ(aliased.label, "weights aliased x(80/8), W4A16");
  options.tp_shard = 2;
  options.held_layers = 0;
  EXPECT_STREQ(choose_memory_plan(options, kH100).label,
               "one rank of TP2, communication emulated by a local kernel, W4A16");
  EXPECT_NO_THROW(check_options(options, 80));
  options.kv = ASSAY_LLM_INT4;
  EXPECT_THROW(check_options(options, 90), std::invalid_argument);
  options = llama_70b();
  options.weights = ASSAY_LLM_INT4;
  options.shape.ffn = 28'672 + 16;  // no whole groups
  try {
    check_options(options, 90);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("a multiple of 128 is needed for weights in W4A16"));
  }
  options.weights = ASSAY_LLM_F8;
  EXPECT_NO_THROW(check_options(options, 90));
  options.weights = 3;
  EXPECT_THROW(check_options(options, 90), std::invalid_argument);
}

TEST(CudaMemoryPlan, ARankHasItsShareAndItsLabel) {
  AssayLlmOptions options = llama_70b();
  options.tp_shard = 2;
  options.page_count = 30'000;  // 480,000 tokens of 81,920 bytes
  const AssayLlmPlan plan = choose_memory_plan(options, kH100);
  EXPECT_EQ(plan.letter, 'D');
  EXPECT_STREQ(plan.label, "one rank of TP2, communication emulated by a local kernel");
  EXPECT_NEAR(static_cast<double>(plan.weight_bytes), 36.3e9, 0.1e9);
  const AssayLlmShape shape = rank_shape(options.shape, 2);
  EXPECT_EQ(shape.heads, 32U);
  EXPECT_EQ(shape.kv_heads, 4U);
  EXPECT_EQ(shape.ffn, 14'336U);
  EXPECT_EQ(matrix_size(shape, 0).rows, 5120U);
  EXPECT_EQ(matrix_size(shape, 1).columns, 4096U);
}

TEST(CudaMemoryPlan, SaysWhatWouldFit) {
  AssayLlmOptions options = llama_70b();
  options.held_layers = 80;
  options.page_count = 8192;
  try {
    (void)choose_memory_plan(options, kH100);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("--kv-tokens"));
  }
}

TEST(CudaMemoryPlan, RefusesWhatTheCardCannotDo) {
  AssayLlmOptions options = llama_70b();
  EXPECT_NO_THROW(check_options(options, 89));
  EXPECT_THROW(check_options(options, 80), std::invalid_argument);
  options.weights = ASSAY_LLM_BF16;
  EXPECT_NO_THROW(check_options(options, 80));
  EXPECT_THROW(check_options(options, 75), std::invalid_argument);
  options.tp_shard = 3;
  EXPECT_THROW(check_options(options, 90), std::invalid_argument);
  options.tp_shard = 0;
  EXPECT_THROW(check_options(options, 90), std::invalid_argument);
  options = llama_70b();
  options.most_outputs = 4096;
  EXPECT_THROW(check_options(options, 90), std::invalid_argument);
  options = llama_70b();
  options.shape.head_dim = 96;
  EXPECT_THROW(check_options(options, 90), std::invalid_argument);
}

TEST(CudaStepLayout, BucketsEndWithTheMost) {
  EXPECT_THAT(decode_buckets(20), ElementsAre(1, 2, 4, 8, 16, 20));
  EXPECT_EQ(decode_buckets(512).size(), 15U);
  EXPECT_THAT(mixed_row_buckets(300), ElementsAre(64, 128, 256, 300));
  EXPECT_THAT(mixed_decode_buckets(64), ElementsAre(0, 8, 64));
  EXPECT_EQ(bucket_of(decode_buckets(512), 49), 64U);
  EXPECT_EQ(product_rows(1), 16U);
  EXPECT_EQ(product_rows(48), 48U);
  EXPECT_EQ(choose_splits(1, 8, 528), 16U);
  EXPECT_EQ(choose_splits(16, 8, 528), 5U);
  EXPECT_EQ(choose_splits(512, 8, 528), 1U);
}

class Packing : public ::testing::Test {
 protected:
  Packing() : packer_(kLimits), memory_(packer_.layout().bytes) {}

  static constexpr PassLimits kLimits{.rows = 64, .outputs = 8, .pages = 100, .context = 512, .vocabulary = 1000};

  template <class Entry>
  const Entry* at(std::size_t offset) const {
    return reinterpret_cast<const Entry*>(memory_.data() + offset);
  }
  [[nodiscard]] const StepRow* rows() const { return at<StepRow>(packer_.layout().rows_at); }
  [[nodiscard]] const DecodeEntry* decodes() const { return at<DecodeEntry>(packer_.layout().decodes_at); }
  [[nodiscard]] const PromptTile* tiles() const { return at<PromptTile>(packer_.layout().tiles_at); }
  [[nodiscard]] const OutputEntry* entries() const { return at<OutputEntry>(packer_.layout().outputs_at); }
  [[nodiscard]] const std::uint32_t* pages() const { return at<std::uint32_t>(packer_.layout().pages_at); }

  StepPacker packer_;
  std::vector<std::byte> memory_;
};

TEST_F(Packing, LaysOutAnswersWithPaddingThatHarmsNobody) {
  const std::array<std::uint32_t, 1> token{7};
  const std::array<std::uint32_t, 3> table{5, 9, 2};
  const AssayLlmSequence one{token.data(), 1, 40, table.data(), 3, 1, ASSAY_LLM_NO_INDEX};
  AssayLlmSequence other = one;
  other.position = 3;
  other.token_from = 1;
  const std::array<AssayLlmSequence, 3> step{one, other, one};
  ASSERT_EQ(problem_of(step, kLimits), "");
  const std::array<std::uint32_t, 2> before{kNoIndex, 4};
  packer_.begin(step, before);
  PackedPass pass;
  ASSERT_TRUE(packer_.pack(memory_, pass));
  EXPECT_EQ(pass.shape, (PassShape{4, 4, 0, 4, true}));
  EXPECT_EQ(rows()[0].token, 7U);
  EXPECT_EQ(rows()[1].token, kTokenOfStepBefore | 4U);
  EXPECT_EQ(rows()[1].decode, 1U);
  EXPECT_EQ(decodes()[0].tokens, 41U);
  EXPECT_EQ(pages()[decodes()[0].page_offset + 2], 2U);
  EXPECT_EQ(pages()[decodes()[1].page_offset], 5U);
  EXPECT_EQ(decodes()[2].page_offset - decodes()[1].page_offset, 1U);  // 4 tokens: one page
  EXPECT_EQ(decodes()[3].tokens, 0U);
  EXPECT_EQ(rows()[3].decode, kNoIndex);
  EXPECT_EQ(pages()[rows()[3].page_offset], kLimits.pages);  // nobody's page
  EXPECT_THAT(packer_.outputs(), ElementsAre(0, 1, 2));
  EXPECT_FALSE(packer_.pack(memory_, pass));
}

TEST_F(Packing, CutsALongStepIntoPassesThatMissNoToken) {
  std::vector<std::uint32_t> tokens(100);
  for (std::uint32_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = i;
  }
  const std::array<std::uint32_t, 8> table{0, 1, 2, 3, 4, 5, 6, 7};
  const AssayLlmSequence prompt{tokens.data(), 100, 5, table.data(), 8, 1, ASSAY_LLM_NO_INDEX};
  AssayLlmSequence part = prompt;
  part.token_count = 10;
  part.wants_token = 0;
  AssayLlmSequence answer = prompt;
  answer.token_count = 1;
  const std::array<AssayLlmSequence, 3> step{part, prompt, answer};
  packer_.begin(step, {});
  PackedPass pass;
  ASSERT_TRUE(packer_.pack(memory_, pass));
  EXPECT_EQ(pass.rows, 64U);
  EXPECT_EQ(pass.outputs, 0U);
  EXPECT_EQ(pass.shape.outputs, 0U);
  EXPECT_EQ(pass.tiles, 1U + 4U);
  EXPECT_EQ(tiles()[1].first_row, 10U);
  EXPECT_EQ(tiles()[1].row_count, 16U);
  EXPECT_EQ(tiles()[4].row_count, 6U);
  EXPECT_EQ(tiles()[4].position, 5U + 48U);
  ASSERT_TRUE(packer_.pack(memory_, pass));
  EXPECT_EQ(pass.rows, 46U + 1U);
  EXPECT_EQ(rows()[0].token, 54U);
  EXPECT_EQ(rows()[0].position, 59U);
  EXPECT_EQ(pass.decodes, 1U);
  EXPECT_EQ(pass.outputs, 2U);
  EXPECT_EQ(entries()[0].row, 45U);
  EXPECT_EQ(entries()[0].position, 105U);
  EXPECT_EQ(pass.shape.tiles, tiles_of_bucket(64));
  EXPECT_EQ(tiles()[pass.tiles].row_count, 0U);
  EXPECT_FALSE(packer_.pack(memory_, pass));
  EXPECT_THAT(packer_.outputs(), ElementsAre(kNoIndex, 0, 1));
}

TEST_F(Packing, RefusesWhatWouldOverrunMemory) {
  const std::array<std::uint32_t, 2> tokens{7, 999};
  const std::array<std::uint32_t, 2> table{5, 99};
  const AssayLlmSequence good{tokens.data(), 2, 15, table.data(), 2, 1, ASSAY_LLM_NO_INDEX};
  const auto problem = [](AssayLlmSequence one) { return problem_of({&one, 1}, kLimits); };
  EXPECT_EQ(problem(good), "");
  AssayLlmSequence bad = good;
  bad.token_count = 0;
  EXPECT_THAT(problem(bad), HasSubstr("context"));
  bad = good;
  bad.position = 511;
  EXPECT_THAT(problem(bad), HasSubstr("context"));
  bad = good;
  bad.page_count = 1;
  EXPECT_THAT(problem(bad), HasSubstr("pages"));
  bad = good;
  bad.token_from = 0;
  EXPECT_THAT(problem(bad), HasSubstr("not known"));
  const std::array<std::uint32_t, 2> wrong_table{5, 100};
  bad = good;
  bad.pages = wrong_table.data();
  EXPECT_THAT(problem(bad), HasSubstr("page 100 of 100"));
  const std::array<std::uint32_t, 2> wrong_tokens{7, 1000};
  bad = good;
  bad.tokens = wrong_tokens.data();
  EXPECT_THAT(problem(bad), HasSubstr("token 1000 of 1000"));
  const std::vector<AssayLlmSequence> many(9, good);
  EXPECT_THAT(problem_of(many, kLimits), HasSubstr("9 sequences"));
}

}  // namespace
}  // namespace assay::cuda
