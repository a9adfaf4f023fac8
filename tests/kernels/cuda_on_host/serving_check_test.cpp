// The check of a GPU's serving part: its loop on a clock of the test, its statistics, and its server on the decoder
// that runs on the CPU here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "kernels/cuda/llm/llm_extension.hpp"
#include "tools/gpu_check/card_server.hpp"
#include "tools/gpu_check/serving_rows.hpp"

namespace assay::gpu_check {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

/// A step takes a second.
class SecondAStep final : public StepMachine {
 public:
  void step(std::span<const StepPart> parts) override {
    steps.emplace_back(parts.begin(), parts.end());
    now_ += 1.0;
  }
  [[nodiscard]] double now_s() override { return now_; }
  void wait_until(double at_s) override { now_ = std::max(now_, at_s); }

  std::vector<std::vector<StepPart>> steps;

 private:
  double now_ = 100.0;  // a clock's zero means nothing
};

ServedQuery query(double scheduled_s, std::uint32_t prompt, std::uint32_t answer) {
  return {.scheduled_s = scheduled_s, .prompt_tokens = prompt, .answer_tokens = answer};
}

TEST(ServingLoop, LatenciesCountFromTheScheduledInstant) {
  SecondAStep machine;
  const ServingLog log =
      serve(machine, {query(0, 4, 3), query(0.5, 4, 3)}, {.slots = 1, .step_tokens = 8, .end_s = 60});
  EXPECT_DOUBLE_EQ(log.queries[0].first_token_s(), 1.0);
  EXPECT_DOUBLE_EQ(log.queries[0].last_s, 3.0);
  EXPECT_DOUBLE_EQ(log.queries[1].first_token_s(), 3.5) << "it waited for the only slot";
  EXPECT_DOUBLE_EQ(log.queries[1].per_further_token_s(), 1.0);
  EXPECT_EQ(log.answered(), 2U);
}

TEST(ServingLoop, WhatComesLaterJoinsTheBatch) {
  SecondAStep machine;
  const ServingLog log =
      serve(machine, {query(0, 4, 3), query(0.5, 2, 2)}, {.slots = 2, .step_tokens = 8, .end_s = 60});
  EXPECT_DOUBLE_EQ(log.queries[1].first_s, 2.0);
  EXPECT_DOUBLE_EQ(log.ended_s(), 3.0);
  ASSERT_THAT(machine.steps, SizeIs(3));
  ASSERT_THAT(machine.steps[1], SizeIs(2));
  EXPECT_FALSE(machine.steps[1][0].is_prompt);
  EXPECT_EQ(machine.steps[1][0].position, 4U);
  EXPECT_TRUE(machine.steps[1][1].is_prompt);
  EXPECT_EQ(log.steps[1].read_tokens, 3U);
  EXPECT_EQ(log.steps[1].chosen_tokens, 2U);
}

TEST(ServingLoop, ALongPromptIsReadInPieces) {
  SecondAStep machine;
  const ServingLog log = serve(machine, {query(0, 10, 2)}, {.slots = 1, .step_tokens = 4, .end_s = 60});
  EXPECT_DOUBLE_EQ(log.queries[0].first_s, 3.0);
  ASSERT_THAT(machine.steps, SizeIs(4));
  EXPECT_FALSE(machine.steps[1][0].wants_token);
  EXPECT_EQ(machine.steps[2][0].position, 8U);
  EXPECT_EQ(machine.steps[2][0].count, 2U);
  EXPECT_EQ(machine.steps[3][0].position, 10U);
}

TEST(ServingLoop, WaitsForTheNextQueryAndEndsInTime) {
  SecondAStep machine;
  const ServingLog log = serve(machine, {query(5, 1, 2), query(30, 1, 2)}, {.slots = 1, .step_tokens = 4, .end_s = 20});
  EXPECT_DOUBLE_EQ(log.queries[0].first_s, 6.0);
  EXPECT_EQ(log.answered(), 1U);
  EXPECT_DOUBLE_EQ(machine.now_s(), 120.0);
}

TEST(ServingLoop, RatesAreOfTheTokensInEachPart) {
  ServingLog log;
  log.steps = {
      {.end_s = 0.5, .chosen_tokens = 10}, {.end_s = 2.5, .chosen_tokens = 4}, {.end_s = 9.0, .chosen_tokens = 9}};
  EXPECT_THAT(token_rates(log, 4.0, 2), ElementsAre(5.0, 2.0));
}

TEST(ServingLoop, ArrivalsAreThoseOfTheirRate) {
  const std::vector<double> instants = poisson_arrivals(100.0, 1000.0, 7);
  EXPECT_NEAR(static_cast<double>(instants.size()), 1e5, 4 * std::sqrt(1e5));
  EXPECT_TRUE(std::ranges::is_sorted(instants));
  EXPECT_LT(instants.back(), 1000.0);
  EXPECT_EQ(poisson_arrivals(100.0, 1000.0, 7), instants);
  // Gaps above the mean are e^-1 of all.
  std::size_t longer = 0;
  for (std::size_t i = 1; i < instants.size(); ++i) {
    longer += instants[i] - instants[i - 1] > 0.01 ? 1U : 0U;
  }
  EXPECT_NEAR(static_cast<double>(longer) / 1e5, std::exp(-1.0), 0.01);
}

/// 1 to n, of which no two neighbours are both among the last hundredth.
std::vector<double> scattered(std::size_t n) {
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    values[i] = static_cast<double>((i * 617) % n + 1);
  }
  return values;
}

