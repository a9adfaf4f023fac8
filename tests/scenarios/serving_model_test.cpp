#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "scenarios/serving/decoder_floors.hpp"
#include "scenarios/serving/serving_ladder.hpp"

namespace assay {
namespace {

const LlamaShape& model_llama70b() { return *find_llama_shape("llama3-70b"); }
constexpr DecoderFormats kModelFp8{.weights = WeightFormat::fp8, .head = WeightFormat::bf16, .kv = KvFormat::fp8};

ServingSetup h200(KvLayout layout) {
  const DeviceCeilings& device = *find_datasheet_device("h200");
  return {.shape = model_llama70b(),
          .formats = kModelFp8,
          .device = device,
          .time = {},
          .policy = {.max_slots = 512, .token_budget = 2048, .kv = layout},
          .kv_tokens = kv_room_tokens(model_llama70b(), kModelFp8, device.memory)};
}

/// Two H100 as MLPerf's Llama-2-70B had them: each rank keeps half, the cache of both is one.
ServingSetup h100_pair(std::uint32_t slots) {
  return {.shape = model_llama70b(),
          .formats = kModelFp8,
          .device = *find_datasheet_device("h100"),
          .time = {.ranks = 2,
                   .communication = kTwoRanksCommunication,
                   .communication_s_per_token = two_ranks_s_per_token(model_llama70b())},
          .policy = {.max_slots = slots, .token_budget = 2048, .kv = KvLayout::paged},
          .kv_tokens = 574'000};
}

struct PublishedPoint {
  std::uint32_t input;
  std::uint32_t output;
  std::size_t requests;
  double tokens_per_s;
};
// NVIDIA TensorRT-LLM, docs/source/performance/perf-overview.md: Llama 3.3 70B FP8 on H200 TP1, and the number of
// requests of each point.
constexpr std::array<PublishedPoint, 8> kPublished = {{{128, 128, 30'000, 3803},
                                                       {128, 2048, 3000, 4336},
                                                       {128, 4096, 1500, 2872},
                                                       {500, 2000, 3000, 3666},
                                                       {1000, 1000, 3000, 2909},
                                                       {2048, 128, 3000, 442},
                                                       {2048, 2048, 1500, 2003},
                                                       {5000, 500, 1500, 566}}};

TEST(IterationTime, AddsWhatDoesNotOverlap) {
  const DeviceCeilings device{
      .name = "d", .source = "given", .read = {1e9}, .products = {1e9}, .narrow_products = {2e9}, .memory = {}};
  const IterationTimeModel model{
      .compute_share = 0.5, .bandwidth_share = 0.5, .overlap_loss = 0.7, .host = std::chrono::milliseconds{1}};
  const IterationTimes times(model, device, WeightFormat::int8);
  const IterationTime time = times.of({.products_flops = 2e9, .attention_flops = 0.5e9, .bytes = 1e9});
  EXPECT_DOUBLE_EQ(time.compute_s, 3.0);  // 1 s at 2e9 and 0.5 s at 1e9, at half of the ceiling
  EXPECT_DOUBLE_EQ(time.memory_s, 2.0);
  EXPECT_DOUBLE_EQ(time.device_s, 3.0 + 0.7 * 2.0);
  EXPECT_DOUBLE_EQ(time.total_s, time.device_s + 1e-3);
}

TEST(IterationTime, CountsTheLoadOfAPlan) {
  const LoadMeter meter(model_llama70b(), kModelFp8);
  const std::array<SequencePlan, 2> plan = {{{.position = 9, .tokens = 1, .wants_token = true},
                                             {.position = 4, .tokens = 3, .prompt = true, .recomputed = 2}}};
  const IterationLoad load = meter.load_of(plan);
  EXPECT_EQ(load.tokens, 4U);
  EXPECT_EQ(load.prompt_tokens, 3U);
  EXPECT_EQ(load.new_tokens, 1U);
  EXPECT_EQ(load.recomputed, 2U);
  EXPECT_DOUBLE_EQ(load.products_flops, 4 * 136'902'082'560.0 + 2'101'346'304.0);
  EXPECT_DOUBLE_EQ(load.attention_flops, (10 + 5 + 6 + 7) * 2'621'440.0);
  EXPECT_DOUBLE_EQ(load.bytes,
                   static_cast<double>(model_llama70b().streamed_bytes(kModelFp8).count) + (10 + 7) * 163'840.0);
}

TEST(IterationTime, IsFittedToWhatWasMeasured) {
  const DeviceCeilings& device = *find_datasheet_device("h100");
  const IterationTimeModel truth{
      .compute_share = 0.4, .bandwidth_share = 0.7, .overlap_loss = 0.2, .host = std::chrono::milliseconds{2}};
  const IterationTimes times(truth, device, WeightFormat::fp8);
  std::vector<IterationObservation> observations;
  for (const double tokens : {1.0, 8.0, 64.0, 256.0, 512.0, 2048.0}) {
    IterationLoad load{.products_flops = tokens * 1.39e11, .attention_flops = tokens * 1e9, .bytes = 7e10};
    observations.push_back({.load = load, .total_s = times.of(load).total_s});
  }
  const IterationTimes found(fitted({}, device, WeightFormat::fp8, observations), device, WeightFormat::fp8);
  EXPECT_LT(relative_error_rms(found, observations), 0.01);
}

TEST(ServingSimulation, ReproducesThePublishedThroughput) {
  double sum = 0.0;
  for (const PublishedPoint& point : kPublished) {
    const auto outcome =
        simulate(h200(KvLayout::reserved),
                 offline_requests(RequestLengths::fixed(point.input, point.output), 1, point.requests));
    const double error = outcome.tokens_per_s / point.tokens_per_s - 1.0;
    EXPECT_LT(std::abs(error), 0.05) << point.input << '/' << point.output;
    sum += error * error;
  }
  EXPECT_LT(std::sqrt(sum / kPublished.size()), 0.03);
}

// DGX-H100 in MLPerf Inference v4.1, llama2-70b-99.9: 24,524.9 tokens/s of four pairs. Not used for the fit.
TEST(ServingSimulation, PredictsOfflineOfAPairOfDevices) {
  constexpr double kPair = 24'524.9 / 4;
  const auto requests = offline_requests(RequestLengths::parse("openorca-like"), 1, 24'576);
  EXPECT_NEAR(simulate(h100_pair(512), requests).tokens_per_s / kPair, 1.0, 0.05);
  // With the 896 sequences of that submission the model is more optimistic.
  EXPECT_NEAR(simulate(h100_pair(896), requests).tokens_per_s / kPair, 1.0, 0.10);
}

TEST(ServingSimulation, FillsTheWholeTime) {
  const auto outcome = simulate(h200(KvLayout::paged), server_requests(RequestLengths::parse("azure-conv"), 1, 0.2, 1.0,
                                                                       std::chrono::seconds{60}));
  const auto total = [](const ServingTotals& totals) {
    const auto parts = totals.waterfall.parts();
    return std::accumulate(parts.begin(), parts.end(), 0.0);
  };
  EXPECT_NEAR(total(outcome.record.run), 1.0, 1e-9);
  for (const ServingTotals& bin : outcome.record.bins) {
    EXPECT_NEAR(total(bin), 1.0, 1e-9);
  }
  EXPECT_GT(outcome.record.run.waterfall.no_request, 0.0);
  EXPECT_GT(outcome.record.run.waterfall.memory_bound, 0.0);
  EXPECT_NEAR(outcome.record.run.product_utilisation, outcome.record.run.waterfall.tensor_useful, 1e-9);
  double tokens = 0.0;
  for (const SimulatedRequest& request : outcome.requests) {
    tokens += request.length.output;
    EXPECT_NE(request.completed, kNever);
  }
  EXPECT_DOUBLE_EQ(outcome.record.run.tokens, tokens);
}

// An hour of a busy device of which the products work a sixth, though a monitor shows it busy.
TEST(ServingLadder, BeginsWithTheCrisis) {
  ServingSetup crisis = h200(KvLayout::contiguous);
  crisis.formats.kv = KvFormat::bf16;
  crisis.kv_tokens = kv_room_tokens(model_llama70b(), crisis.formats, crisis.device.memory);
  crisis.policy.max_slots = 8;
  crisis.policy.chunked_prefill = false;
  crisis.policy.prefill_first = true;
  const ServingQuestion question{.lengths = RequestLengths::parse("azure-conv")};
  const ServingPrediction graphs = predict_peak(crisis, question);
  EXPECT_NEAR(graphs.totals.product_utilisation, 0.14, 0.04);
  EXPECT_GT(graphs.totals.busy_share, 0.95);
  crisis.time.host = kEagerHost;
  EXPECT_NEAR(predict_peak(crisis, question).totals.product_utilisation, 0.14, 0.04);
  EXPECT_NEAR(predict_offline(h200(KvLayout::paged), question).totals.product_utilisation, 0.85, 0.04);
}

TEST(ServingLadder, ClosesTheGapStepByStep) {
  const auto ladder = serving_ladder(h200(KvLayout::paged), {});
  const auto predicted = predict_ladder(ladder, {.lengths = RequestLengths::parse("openorca-like")});
  ASSERT_EQ(predicted.size(), ladder.size());
  double last = -1.0;
  for (const LeverPrediction& step : predicted) {
    if (step.lever.ablation) {
      continue;
    }
    EXPECT_GE(step.of_best_offline, last) << step.lever.name;
    last = step.of_best_offline;
    EXPECT_EQ(step.lever.mlperf_closed, step.lever.name != "prefix cache");
  }
  const auto named = [&](std::string_view name) {
    for (const LeverPrediction& step : predicted) {
      if (step.lever.name == name) {
        return step.of_best_offline;
      }
    }
    ADD_FAILURE() << name;
    return 0.0;
  };
  EXPECT_LT(named("static batches"), 0.02);
  EXPECT_NEAR(named("continuous batching"), 0.04, 0.02);
  EXPECT_GT(named("paged cache, more slots"), 0.6);
  EXPECT_GT(named("chunked prompts"), 0.9);
  EXPECT_NEAR(named("without: few slots"), 0.17, 0.04);
}

TEST(ServingLadder, ForetellsTheLeversOfGpus) {
  const auto ladder = serving_ladder(h200(KvLayout::paged), {.async_step = true, .int4_step = true});
  const auto named = [&](std::string_view name) {
    const auto found = std::ranges::find_if(ladder, [&](const ServingLever& one) { return one.name == name; });
    EXPECT_NE(found, ladder.end()) << name;
    return found->setup;
  };
  EXPECT_GT(named("graphs").time.host, Nanoseconds{0});
  EXPECT_EQ(named("asynchronous scheduling").time.host, Nanoseconds{0});
  EXPECT_EQ(named("chunked prompts").time.host, Nanoseconds{0});
  // As many requests as let 512 slots stay full for most of the run. W4A16 computes in 16 bits: where prompts are many
  // it is slower than fp8, by the arithmetic of the iteration 0.56 of it.
  const ServingQuestion question{.lengths = RequestLengths::parse("openorca-like"), .offline_requests = 4000};
  const ServingSetup int4 = named("without: fp8 weights, W4A16 instead");
  EXPECT_EQ(int4.formats.weights, WeightFormat::int4);
  EXPECT_LT(predict_offline(int4, question).tokens_per_s,
            0.7 * predict_offline(named("chunked prompts"), question).tokens_per_s);
}

// One sequence that answers: 38.47 GB of weights against 70.55 GB are read for each token, so that W4A16 is 1.8 times
// as fast; and what they leave free is the cache's.
TEST(ServingLadder, ForetellsW4A16FromItsBytes) {
  const ServingSetup fp8 = h200(KvLayout::paged);
  const DecoderFormats int4{.weights = WeightFormat::int4, .head = WeightFormat::bf16, .kv = KvFormat::fp8};
  const std::uint64_t room = kv_room_tokens(model_llama70b(), int4, fp8.device.memory);
  EXPECT_NEAR(static_cast<double>(room), 108e9 / 163'840, 0.02 * 660'000);
  const auto ladder = serving_ladder(fp8, {.crisis_slots = 1, .slots = 1, .int4_step = true, .int4_kv_tokens = room});
  const auto named = [&](std::string_view name) {
    return std::ranges::find_if(ladder, [&](const ServingLever& one) { return one.name == name; });
  };
  const auto step = named("without: fp8 weights, W4A16 instead");
  ASSERT_NE(step, ladder.end());
  EXPECT_EQ(step->flags, "--param weights=int4");
  EXPECT_TRUE(step->mlperf_closed);
  EXPECT_NE(step->closed_note, "");
  EXPECT_EQ(step->setup.kv_tokens, room);
  const ServingQuestion question{.lengths = RequestLengths::fixed(16, 1024), .offline_requests = 20};
  const double ratio = predict_offline(step->setup, question).tokens_per_s /
                       predict_offline(named("chunked prompts")->setup, question).tokens_per_s;
  EXPECT_NEAR(ratio, 70.55 / 38.47, 0.05);
}

TEST(ServingLadder, FindsNoRateForAWindowThatNoPromptCanMeet) {
  const ServingQuestion question{.lengths = RequestLengths::fixed(4096, 16),
                                 .first_token_limit_s = 0.45,  // the prompt alone takes 0.51 s at 0.6 of the ceiling
                                 .offline_requests = 100,
                                 .probe = std::chrono::seconds{30}};
  EXPECT_EQ(predict_peak(h200(KvLayout::paged), question).rate_hz, 0.0);
}

}  // namespace
}  // namespace assay
