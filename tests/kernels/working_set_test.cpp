#include "kernels/working_set.hpp"

#include <gtest/gtest.h>

#include "kernels/gemv.hpp"
#include "kernels/stream.hpp"

namespace assay {
namespace {

constexpr Bytes mib(std::uint64_t count) { return {count << 20}; }

TEST(WorkingSet, FollowsTheLastLevelCache) {
  const MemoryLimits server{.last_level_cache = mib(96), .memory = mib(524288)};
  EXPECT_EQ(default_triad_size(server), mib(384));
  EXPECT_EQ(default_weights_size(server), mib(120));
}

TEST(WorkingSet, NeverBelowTheSmallest) {
  const MemoryLimits board{.last_level_cache = mib(2), .memory = mib(8192)};
  EXPECT_EQ(default_triad_size(board), mib(64));
  EXPECT_EQ(default_weights_size(board), mib(64));
}

TEST(WorkingSet, NeverAboveAnEighthOfTheMemory) {
  const MemoryLimits guest{.last_level_cache = mib(480), .memory = mib(4096)};
  EXPECT_EQ(default_triad_size(guest), mib(512));
  EXPECT_EQ(default_weights_size(guest), mib(512));
  const MemoryLimits tiny{.last_level_cache = mib(2), .memory = mib(256)};
  EXPECT_EQ(default_triad_size(tiny), mib(32));
}

TEST(WorkingSet, HiddenSizesLeaveTheSmallest) {
  EXPECT_EQ(default_triad_size({}), mib(64));
  EXPECT_EQ(default_weights_size({}), mib(64));
}

TEST(WorkingSet, FactsSayWhetherTheCacheIsExceeded) {
  const MemoryLimits limits{.last_level_cache = mib(32), .memory = mib(1024)};
  EXPECT_EQ(cache_facts(mib(40), limits).at("exceeds_last_level_cache"), "yes (1.25 times its size)");
  EXPECT_EQ(cache_facts(mib(32), limits).at("exceeds_last_level_cache"), "no (1.00 times its size)");
  EXPECT_EQ(cache_facts(mib(40), {}).at("last_level_cache"), "not available: the machine does not show its caches");
}

TEST(WorkingSet, IdentityStatesTheRealSizeAndTheFacts) {
  const MemoryLimits limits{.last_level_cache = mib(1), .memory = mib(1024)};
  const Gemv<float> gemv({.size = Bytes{(2 << 20) + 5}, .limits = limits});
  EXPECT_EQ(gemv.identity().parameters.at("size"), "2MiB");
  EXPECT_EQ(gemv.identity().facts.at("exceeds_last_level_cache"), "yes (2.00 times its size)");
  EXPECT_EQ(gemv.identity().facts.at("shape"), "512 x 1024");
  const Stream triad({.entry = "triad", .mix = StreamMix::triad, .size = mib(64), .limits = limits});
  EXPECT_EQ(triad.identity().parameters.at("size"), "65535KiB");  // the nearest below that three equal arrays can fill
  EXPECT_EQ(triad.traffic(), Bytes{std::uint64_t{65535} * 1024});
}

TEST(WorkingSet, OfThisMachineIsNotEmpty) { EXPECT_GT(memory_limits_here().memory.count, 0U); }

}  // namespace
}  // namespace assay
