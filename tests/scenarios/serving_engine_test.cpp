#include "scenarios/serving/serving_engine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "harness/random_bits.hpp"
#include "harness/steady_clock.hpp"
#include "loadgen/load_generator.hpp"
#include "scenarios/serving/calibration.hpp"

namespace assay {
namespace {

/// A decoder whose next token is a hash of all tokens that it finds in the pages of a sequence: a page that holds what
/// it should not, a token that was lost or a prompt that was cut wrongly changes the answer.
class FakeDecoder final : public IterationBackend {
 public:
  explicit FakeDecoder(std::uint32_t pages, bool overlaps = false)
      : kept_(std::size_t{pages} * kPageTokens, UINT32_MAX), pages_(pages), overlaps_(overlaps) {}

  [[nodiscard]] const LlamaShape& shape() const override { return *find_llama_shape("verify"); }
  [[nodiscard]] const DecoderFormats& formats() const override { return formats_; }
  [[nodiscard]] std::uint32_t page_count() const override { return pages_; }
  [[nodiscard]] std::map<std::string, std::string> facts() const override { return {{"fake", "yes"}}; }
  [[nodiscard]] ServingCeilings measure_ceilings(Nanoseconds, const std::stop_token&) override { return {}; }
  [[nodiscard]] OutputCheck verify() override { return {.passed = true}; }

  [[nodiscard]] bool overlaps() const noexcept override { return overlaps_; }
  // Computed at once, read later: a token of the step before is known here and nowhere else.
  void submit(std::span<const SequenceStep> sequences) noexcept override {
    std::vector<SequenceStep> resolved(sequences.begin(), sequences.end());
    std::vector<std::uint32_t> tokens(sequences.size());
    for (std::size_t s = 0; s < sequences.size(); ++s) {
      if (sequences[s].token_from != kTokenKnown) {
        tokens[s] = under_way_.back().at(sequences[s].token_from);
        resolved[s].tokens = std::span(tokens).subspan(s, 1);
      }
    }
    under_way_.emplace_back(sequences.size(), UINT32_MAX);
    step({.sequences = resolved, .next_tokens = under_way_.back()});
  }
  void collect(std::span<std::uint32_t> next_tokens) noexcept override {
    std::ranges::copy(under_way_.at(collected_++), next_tokens.begin());
  }

  void step(const DecoderStep& step) noexcept override {
    for (const SequenceStep& sequence : step.sequences) {
      for (std::uint32_t i = 0; i < sequence.tokens.size(); ++i) {
        kept(sequence, sequence.position + i) = sequence.tokens[i];
      }
    }
    for (std::size_t s = 0; s < step.sequences.size(); ++s) {
      const SequenceStep& sequence = step.sequences[s];
      std::uint64_t hash = 1;
      for (std::uint32_t i = 0; i < sequence.position + sequence.tokens.size(); ++i) {
        hash = split_mix(hash ^ kept(sequence, i));
      }
      if (sequence.wants_token) {
        step.next_tokens[s] = static_cast<std::uint32_t>(hash % shape().vocabulary);
      }
    }
  }

 private:
  std::uint32_t& kept(const SequenceStep& sequence, std::uint32_t position) {
    return kept_[std::size_t{sequence.pages[position / kPageTokens]} * kPageTokens + position % kPageTokens];
  }

