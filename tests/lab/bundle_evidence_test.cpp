#include "lab/flow/bundle_evidence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/analysis/sample_systems.hpp"

namespace assay {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

TEST(BundleEvidence, TakesTheRoofsAndTheThroughputOfTheLighthouseWithTheirIntervals) {
  const RunFacts facts = bundle_facts(sample_bundle(tall_system()));
  EXPECT_EQ(facts.kind, "bundle");
  EXPECT_TRUE(facts.valid);
  EXPECT_TRUE(facts.honest);
  ASSERT_NE(facts.figure("peak"), nullptr);
  EXPECT_NEAR(*facts.figure("peak")->point, 200e9, 4e9);
  EXPECT_NEAR(*facts.figure("bandwidth")->point, 10e9, 0.5e9);
  EXPECT_NEAR(*facts.figure("throughput")->point, 4500.0, 10.0);
  for (const char* const name : {"peak", "bandwidth", "throughput"}) {
    EXPECT_TRUE(facts.figure(name)->lower.has_value()) << name;
    EXPECT_TRUE(facts.figure(name)->upper.has_value()) << name;
  }
  EXPECT_NEAR(*facts.figure("p99_s")->point, 0.010, 0.001);
  EXPECT_THAT(facts.sentences, Contains(HasSubstr("peak ")));
  EXPECT_EQ(facts_json(facts), facts_json(bundle_facts(sample_bundle(tall_system()))));
}

TEST(BundleEvidence, OneThatIsNotWholeAnswersNothing) {
  LoadedBundle cut = sample_bundle(tall_system());
  cut.record.complete = false;
  cut.record.interrupted = true;
  const RunFacts facts = bundle_facts(cut);
  EXPECT_TRUE(facts.interrupted);
  EXPECT_FALSE(facts.honest);
  LoadedBundle changed = sample_bundle(tall_system());
  changed.problems.emplace_back("runs/offline-1.run.json: was changed");
  EXPECT_FALSE(bundle_facts(changed).honest);
  LoadedBundle bare = sample_bundle(tall_system());
  bare.roofline.reset();
  EXPECT_EQ(bundle_facts(bare).figure("peak"), nullptr);
  EXPECT_THAT(bundle_facts(bare).sentences, Contains(HasSubstr("holds no roofline")));
}

}  // namespace
}  // namespace assay
