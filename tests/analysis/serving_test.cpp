#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "analysis/report_serving.hpp"
#include "analysis/report_text.hpp"
#include "analysis/run_file.hpp"
#include "analysis/serving_iterations.hpp"
#include "analysis/serving_text.hpp"
#include "tests/analysis/sample_run_parts.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

// By hand from the iterations of sample_serving(). The first: 0.4 s of products, 0.2 s of reading in 0.8 s. The second:
// 0.05 s of products and 0.4 s of reading in 0.5 s, half of it in vain.
TEST(ServingAccount, DividesTheTimeOfTheRun) {
  const ServingTotals run = sample_serving().run;
  EXPECT_DOUBLE_EQ(run.duration_s, 1.5);
  EXPECT_NEAR(run.waterfall.no_request, 0.1 / 1.5, 1e-12);
  EXPECT_NEAR(run.waterfall.host, 0.1 / 1.5, 1e-12);
  EXPECT_NEAR(run.waterfall.waste, 0.25 / 1.5, 1e-12);
  EXPECT_NEAR(run.waterfall.tensor_useful, (0.4 + 0.025) / 1.5, 1e-12);
  EXPECT_NEAR(run.waterfall.memory_bound, 0.5 * 0.35 / 1.5, 1e-12);
  EXPECT_NEAR(run.waterfall.inefficiency, (0.4 + 0.05) / 1.5, 1e-12);
  EXPECT_NEAR(run.product_utilisation, run.waterfall.tensor_useful, 1e-12);
  EXPECT_NEAR(run.bandwidth_utilisation, 6.0 / (10.0 * 1.5), 1e-12);
  EXPECT_NEAR(run.busy_share, 1.3 / 1.5, 1e-12);
  EXPECT_NEAR(run.flops, 42.5, 1e-9);
  EXPECT_NEAR(run.batch_mean, 1.5, 1e-9);
  EXPECT_EQ(run.batch_max, 2U);
  EXPECT_EQ(run.pages_max, 3U);
  EXPECT_EQ(run.preemptions, 1U);
  EXPECT_EQ(run.recomputed_tokens, 1U);
  EXPECT_NEAR(run.token_gap_mean_s, 0.55, 1e-12);
}

TEST(ServingAccount, SplitsIterationsAtTheSeconds) {
  const ServingRecord serving = sample_serving();
  ASSERT_EQ(serving.bins.size(), 2U);
  EXPECT_DOUBLE_EQ(serving.bins[0].duration_s, 1.0);
  EXPECT_DOUBLE_EQ(serving.bins[1].duration_s, 0.5);
  EXPECT_NEAR(serving.bins[0].busy_s, 0.9, 1e-12);
  EXPECT_NEAR(serving.bins[1].busy_s, 0.4, 1e-12);
  EXPECT_NEAR(serving.bins[1].bytes, 4.0 * 0.8, 1e-12);
  EXPECT_EQ(serving.bins[0].tokens, 1.0);
  EXPECT_EQ(serving.bins[1].tokens, 1.0);
  for (const ServingTotals& bin : serving.bins) {
    const auto parts = bin.waterfall.parts();
    EXPECT_NEAR(std::accumulate(parts.begin(), parts.end(), 0.0), 1.0, 1e-12);
  }
}

TEST(ServingAccount, ScalesWorkThatBeatsItsCeiling) {
  ServingAccount account(
      {.products_flops_per_s = 1.0, .attention_flops_per_s = 0.0, .read_bytes_per_s = 1.0, .source = {}});
  account.add(
      {.device_end_ns = 1'000'000'000, .end_ns = 1'000'000'000, .products_flops = 2.0, .bytes = 4.0, .tokens = 1});
  const ServingTotals run = account.take(0).run;
  EXPECT_NEAR(run.waterfall.tensor_useful, 0.5, 1e-12);
  EXPECT_NEAR(run.waterfall.memory_bound, 0.5, 1e-12);
  EXPECT_NEAR(run.waterfall.inefficiency, 0.0, 1e-12);
  EXPECT_NEAR(run.product_utilisation, 2.0, 1e-12) << "and the utilisation says what it was";
}

