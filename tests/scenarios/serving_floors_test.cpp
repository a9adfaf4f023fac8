#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "scenarios/serving/decoder_floors.hpp"
#include "scenarios/serving/request_lengths.hpp"

namespace assay {
namespace {

const LlamaShape& llama70b() { return *find_llama_shape("llama3-70b"); }
const DeviceCeilings& h100() { return *find_datasheet_device("h100"); }
const DeviceCeilings& h200() { return *find_datasheet_device("h200"); }

constexpr DecoderFormats kFp8{.weights = WeightFormat::fp8, .head = WeightFormat::bf16, .kv = KvFormat::fp8};
constexpr DecoderFormats kInt4{.weights = WeightFormat::int4, .head = WeightFormat::bf16, .kv = KvFormat::fp8};

/// The 32-bit scales of fp8 rows, 80 x 83,968 of them, which sums of plain elements leave out.
constexpr double kFp8Scales = 80.0 * 83'968.0 * 4.0;

// By hand: parameters x bytes.
TEST(DecoderFloors, StreamsTheBytesOfTheFormats) {
  const auto gb = [](const DecoderFormats& formats, double less) {
    return (static_cast<double>(llama70b().streamed_bytes(formats).count) - less) / 1e9;
  };
  EXPECT_NEAR(gb({}, 0.0), 139.0, 0.01);
  EXPECT_NEAR(gb(kFp8, kFp8Scales), 70.55, 0.005);
  EXPECT_NEAR(gb(kInt4, 0.0), 38.47, 0.005);
  const double head_scales = 128'256.0 * 4.0;
  EXPECT_NEAR(gb({.weights = WeightFormat::fp8, .head = WeightFormat::fp8}, kFp8Scales + head_scales), 69.50, 0.005);
  EXPECT_EQ(llama70b().resident_bytes(kFp8).count - llama70b().streamed_bytes(kFp8).count, 2'101'346'304U);
}

TEST(DecoderFloors, GiveTheTokensOfBatchOne) {
  const auto one = [](const DeviceCeilings& device, const DecoderFormats& formats) {
    return decode_floor(llama70b(), formats, device, 1, 0).tokens_per_s;
  };
  EXPECT_NEAR(one(h100(), {}), 24.10, 0.005);
  EXPECT_NEAR(one(h100(), kFp8), 47.5, 0.05);
  EXPECT_NEAR(one(h100(), kInt4), 87.1, 0.05);
  EXPECT_NEAR(one(h200(), {}), 34.53, 0.005);
  EXPECT_NEAR(one(h200(), kFp8), 68.0, 0.05);
  EXPECT_NEAR(one(h200(), kInt4), 124.8, 0.05);
}

struct FloorCase {
  const DeviceCeilings& device;
  DecoderFormats formats;
  std::uint64_t context;
  std::uint64_t batch;
  double step_ms;
  double tokens_per_s;
  bool fits;
  bool compute_bound;
};

TEST(DecoderFloors, GrowWithBatchAndContext) {
  const FloorCase cases[] = {
      {h100(), kFp8, 512, 1, 21.1, 47, true, false},       {h100(), kFp8, 512, 64, 22.7, 2824, true, false},
      {h100(), kFp8, 512, 256, 27.5, 9319, false, false},  {h100(), kFp8, 512, 512, 36.7, 13967, false, true},
      {h100(), kFp8, 2048, 32, 24.3, 1319, true, false},   {h100(), kFp8, 2048, 64, 27.5, 2330, false, false},
      {h100(), kFp8, 8192, 8, 24.3, 330, true, false},     {h100(), kFp8, 8192, 16, 27.5, 582, false, false},
      {h200(), kFp8, 512, 256, 19.2, 13353, true, false},  {h200(), kFp8, 512, 512, 36.7, 13967, true, true},
      {h200(), kFp8, 2048, 128, 23.6, 5413, true, false},  {h200(), kFp8, 2048, 256, 32.6, 7854, false, false},
      {h100(), kInt4, 2048, 128, 24.3, 5267, true, false}, {h100(), kInt4, 2048, 256, 37.4, 6850, false, true},
      {h100(), {}, 2048, 1, 41.7, 24, false, false}};
  for (const FloorCase& one : cases) {
    const DecodeFloor floor = decode_floor(llama70b(), one.formats, one.device, one.batch, one.context);
    EXPECT_NEAR(floor.step_s * 1e3, one.step_ms, 0.0601) << one.context << " x " << one.batch;
    // The scales of fp8 cost 0.04 %.
    EXPECT_NEAR(floor.tokens_per_s / one.tokens_per_s, 1.0, one.tokens_per_s < 100 ? 0.02 : 1.5e-3)
        << one.context << " x " << one.batch;
    EXPECT_EQ(floor.fits, one.fits) << one.context << " x " << one.batch;
    EXPECT_EQ(floor.compute_bound, one.compute_bound) << one.context << " x " << one.batch;
  }
}

TEST(DecoderFloors, HavePromptsBoundByProducts) {
  const auto ms = [](WeightFormat weights, std::uint64_t tokens) {
    return 1e3 * prefill_floor_s(llama70b(), weights, h100(), tokens);
  };
  const std::pair<std::uint64_t, std::pair<double, double>> cases[] = {
      {128, {18, 9}},     {512, {71, 36}},     {1024, {143, 72}},    {2048, {289, 147}},
      {4096, {589, 306}}, {8192, {1223, 656}}, {32768, {5959, 3690}}};
  for (const auto& [tokens, expected] : cases) {
    EXPECT_NEAR(ms(WeightFormat::bf16, tokens), expected.first, 0.55) << tokens;
    EXPECT_NEAR(ms(WeightFormat::fp8, tokens), expected.second, 0.55) << tokens;
  }
}

TEST(DecoderFloors, LeaveRoomForTheCache) {
  const double scales_tokens = kFp8Scales / 163'840.0;
  EXPECT_NEAR(static_cast<double>(kv_room_tokens(llama70b(), kFp8, h100().memory)) + scales_tokens, 66'327, 1.0);
  EXPECT_NEAR(static_cast<double>(kv_room_tokens(llama70b(), kFp8, h200().memory)) + scales_tokens, 464'500, 500);
  EXPECT_NEAR(static_cast<double>(kv_room_tokens(llama70b(), kInt4, h100().memory)), 262'000, 500);
  EXPECT_NEAR(static_cast<double>(kv_room_tokens(llama70b(), {}, h200().memory)), 23'500, 500);
  EXPECT_EQ(kv_room_tokens(llama70b(), {}, h100().memory), 0U);
}

TEST(DecoderFloors, BoundOfflineByProducts) {
  const auto fp8 = [](std::uint64_t input, std::uint64_t output) {
    return offline_ceiling(llama70b(), WeightFormat::fp8, h200(), input, output);
  };
  EXPECT_NEAR(fp8(1155, 211), 2171, 0.5);
  EXPECT_NEAR(fp8(2048, 28), 187, 0.5);
  EXPECT_NEAR(fp8(294, 294), 7093, 0.5);
  EXPECT_NEAR(fp8(1000, 1000), 6910, 0.5);
  EXPECT_NEAR(fp8(128, 2048), 12'882, 0.5);
}

TEST(DecoderFloors, BecomeBoundByProductsAtTheRidge) {
  const DecoderFormats all_fp8{.weights = WeightFormat::fp8, .head = WeightFormat::fp8, .kv = KvFormat::fp8};
  EXPECT_NEAR(ridge_batch(llama70b(), all_fp8, h100()), 295, 1.0);
  EXPECT_NEAR(ridge_batch(llama70b(), kFp8, h100()), 300, 0.5);
  EXPECT_NEAR(ridge_batch(llama70b(), {}, h100()), 295, 0.5);
  EXPECT_NEAR(ridge_batch(llama70b(), kInt4, h100()), 82, 0.5);
  EXPECT_NEAR(ridge_batch(llama70b(), kFp8, h200()), 209, 0.5);
}

TEST(RequestLengths, FollowTheTraces) {
  const RequestLengths conversation = RequestLengths::parse("azure-conv");
  EXPECT_NEAR(conversation.mean_prompt(1), 1155, 50);
  EXPECT_NEAR(conversation.mean_output(1), 211, 10);
  EXPECT_NEAR(conversation.prompt_quantile(1, 0.5), 1020, 20);
  EXPECT_NEAR(conversation.prompt_quantile(1, 0.99), 4142, 60);
  const RequestLengths code = RequestLengths::parse("azure-code");
  EXPECT_NEAR(code.mean_prompt(1), 2048, 100);
  EXPECT_NEAR(code.mean_output(1), 28, 3);
  const RequestLengths orca = RequestLengths::parse("openorca-like");
  EXPECT_NEAR(orca.mean_prompt(1), 278, 10);
  EXPECT_NEAR(orca.mean_output(1), 290, 10);
}

TEST(RequestLengths, AreDividedAndClipped) {
  const RequestLengths small = RequestLengths::parse("azure-conv/8:512/64");
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const RequestLength length = small.of(7, i);
    EXPECT_GE(length.prompt, 1U);
    EXPECT_LE(length.prompt, 512U);
    EXPECT_GE(length.output, 1U);
    EXPECT_LE(length.output, 64U);
    EXPECT_EQ(small.of(7, i), length);
  }
  EXPECT_EQ(small.longest(), 576U);
  EXPECT_EQ(RequestLengths::parse("fixed:128/32").of(3, 9), (RequestLength{.prompt = 128, .output = 32}));
  RequestLengths limited = RequestLengths::fixed(1000, 100);
  limited.limit_total(512);
  EXPECT_EQ(limited.of(0, 0), (RequestLength{.prompt = 412, .output = 100}));
}

TEST(RequestLengths, ComeFromATraceRowByRow) {
  const auto path = std::filesystem::temp_directory_path() / "assay_request_lengths.csv";
  std::ofstream(path) << "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.68,374,44\n"
                         "2023-11-16 18:15:50.99,396,0\r\n";
  const RequestLengths rows = RequestLengths::parse(path.string() + "/2");
  EXPECT_EQ(rows.of(1, 0), (RequestLength{.prompt = 187, .output = 22}));
  EXPECT_EQ(rows.of(1, 1), (RequestLength{.prompt = 198, .output = 1}));
  EXPECT_EQ(rows.of(1, 2), rows.of(1, 0));
  std::ofstream(path) << "TIMESTAMP,ContextTokens,GeneratedTokens\n1,2\n";
  EXPECT_THROW((void)RequestLengths::parse(path.string()), std::runtime_error);
  std::ofstream(path) << "TIMESTAMP,ContextTokens,GeneratedTokens\n";
  EXPECT_THROW((void)RequestLengths::parse(path.string()), std::runtime_error);
  std::filesystem::remove(path);
  EXPECT_THROW((void)RequestLengths::parse(path.string()), std::runtime_error);
}

TEST(RequestLengths, RefuseWhatIsNoLaw) {
  for (const char* text :
       {"", "azure", "fixed:", "fixed:0/4", "fixed:4", "azure-conv/0", "azure-conv:0/5", "fixed:4/-1"}) {
    EXPECT_THROW((void)RequestLengths::parse(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace assay