// Exact ranks of a thousand independent values: 983 and 997.
TEST(TailMark, HasTheRanksOfTheBinomialLaw) {
  const TailMark mark = tail_mark(scattered(1000), 0.99);
  EXPECT_DOUBLE_EQ(mark.value, 990.0);
  EXPECT_DOUBLE_EQ(mark.effective_count, 1000.0);
  EXPECT_EQ(mark.lower, 983.0);
  EXPECT_EQ(mark.upper, 997.0);
}

TEST(TailMark, SaysWhatItNeeds) {
  const TailMark few = tail_mark(scattered(300), 0.99);
  EXPECT_DOUBLE_EQ(few.value, 297.0);
  EXPECT_FALSE(few.lower);
  EXPECT_THAT(few.no_interval, AllOf(HasSubstr("300 values"), HasSubstr("500 are needed")));
  std::vector<double> clustered(1000);
  std::iota(clustered.begin(), clustered.end(), 1.0);  // the slow ones come together
  EXPECT_LT(tail_mark(clustered, 0.99).effective_count, 500.0);
  EXPECT_FALSE(tail_mark(clustered, 0.99).lower);
}

TEST(TailMark, CountsCoins) {
  EXPECT_NEAR(binomial_at_most(1, 3, 0.5), 0.5, 1e-12);
  EXPECT_NEAR(binomial_at_most(0, 2, 0.9), 0.01, 1e-12);
  EXPECT_DOUBLE_EQ(binomial_at_most(5, 5, 0.3), 1.0);
}

TEST(ServingRows, WhatIsNotAnsweredIsNeverAnsweredAndInvalid) {
  ServingLog log;
  log.queries = {query(0, 1, 2), query(0, 1, 2), query(0, 1, 2)};
  for (std::size_t i = 0; i < 2; ++i) {
    log.queries[i].got_tokens = 2;
    log.queries[i].first_s = 0.1;
    log.queries[i].last_s = 0.15;
  }
  log.steps = {{.end_s = 4.0}};
  const ServerProbe probe{.log = log, .arrivals_s = 1.0, .drain_s = 3.0, .name = "Server"};
  EXPECT_EQ(validity_of(probe), "INVALID: 2 of 3 answered, the others not within 3 s after arrivals ended");
  const Row row = further_token_row(probe);
  ASSERT_TRUE(row.value && row.tail);
  EXPECT_DOUBLE_EQ(row.value->median, 50.0);
  EXPECT_TRUE(std::isinf(row.tail->value));
  Findings findings;
  findings.rows.push_back(row);
  EXPECT_THAT(json_text(findings), AllOf(HasSubstr("\"p99\": null"), HasSubstr("INVALID")));
  EXPECT_THAT(row.note, HasSubstr("not decided: the probe is INVALID"));
  log.queries.pop_back();
  EXPECT_THAT(first_token_row(probe).note,
              AllOf(HasSubstr("valid: 2 of 2"), HasSubstr("not decided: 2 values count as"), Not(HasSubstr("held"))));
}

/// A thousand queries whose first tokens took the scattered values times `unit_ms`: p99 is 990, within 983 and 997.
ServingLog thousand_queries(double unit_ms) {
  ServingLog log;
  for (const double value : scattered(1000)) {
    ServedQuery one = query(0, 1, 2);
    one.got_tokens = 2;
    one.first_s = one.last_s = 1e-3 * unit_ms * value;
    log.queries.push_back(one);
  }
  log.steps = {{.end_s = 4.0}};
  return log;
}

