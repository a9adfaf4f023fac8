#include "kernels/llm/llama_shape.hpp"

#include <gtest/gtest.h>

namespace assay {
namespace {

const LlamaShape& shape(std::string_view name) { return *find_llama_shape(name); }

// The sums of the published configurations, by hand.
TEST(LlamaShape, CountsTheParametersOfThePublishedModels) {
  EXPECT_EQ(shape("llama3-70b").layer_matrix_elements(), 855'638'016U);
  EXPECT_EQ(shape("llama3-70b").parameters(), 70'553'706'496U);
  EXPECT_EQ(shape("llama3-8b").parameters(), 8'030'261'248U);
  EXPECT_EQ(shape("llama3.2-1b").parameters(), 1'235'814'400U);
  EXPECT_EQ(find_llama_shape("llama3"), nullptr);
}

TEST(LlamaShape, CountsTheWorkOfAToken) {
  const LlamaShape& llama = shape("llama3-70b");
  EXPECT_EQ(llama.layers_work().count, 136'902'082'560U);
  EXPECT_EQ(llama.head_work().count, 2'101'346'304U);
  EXPECT_EQ(llama.attention_work(1).count, 2'621'440U);
  // A causal prompt of two tokens: one sees one, one sees two.
  EXPECT_EQ(llama.prompt_work(2).count, 2 * 136'902'082'560U + 3 * 2'621'440U + 2'101'346'304U);
  EXPECT_EQ(llama.attention_work_of_chunk(10, 2).count, (11 + 12) * 2'621'440U);
}

TEST(LlamaShape, CountsTheBytesOfItsMemory) {
  const LlamaShape& llama = shape("llama3-70b");
  EXPECT_EQ(llama.kv_bytes_per_token(KvFormat::bf16).count, 327'680U);
  EXPECT_EQ(llama.kv_bytes_per_token(KvFormat::fp8).count, 163'840U);
  EXPECT_EQ(llama.streamed_bytes({.weights = WeightFormat::bf16}).count, 2 * (80 * 855'638'016ULL + 1'050'673'152ULL));
  EXPECT_EQ(matrix_bytes(WeightFormat::int4, 1, 256).count, 128U + 2 * 4U);
  EXPECT_EQ(matrix_bytes(WeightFormat::int8, 3, 256).count, 3 * 260U);
  // A tied head is the embedding as long as both have one format.
  const LlamaShape& tied = shape("tiny");
  EXPECT_EQ(tied.resident_bytes({}), tied.streamed_bytes({}));
  EXPECT_GT(tied.resident_bytes({.head = WeightFormat::int8}), tied.streamed_bytes({.head = WeightFormat::int8}));
}

}  // namespace
}  // namespace assay
