#include "scenarios/roofline_levels.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t kKib = 1024;
constexpr std::uint64_t kMib = 1024 * kKib;
constexpr std::uint64_t kPlenty = 4096 * kMib;

/// A core of Zen 3: 32 KiB, 512 KiB, and 32 MiB for two cores.
Machine two_cores() {
  Machine machine;
  machine.core_count = 2;
  machine.data_caches = {{.level = 1, .size = {32 * kKib}, .sharing_cores = 1, .instance_count = 2},
                         {.level = 2, .size = {512 * kKib}, .sharing_cores = 1, .instance_count = 2},
                         {.level = 3, .size = {32 * kMib}, .sharing_cores = 2, .instance_count = 1}};
  return machine;
}

std::vector<Reading<Bytes>> measured(std::initializer_list<std::uint64_t> bytes) {
  std::vector<Reading<Bytes>> readings;
  for (const std::uint64_t count : bytes) {
    readings.emplace_back(Bytes{count});
  }
  return readings;
}

TEST(RooflineLevels, LieBetweenTheCachesBelowAndTheirOwnSize) {
  const auto levels = roofline_levels(two_cores(), measured({32 * kKib, 512 * kKib, 30 * kMib}), kPlenty);
  ASSERT_EQ(levels.size(), 4U);
  EXPECT_EQ(levels[0].name, "L1");
  EXPECT_EQ(levels[0].working_set_bytes, 8 * kKib);
  EXPECT_EQ(levels[1].working_set_bytes, 128 * kKib);  // sqrt(64 KiB x 256 KiB)
  EXPECT_EQ(levels[2].name, "L3");
  EXPECT_EQ(levels[2].working_set_bytes, 2 * kMib);  // four times the 512 KiB below
  EXPECT_EQ(levels[3].name, "DRAM");
  EXPECT_EQ(levels[3].working_set_bytes, 128 * kMib);
  EXPECT_FALSE(levels[3].reported_bytes);
  for (const MemoryLevel& level : levels) {
    EXPECT_THAT(level.note, IsEmpty()) << level.name;
  }
}

TEST(RooflineLevels, TheMeasuredKneeDecidesWhereItIsSmaller) {
  const auto levels = roofline_levels(two_cores(), measured({32 * kKib, 512 * kKib, 4 * kMib}), kPlenty);
  EXPECT_EQ(levels[2].working_set_bytes, 1448 * kKib);  // sqrt(1 MiB x 2 MiB), in whole pages
  EXPECT_THAT(levels[2].note, HasSubstr("serves 4.00 MiB of the reported 32.0 MiB"));
  // A knee above the size is a blurred one: the cache cannot hold more than it has.
  EXPECT_EQ(roofline_levels(two_cores(), measured({32 * kKib, 900 * kKib}), kPlenty)[1].working_set_bytes, 128 * kKib);
}

TEST(RooflineLevels, WithoutAKneeTheReportedSizeIsUsedAndSaid) {
  const auto levels = roofline_levels(two_cores(), {}, kPlenty);
  EXPECT_EQ(levels[1].working_set_bytes, 128 * kKib);
  EXPECT_THAT(levels[1].note, HasSubstr("the reported size is used: sizes were not swept"));
  const auto unclear = roofline_levels(two_cores(), {Unavailable{"the curve has no step there"}}, kPlenty);
  EXPECT_THAT(unclear[0].note, HasSubstr("the curve has no step there"));
}

TEST(RooflineLevels, ALevelThatHardlyServesIsSaid) {
  const auto levels = roofline_levels(two_cores(), measured({32 * kKib, 512 * kKib, 700 * kKib}), kPlenty);
  EXPECT_THAT(levels[2].note, HasSubstr("hardly more than the level below"));
}

TEST(RooflineLevels, MemoryIsBoundedAndSaysSo) {
  const auto levels = roofline_levels(two_cores(), {}, 100 * kMib);
  EXPECT_EQ(levels[3].working_set_bytes, 100 * kMib);
  EXPECT_THAT(levels[3].note, HasSubstr("128 MiB would be needed"));
  Machine unknown;
  EXPECT_EQ(roofline_levels(unknown, {}, kPlenty).at(0).working_set_bytes, 64 * kMib);
}

TEST(WorkingSetOfTeam, SharesWhatIsShared) {
  const Machine machine = two_cores();
  const auto levels = roofline_levels(machine, measured({32 * kKib, 512 * kKib, 4 * kMib}), kPlenty);
  EXPECT_EQ(working_set_of_team(machine, levels, 0, 2), 8 * kKib);
  EXPECT_EQ(working_set_of_team(machine, levels, 1, 2), 128 * kKib);
  EXPECT_EQ(working_set_of_team(machine, levels, 2, 1), levels[2].working_set_bytes);
  EXPECT_EQ(working_set_of_team(machine, levels, 2, 2), 1 * kMib);  // both in 4 MiB, and past the 512 KiB below
  EXPECT_EQ(working_set_of_team(machine, levels, 3, 2), 64 * kMib);
  EXPECT_EQ(working_set_of_team(machine, levels, 3, 64), 16 * kMib);
}

}  // namespace
}  // namespace assay