  DecoderFormats formats_;
  std::vector<std::uint32_t> kept_;
  std::uint32_t pages_;
  bool overlaps_;
  std::vector<std::vector<std::uint32_t>> under_way_;  ///< and all that were
  std::size_t collected_ = 0;
};

struct EngineCase {
  const char* name;
  ServingPolicy policy;
  std::uint32_t pages = 128;
  double shared = 0.0;
};

ServingEngine::Options options_of(const EngineCase& one) {
  return {.policy = one.policy,
          .samples = {.lengths = RequestLengths::parse("azure-conv/16:150/40"),
                      .seed = 5,
                      .count = 24,
                      .shared_share = one.shared},
          .cpu = 0,
          .wait = {},
          .manner = {.pinned = false, .all_cpus = {0}}};
}

TestResult run(ServingEngine& engine, Scenario scenario, std::uint64_t queries) {
  TestSettings settings = TestSettings::defaults_for(scenario);
  settings.min_duration = Nanoseconds{0};
  settings.min_query_count = queries;
  settings.max_query_count = scenario == Scenario::offline ? 0 : queries;
  settings.samples_per_query = 4;
  settings.server_target_qps = 2000.0;
  settings.offline_expected_qps = 1.0;
  settings.token_latencies = true;
  settings.response_log_count = 64;
  SteadyClock clock;
  return run_test(settings, engine, engine.samples(), {.clock = clock, .stop = {}});
}

std::vector<std::uint32_t> tokens_of(const LoggedResponse& response) {
  std::vector<std::uint32_t> tokens(response.data.size() / sizeof(std::uint32_t));
  std::memcpy(tokens.data(), response.data.data(), tokens.size() * sizeof(std::uint32_t));
  return tokens;
}

TEST(ServingEngine, GivesEachSampleTheAnswerThatItGetsAlone) {
  const EngineCase cases[] = {
      {"continuous", {.max_slots = 8, .token_budget = 48}},
      {"whole prompts", {.max_slots = 8, .token_budget = 48, .chunked_prefill = false, .prefill_first = true}},
      {"static", {.batching = ServingBatching::static_, .max_slots = 4, .token_budget = 64}},
      {"few pages: sequences are preempted", {.max_slots = 8, .token_budget = 64, .watermark = 0.0}, 16},
      {"prefix cache", {.max_slots = 8, .token_budget = 64, .prefix_cache = true}, 48, 0.5},
      {"contiguous, shortest first",
       {.max_slots = 4, .token_budget = 64, .kv = KvLayout::contiguous, .admission = Admission::sjf}}};
  for (std::size_t i = 0; i < 2 * std::size(cases); ++i) {
    const EngineCase& one = cases[i / 2];
    const bool overlaps = i % 2 == 1;
    SCOPED_TRACE(std::string(one.name) + (overlaps ? ", steps overlap" : ""));
    ServingEngine engine(options_of(one), [&] { return std::make_unique<FakeDecoder>(one.pages, overlaps); });
    const TestResult result = run(engine, Scenario::offline, 48);
    EXPECT_TRUE(result.errors.empty());
    ASSERT_GE(result.records.size(), 48U);
    double tokens = 0.0;
    for (const QueryRecord& record : result.records) {
      EXPECT_EQ(record.token_count, engine.samples().length_of(record.sample_index).output);
      EXPECT_GE(record.started_ns, record.issued_ns);
      EXPECT_GE(record.first_token_ns, record.started_ns);
      EXPECT_GE(record.completed_ns, record.first_token_ns);
      tokens += record.token_count;
    }
    EXPECT_DOUBLE_EQ(engine.record().run.tokens, tokens);
    for (const LoggedResponse& response : result.responses) {
      const auto found = tokens_of(response);
      EXPECT_EQ(found, engine.answer_alone(response.sample_index, found.size()));
      EXPECT_FALSE(engine.first_difference(response.sample_index, found));
      std::vector<std::uint32_t> wrong = found;
      wrong.back() ^= 1U;
      const auto difference = engine.first_difference(response.sample_index, wrong);
      ASSERT_TRUE(difference);
      EXPECT_EQ(difference->token, wrong.size() - 1);
      EXPECT_EQ(difference->why, "which here does not depend on what shares its iterations");
    }
    const ServingTotals& totals = engine.record().run;
    EXPECT_EQ(totals.preemptions > 0, one.pages == 16);
    EXPECT_EQ(totals.prefix_hit_tokens > 0, one.shared > 0.0);
    EXPECT_LE(totals.batch_max, one.policy.max_slots);
  }
}

TEST(ServingEngine, RunsInAllScenariosAndAgain) {
  const EngineCase one{"", {.max_slots = 4, .token_budget = 64}};
  ServingEngine engine(options_of(one), [&] { return std::make_unique<FakeDecoder>(one.pages); });
  for (const Scenario scenario : {Scenario::single_stream, Scenario::multi_stream, Scenario::server, Scenario::offline,
                                  Scenario::single_stream}) {
    const TestResult result = run(engine, scenario, 20);
    EXPECT_TRUE(result.errors.empty()) << title_of(scenario);
    EXPECT_GE(result.records.size(), 20U) << title_of(scenario);
    const auto parts = engine.record().run.waterfall.parts();
    double sum = 0.0;
    for (const double part : parts) {
      sum += part;
    }
    EXPECT_NEAR(sum, 1.0, 1e-6);
    EXPECT_GT(engine.record().token_gap.count, 0U);
  }
}

TEST(ServingEngine, GivesUpWhatWaitsWhenItIsCancelled) {
  const EngineCase one{"", {.max_slots = 2, .token_budget = 16}};
  ServingEngine engine(options_of(one), [&] { return std::make_unique<FakeDecoder>(one.pages); });
  TestSettings settings = TestSettings::defaults_for(Scenario::offline);
  settings.min_duration = Nanoseconds{0};
  settings.min_query_count = 2000;
  SteadyClock clock;
  std::stop_source stop;
  stop.request_stop();
  const TestResult result = run_test(settings, engine, engine.samples(), {.clock = clock, .stop = stop.get_token()});
  EXPECT_EQ(result.end_cause, EndCause::interrupted);
}

TEST(ServingEngine, RefusesRequestsThatTheCacheCannotHold) {
  EngineCase one{"", {.max_slots = 2, .token_budget = 16}};
  one.pages = 4;
  EXPECT_THROW(ServingEngine(options_of(one), [&] { return std::make_unique<FakeDecoder>(one.pages); }),
               std::invalid_argument);
}

TEST(ServingEngine, PassesOnWhatMakingTheBackEndThrows) {
  EXPECT_THROW(ServingEngine(options_of({"", {}}),
                             []() -> std::unique_ptr<IterationBackend> { throw std::runtime_error("no memory"); }),
               std::runtime_error);
}

TEST(Calibration, ObservesSmallAndLargeIterations) {
  FakeDecoder decoder(64);
  SteadyClock clock;
  const auto observations = observe_iterations(
      decoder, {.most_sequences = 8, .token_budget = 64, .context = 40, .budget = Nanoseconds{0}}, clock, {});
  ASSERT_GE(observations.size(), 6U);
  EXPECT_EQ(observations.front().load.tokens, 1U);
  EXPECT_EQ(observations[3].load.sequences, 8U);
  EXPECT_EQ(observations.back().load.prompt_tokens + 4U, observations.back().load.tokens);
}

}  // namespace
}  // namespace assay