TEST(ServingRows, AWindowIsJudgedByTheWholeInterval) {
  const auto note_of = [](const ServingLog& log) {
    return first_token_row({.log = log, .arrivals_s = 1.0, .drain_s = 3.0, .name = "Server"}).note;
  };
  EXPECT_THAT(note_of(thousand_queries(2000.0 / 998)), HasSubstr("at p99 is held;"));
  EXPECT_THAT(note_of(thousand_queries(2000.0 / 992)), HasSubstr("at p99 is not decided: it lies within the interval"));
  EXPECT_THAT(note_of(thousand_queries(2000.0 / 985)), HasSubstr("at p99 is not decided: it lies within the interval"));
  EXPECT_THAT(note_of(thousand_queries(2000.0 / 982)), HasSubstr("at p99 is missed;"));
  ServingLog one_lacks = thousand_queries(1.0);
  one_lacks.queries.back().got_tokens = 1;
  EXPECT_THAT(note_of(one_lacks),
              AllOf(HasSubstr("INVALID: 999 of 1000"), HasSubstr("not decided: the probe is"), Not(HasSubstr("held"))));
}

TEST(ServingRows, WhatWasNeverAnsweredHasWordsForANumber) {
  ServingLog log = thousand_queries(1.0);
  for (std::size_t i = 0; i < 490; ++i) {
    log.queries[2 * i].got_tokens = 0;  // nearly half: the upper end of the median's interval was never seen
  }
  Findings findings;
  findings.rows = {first_token_row({.log = log, .arrivals_s = 1.0, .name = "Server"})};
  EXPECT_THAT(table_text(findings), AllOf(HasSubstr(", beyond what was waited for]"), Not(HasSubstr("inf"))));
  for (ServedQuery& one : log.queries) {
    one.got_tokens = 0;
  }
  findings.rows = {first_token_row({.log = log, .arrivals_s = 1.0, .name = "Server"})};
  EXPECT_THAT(table_text(findings), AllOf(HasSubstr("beyond what was waited for"), Not(HasSubstr("inf"))));
  EXPECT_THAT(json_text(findings), HasSubstr("\"median\": null"));
}

TEST(ServingRows, TheTimeInWhichTheBatchFillsIsLeftOut) {
  ServingLog log;
  for (int i = 1; i < 12; ++i) {
    log.steps.push_back({.end_s = i + 0.5, .chosen_tokens = 30});
  }
  const std::optional<Spread> rates = steady_rates(log, 12.0, 2);
  ASSERT_TRUE(rates);
  EXPECT_EQ(rates->count, 11U);
  EXPECT_DOUBLE_EQ(rates->least, 30.0);
  log.queries = {query(0, 1, 2), query(1, 1, 2), query(0, 1, 2)};
  for (ServedQuery& one : log.queries) {
    one.got_tokens = 2;
    one.last_s = 3.5;
  }
  log.queries[2].last_s = 11.0;  // no longer among the first
  EXPECT_EQ(steady_from_s(log, 12.0, 2), 4.0);
  EXPECT_EQ(steady_rates(log, 12.0, 2)->count, 8U);
  EXPECT_FALSE(steady_rates(log, 3.0, 2)) << "the batch was never full";
  log.queries[1].got_tokens = 1;
  EXPECT_FALSE(steady_rates(log, 12.0, 2));
}

/// Of the decoder on the CPU, small.
AssayLlmOptions small_options(std::uint32_t pages) {
  AssayLlmOptions options = llama_70b_options({.pages = pages, .most_tokens = 8, .most_outputs = 2, .graphs = false});
  options.shape = {1, 256, 8, 1, 64, 512, 512, 512, 0, 500'000.0, 1e-5};
  options.weights = options.kv = ASSAY_LLM_BF16;
  options.held_layers = 0;
  return options;
}

std::uint32_t last_token(std::uint32_t slots, std::vector<ServedQuery> queries, ServingLog& log) {
  const CardServer::Room room{.slots = slots, .tokens = 16, .vocabulary = 512};
  LlamaOnCard llama(*static_cast<const AssayLlmTable*>(cuda::llm_extension(ASSAY_LLM_INTERFACE_VERSION)), 0,
                    small_options(CardServer::pages_of(room)));
  CardServer server(llama, room);
  log = serve(server, std::move(queries), {.slots = slots, .step_tokens = 4, .end_s = 600});
  return server.chosen(0);
}

TEST(CardServer, AnAnswerIsTheSameAloneAndInABatch) {
  ServingLog alone;
  ServingLog both;
  const std::uint32_t expected = last_token(1, {query(0, 6, 3)}, alone);
  EXPECT_EQ(last_token(2, {query(0, 6, 3), query(0, 3, 4)}, both), expected);
  EXPECT_EQ(alone.answered(), 1U);
  EXPECT_EQ(both.answered(), 2U);
  EXPECT_EQ(alone.steps.size(), 4U) << "six tokens in two pieces, then two further ones";
  for (const ServedQuery& each : both.queries) {
    EXPECT_GT(each.first_token_s(), 0.0);
    EXPECT_GT(each.per_further_token_s(), 0.0);
  }
}

}  // namespace
}  // namespace assay::gpu_check
