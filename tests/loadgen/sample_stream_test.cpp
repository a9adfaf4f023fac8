#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include "loadgen/loadable_sets.hpp"
#include "loadgen/query_plan.hpp"
#include "loadgen/sample_sequence.hpp"

namespace assay {
namespace {

TestSettings mlperf(Scenario scenario) {
  TestSettings settings = TestSettings::defaults_for(scenario);
  settings.stream = RandomStream::mlperf;
  settings.seeds = Seeds::mlperf_v6_1();
  settings.server_target_qps = 100.0;
  settings.min_duration = Nanoseconds{0};
  return settings;
}

TEST(MlperfStream, SeedsKeepOnlyTheirLow32Bits) {
  EXPECT_EQ(static_cast<std::uint32_t>(Seeds::mlperf_v6_1().sample_library), 3438689976U);
  EXPECT_EQ(static_cast<std::uint32_t>(Seeds::mlperf_v6_1().sample_index), 3985416555U);
  EXPECT_EQ(static_cast<std::uint32_t>(Seeds::mlperf_v6_1().schedule), 2023080168U);
}

TEST(MlperfStream, LoadedSetIsAShuffleByTheLibrarySeed) {
  std::vector<QuerySampleIndex> expected(1024);
  std::iota(expected.begin(), expected.end(), 0U);
  std::mt19937 engine(3438689976U);
  std::shuffle(expected.begin(), expected.end(), engine);
  const auto sets = make_loadable_sets(mlperf(Scenario::single_stream), 50'000, 1024);
  ASSERT_EQ(sets.size(), 1U);
  EXPECT_EQ(sets.front().samples, expected);
}

TEST(MlperfStream, TablesAreDrawnInLoadGensOrderBeforeTheFirstSample) {
  // GenerateQueries shuffles the unique table and one equal-issue permutation per set of min_query_count, then draws.
  const TestSettings settings = mlperf(Scenario::server);
  const auto sets = make_loadable_sets(settings, 64, 64);
  std::mt19937 engine(3985416555U);
  std::vector<std::size_t> table(64);
  std::iota(table.begin(), table.end(), 0U);
  std::vector<std::size_t> unique = table;
  std::shuffle(unique.begin(), unique.end(), engine);
  for (int permutation = 0; permutation < 2; ++permutation) {  // ceil(100 / 64)
    std::shuffle(table.begin(), table.end(), engine);
  }
  std::uniform_int_distribution<int> uniform(0, 63);
  QueryPlan plan = make_query_plan(settings, sets.front());
  for (int query = 0; query < 100; ++query) {
    QuerySampleIndex sample = 0;
    plan.sequence->next_query({&sample, 1});
    ASSERT_EQ(sample, sets.front().samples[static_cast<std::size_t>(uniform(engine))]) << "query " << query;
  }
}

TEST(MlperfStream, MultiStreamPaddingRepeatsTheFirstSamples) {
  TestSettings settings = mlperf(Scenario::multi_stream);
  settings.samples_per_query = 8;
  const auto sets = make_loadable_sets(settings, 10, 10);
  ASSERT_EQ(sets.front().samples.size(), 17U);
  EXPECT_EQ(sets.front().size, 10U);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(sets.front().samples[10 + i], sets.front().samples[i]);
  }
}

TEST(MlperfStream, PaddingOfASetSmallerThanTheQueryWrapsAround) {
  TestSettings settings = mlperf(Scenario::multi_stream);
  settings.samples_per_query = 8;
  const auto sets = make_loadable_sets(settings, 3, 3);
  ASSERT_EQ(sets.front().samples.size(), 10U);
  EXPECT_EQ(sets.front().samples[9], sets.front().samples[0]);
}

TEST(LoadableSets, PerformanceModeLoadsOneSetAndAccuracyModeAll) {
  TestSettings settings = TestSettings::defaults_for(Scenario::single_stream);
  EXPECT_EQ(make_loadable_sets(settings, 100, 30).size(), 1U);
  settings.mode = TestMode::accuracy;
  const auto sets = make_loadable_sets(settings, 100, 30);
  ASSERT_EQ(sets.size(), 4U);
  EXPECT_EQ(sets.back().size, 10U);
  std::set<QuerySampleIndex> all;
  for (const LoadableSet& set : sets) {
    all.insert(set.samples.begin(), set.samples.end());
  }
  EXPECT_EQ(all.size(), 100U);
}

TEST(LoadableSets, EmptyLibraryIsRefused) {
  EXPECT_THROW((void)make_loadable_sets(TestSettings::defaults_for(Scenario::offline), 0, 0), std::invalid_argument);
}

TEST(AssayStream, WithReplacementIsUniform) {
  TestSettings settings = TestSettings::defaults_for(Scenario::single_stream);
  const auto sets = make_loadable_sets(settings, 16, 16);
  const auto sequence = make_assay_sequence(settings, sets.front());
  std::vector<int> counts(16);
  for (int i = 0; i < 160'000; ++i) {
    QuerySampleIndex sample = 0;
    sequence->next_query({&sample, 1});
    ++counts[sample];
  }
  double chi_square = 0.0;
  for (const int count : counts) {
    chi_square += (count - 10'000.0) * (count - 10'000.0) / 10'000.0;
  }
  EXPECT_LT(chi_square, 37.7);  // 99.9 % quantile for 15 degrees of freedom
}

TEST(QueryPlan, OfflineIsSizedByLoadGensRule) {
  TestSettings settings = TestSettings::defaults_for(Scenario::offline);
  settings.min_duration = std::chrono::seconds{10};
  settings.offline_expected_qps = 50.0;
  const auto set = make_loadable_sets(settings, 64, 64).front();
  EXPECT_EQ(make_query_plan(settings, set).samples_per_query, 550U);  // 1.1 x 10 s x 50/s
  settings.min_query_count = 24'576;
  EXPECT_EQ(make_query_plan(settings, set).samples_per_query, 24'576U);
  settings.selection = SampleSelection::equal_issue;
  settings.min_query_count = 24'577;
  EXPECT_EQ(make_query_plan(settings, set).samples_per_query, 24'640U);  // the next multiple of 64
}

}  // namespace
}  // namespace assay