TEST(ServingAccount, OfNothingIsIdle) {
  ServingAccount account({});
  const ServingRecord serving = account.take(500'000'000);
  EXPECT_NEAR(serving.run.waterfall.no_request, 1.0, 1e-12);
  EXPECT_EQ(serving.bins.size(), 1U);
}

TEST(ServingFile, ComesBackAsItWasWritten) {
  const RunDocument run = golden_run();
  const RunDocument back = run_document_from_json(to_json(run), "golden");
  ASSERT_TRUE(back.serving);
  EXPECT_EQ(to_json(back), to_json(run));
  EXPECT_EQ(back.serving->bins.size(), 2U);
  json older = json::parse(to_json(run));
  older.erase("serving");
  EXPECT_FALSE(run_document_from_json(older.dump(), "older").serving);
}

std::string refusal(const json::json_pointer& place, const json& value) {
  json file = json::parse(to_json(golden_run()));
  file[place] = value;
  try {
    (void)run_document_from_json(file.dump(), "f");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ServingFile, RefusesWhatCannotBe) {
  EXPECT_THAT(refusal("/serving/run/waterfall/host"_json_pointer, 0.9), HasSubstr("sum to 1"));
  EXPECT_THAT(refusal("/serving/run/flops"_json_pointer, -1), HasSubstr("serving.run.flops"));
  EXPECT_THAT(refusal("/serving/bins/tokens"_json_pointer, json::array({1})), HasSubstr("serving.bins.tokens"));
  EXPECT_THAT(refusal("/serving/bins/duration_s"_json_pointer, std::vector<double>(8000, 1.0)), HasSubstr("at most"));
  EXPECT_THAT(refusal("/serving/within_windows_share"_json_pointer, 1.5), HasSubstr("within_windows_share"));
  EXPECT_THAT(refusal("/serving/token_gap/hist/counts"_json_pointer, json::parse("[[5,1],[4,1]]")),
              HasSubstr("bin index"));
  EXPECT_THAT(refusal("/serving/settings/max_slots"_json_pointer, json::array()),
              HasSubstr("serving.settings.max_slots"));
  EXPECT_THAT(refusal("/serving/run/batch_max"_json_pointer, 1ULL << 40), HasSubstr("batch_max"));
}

TEST(ServingText, SaysAllThreeUtilisationsAndWhereTheTimeWent) {
  const std::string text = run_summary_text(golden_run(), {});
  EXPECT_THAT(text, HasSubstr("products 28.3 % of 100 flop/s (U_T), reading 40.0 % of 10.0 B/s (MBU), busy 86.7 %"));
  EXPECT_THAT(text, HasSubstr("no request 6.67 %, held back 0 %, host 6.67 %, computed again 16.7 %"));
  EXPECT_THAT(text, HasSubstr("energy a token not available: no energy was measured"));
  EXPECT_THAT(text, HasSubstr("521 US dollars per million tokens at 2.5 an hour"));
  EXPECT_THAT(text, HasSubstr("within TTFT 4.00 s and TPOT 250 ms (75.0 % of the requests)"));
  RunDocument none = golden_run();
  none.serving.reset();
  EXPECT_TRUE(serving_sentences(none, Charset::utf8).empty());
}

TEST(ServingReport, DrawsTheBarAndEscapesWhatTheFileSays) {
  RunDocument run = golden_run();
  run.serving->model = "<script>";
  run.serving->bins[0].token_gaps = 1.0;
  run.serving->bins[0].token_gap_mean_s = 0.1;
  const std::string page = serving_section(run).str();
  EXPECT_THAT(page, HasSubstr("class=\"part-5\""));
  EXPECT_THAT(page, HasSubstr("serving-dots"));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  run.serving.reset();
  EXPECT_TRUE(serving_section(run).empty());
}

}  // namespace
}  // namespace assay
