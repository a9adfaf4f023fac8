#include "lab/kept_selftest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "analysis/selftest_json.hpp"
#include "harness/digest.hpp"
#include "tests/analysis/sample_selftests.hpp"
#include "tests/lab/program.hpp"

namespace assay {
namespace {

using test_support::ScratchFolder;
using ::testing::ElementsAre;

/// Seconds since 1970 of 2026-11-24T03:12:09Z, when the sample was made.
constexpr std::int64_t kMade = 1795489929;

class KeptSelftests : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder.path() / record.identity.label); }

  void keep(const std::string& name, const std::string& text) const {
    std::ofstream(folder.path() / record.identity.label / name) << text;
  }
  [[nodiscard]] std::optional<KeptSelftest> newest(std::int64_t now = kMade + 3600) const {
    return newest_selftest(folder.path(), record.identity, now);
  }

  ScratchFolder folder;
  SelftestRecord record = sample_selftest();
};

TEST_F(KeptSelftests, NoneIsNone) {
  EXPECT_FALSE(newest());
  EXPECT_EQ(calibration_text({}), "not available: no selftest was run here");
}

TEST_F(KeptSelftests, TheNewestGoesAlongWithItsAge) {
  keep("a.selftest.json", selftest_json(record));
  SelftestRecord older = record;
  older.created = "2026-11-23T03:12:09Z";
  older.id = "older";
  keep("b.selftest.json", selftest_json(older));
  const auto found = newest();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->summary.id, record.id);
  EXPECT_EQ(found->summary.age_s, 3600.0);
  EXPECT_EQ(found->summary.failed, 1U);
  EXPECT_THAT(found->summary.failed_checks, ElementsAre("dose.bursts"));
  EXPECT_EQ(found->summary.sha256, sha256_hex(found->text));
  EXPECT_EQ(newest(kMade - 100)->summary.age_s, 0.0) << "a clock that was set back";
  EXPECT_EQ(
      calibration_text({.selftest = found->summary, .not_available = ""}),
      "selftest of 2026-11-24T03:12:09Z, 1.0 h before: 1 PASS, 1 FAIL, 1 NOT POSSIBLE HERE (failed: dose.bursts)");
}

TEST_F(KeptSelftests, WhatIsNotWholeOrNotOfThisMachineDoesNotCount) {
  SelftestRecord interrupted = record;
  interrupted.interrupted = true;
  keep("interrupted.selftest.json", selftest_json(interrupted));
  SelftestRecord elsewhere = record;
  elsewhere.identity.id = "m:another";
  keep("elsewhere.selftest.json", selftest_json(elsewhere));
  std::string edited = selftest_json(record);
  edited.replace(edited.find("half of them"), 4, "most");
  keep("edited.selftest.json", edited);
  keep("broken.selftest.json", "{");
  keep("other.json", selftest_json(record));
  EXPECT_FALSE(newest());
}

}  // namespace
}  // namespace assay
