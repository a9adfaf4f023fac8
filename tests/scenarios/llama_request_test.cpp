#include "scenarios/serving/llama_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "scenarios/serving/cuda_backend.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

WorkloadRequest request_of(std::map<std::string, std::string> parameters) {
  return {.name = "llama", .parameters = std::move(parameters), .law = {}, .batching = {}};
}

std::string refusal(std::map<std::string, std::string> parameters) {
  try {
    (void)llama_request(request_of(std::move(parameters)));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

// A GPU keeps its head in bf16 whatever the layers are in; a CPU's head is as its layers are.
TEST(LlamaRequest, WeightsAreThoseThatTheDeviceHas) {
  const DecoderFormats by_default = llama_request(request_of({{"device", "cuda:0"}})).formats;
  EXPECT_EQ(by_default.weights, WeightFormat::fp8);
  EXPECT_EQ(by_default.head, WeightFormat::bf16);
  const DecoderFormats int4 = llama_request(request_of({{"device", "cuda:1"}, {"weights", "int4"}})).formats;
  EXPECT_EQ(int4.weights, WeightFormat::int4);
  EXPECT_EQ(int4.head, WeightFormat::bf16);
  EXPECT_EQ(llama_request(request_of({{"weights", "int4"}})).formats.head, WeightFormat::int4);
  EXPECT_THAT(refusal({{"device", "cuda:0"}, {"weights", "int8"}}),
              AllOf(HasSubstr("--param weights=int8"), HasSubstr("bf16, fp8, int4")));
  EXPECT_THAT(refusal({{"weights", "fp8"}}), AllOf(HasSubstr("--param weights=fp8"), HasSubstr("bf16, int8, int4")));
}

TEST(CudaBackend, TellsTheLibraryTheFormat) {
  CudaDecoderOptions options{.decoder = {.shape = *find_llama_shape("verify"), .formats = {}}};
  const auto code_of = [&](WeightFormat format) {
    options.decoder.formats.weights = format;
    return library_options(options).weights;
  };
  EXPECT_EQ(code_of(WeightFormat::bf16), ASSAY_LLM_BF16);
  EXPECT_EQ(code_of(WeightFormat::fp8), ASSAY_LLM_F8);
  EXPECT_EQ(code_of(WeightFormat::int4), ASSAY_LLM_INT4);
  EXPECT_THROW((void)code_of(WeightFormat::int8), std::invalid_argument);
  options.decoder.formats.kv = KvFormat::int8;
  EXPECT_THROW((void)code_of(WeightFormat::int4), std::invalid_argument);
}

}  // namespace
}  // namespace assay
