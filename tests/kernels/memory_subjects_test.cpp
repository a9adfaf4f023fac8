#include "kernels/memory_subjects.hpp"

#include <gtest/gtest.h>

#include <set>

#include "harness/units.hpp"
#include "kernels/simd_choice.hpp"
#include "kernels/stream.hpp"

namespace assay {
namespace {

std::set<std::string> labels_of(const std::vector<StreamVariant>& variants) {
  std::set<std::string> labels;
  for (const StreamVariant& variant : variants) {
    EXPECT_TRUE(labels.insert(variant.simd + " " + variant.label()).second);
  }
  return labels;
}

TEST(MemorySubjects, NearCachesHaveEveryMixOfEveryInstructionSet) {
  const std::vector<std::string> simd{"avx2", "sse"};
  EXPECT_EQ(labels_of(stream_variants(StreamLevel::near_cache, simd)),
            (std::set<std::string>{"avx2 load", "avx2 store", "avx2 update", "avx2 copy", "avx2 scale", "avx2 add",
                                   "avx2 triad", "sse load", "sse store", "sse update", "sse copy", "sse scale",
                                   "sse add", "sse triad"}));
}

TEST(MemorySubjects, MemoryHasMoreStreamsAndStreamingStoresOfTheWidest) {
  const std::vector<std::string> simd{"avx2", "sse"};
  EXPECT_EQ(labels_of(stream_variants(StreamLevel::memory, simd)),
            (std::set<std::string>{"avx2 load", "avx2 load x2", "avx2 load x3", "avx2 load x4", "avx2 store",
                                   "avx2 store streaming", "avx2 update", "avx2 copy", "avx2 copy streaming",
                                   "avx2 scale", "avx2 scale streaming", "avx2 add", "avx2 add streaming", "avx2 triad",
                                   "avx2 triad streaming"}));
  EXPECT_TRUE(stream_variants(StreamLevel::memory, {}).empty());
}

TEST(MemorySubjects, TheLastCacheHasMoreLoadStreamsButNoStreamingStores) {
  const std::vector<std::string> simd{"avx2", "sse"};
  EXPECT_EQ(labels_of(stream_variants(StreamLevel::last_cache, simd)),
            (std::set<std::string>{"avx2 load", "avx2 load x2", "avx2 load x3", "avx2 load x4", "avx2 store",
                                   "avx2 update", "avx2 copy", "avx2 scale", "avx2 add", "avx2 triad"}));
}

TEST(MemorySubjects, LimitsAreWhatTheBusierPortsAllow) {
  EXPECT_EQ(stream_bytes_per_cycle_limit(StreamMix::load, "avx2"), 96);     // 3 loads
  EXPECT_EQ(stream_bytes_per_cycle_limit(StreamMix::store, "avx2"), 64);    // 2 stores
  EXPECT_EQ(stream_bytes_per_cycle_limit(StreamMix::copy, "avx2"), 128);    // 2 copies
  EXPECT_EQ(stream_bytes_per_cycle_limit(StreamMix::update, "avx2"), 128);  // likewise
  EXPECT_EQ(stream_bytes_per_cycle_limit(StreamMix::triad, "avx2"), 144);   // 1.5 triads
  EXPECT_EQ(stream_bytes_per_cycle_limit(StreamMix::triad, "avx512"), 192);
  EXPECT_EQ(stream_bytes_per_cycle_limit(StreamMix::load, "unheard-of"), 128);
}

TEST(MemorySubjects, EveryVariantOfThisProcessorIsAKernel) {
  std::vector<std::string> simd;
  for (const SimdChoice& choice : simd_choices()) {
    simd.push_back(choice.name);
  }
  for (const StreamLevel level : {StreamLevel::near_cache, StreamLevel::last_cache, StreamLevel::memory}) {
    for (const StreamVariant& variant : stream_variants(level, simd)) {
#if defined(__x86_64__)
      EXPECT_NO_THROW(Stream({.mix = variant.mix,
                              .streams = variant.streams,
                              .stores = variant.stores,
                              .size = Bytes{1 << 20},
                              .simd = variant.simd}))
          << variant.label();
#endif
      EXPECT_GT(variant.bytes_per_cycle_limit, 0.0);
    }
  }
}

}  // namespace
}  // namespace assay
