#include "kernels/stream_memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include "kernels/dial.hpp"
#include "kernels/stream.hpp"

namespace assay {
namespace {

TEST(StreamMemory, SourcesAreNumbersFromOneToTwoInBothTypes) {
  StreamMemory memory({.destination = Bytes{4096}, .sources = Bytes{65536}}, Pages::small);
  memory.fill(5);
  const auto in_range = [](auto value) { return value >= 1 && value < 2; };
  const auto doubles = memory.source<double>(0, Bytes{32768});
  const auto floats = memory.source<float>(0, Bytes{32768});
  EXPECT_TRUE(std::all_of(doubles.begin(), doubles.end(), in_range));
  EXPECT_TRUE(std::all_of(floats.begin(), floats.end(), in_range));
  EXPECT_NE(doubles[0], doubles[1]);
  EXPECT_NE(floats[0], floats[2]);
  EXPECT_NE(floats[1], floats[3]);
  const auto zeros = memory.destination<double>();
  EXPECT_EQ(zeros.size(), 512U);
  EXPECT_TRUE(std::all_of(zeros.begin(), zeros.end(), [](double value) { return value == 0.0; }));
}

TEST(StreamMemory, ASecondFillWithTheSameSeedKeepsWhatIsThere) {
  StreamMemory memory({.destination = Bytes{64}, .sources = Bytes{8192}}, Pages::small);
  memory.fill(5);
  const double first = memory.source<double>(0, Bytes{64})[0];
  memory.destination<double>()[0] = 7;
  memory.fill(5);
  EXPECT_EQ(memory.destination<double>()[0], 7);
  memory.fill(6);
  EXPECT_EQ(memory.destination<double>()[0], 0);
  EXPECT_NE(memory.source<double>(0, Bytes{64})[0], first);
}

TEST(StreamMemory, ArraysStartOnDifferentPartsOfAPageAndDoNotOverlap) {
  const Bytes size{5 * 512};
  StreamMemory memory({.destination = size, .sources = StreamMemory::sources_for(4, size)}, Pages::small);
  std::vector<std::uintptr_t> offsets{reinterpret_cast<std::uintptr_t>(memory.destination<double>().data()) % 4096};
  const double* end = nullptr;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto array = memory.source<double>(i, size);
    EXPECT_EQ(array.size(), 320U);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array.data()) % 64, 0U);
    EXPECT_GE(array.data(), end);
    end = array.data() + array.size();
    offsets.push_back(reinterpret_cast<std::uintptr_t>(array.data()) % 4096);
  }
  std::sort(offsets.begin(), offsets.end());
  for (std::size_t i = 1; i < offsets.size(); ++i) {
    EXPECT_GE(offsets[i] - offsets[i - 1], 64U);
  }
  EXPECT_THROW((void)memory.source<double>(4, size), std::out_of_range);
}

TEST(StreamMemory, SaysWhatPagesItGot) {
  StreamMemory small({.destination = Bytes{64}, .sources = Bytes{4096}}, Pages::small);
  small.fill(1);
  EXPECT_EQ(small.huge_pages_text(), "not available: not asked for");
  StreamMemory huge({.destination = Bytes{64}, .sources = Bytes{4096}}, Pages::huge);
  huge.fill(1);
  EXPECT_THAT(huge.huge_pages_text(),
              ::testing::AnyOf(::testing::EndsWith(" of 4194304 bytes"), ::testing::StartsWith("not available: ")));
}

TEST(StreamMemory, ServesKernelsInTurnsWithoutHarm) {
  const Bytes size{96 * 1024};
  StreamZones zones{};
  for (std::size_t i = 0; i < kStreamMixes; ++i) {
    zones = covering(zones, Stream::zones_of({.mix = static_cast<StreamMix>(i), .size = size}));
  }
  zones = covering(zones, Dial<float>::zones_of({.size = size}));
  const auto memory = std::make_shared<StreamMemory>(zones, Pages::huge);
  std::vector<std::unique_ptr<Kernel>> kernels;
  for (std::size_t i = 0; i < kStreamMixes; ++i) {
    kernels.push_back(
        std::make_unique<Stream>(Stream::Settings{.mix = static_cast<StreamMix>(i), .size = size, .memory = memory}));
  }
  kernels.push_back(std::make_unique<Dial<float>>(Dial<float>::Settings{.size = size, .memory = memory}));
  kernels.push_back(std::make_unique<Dial<double>>(Dial<double>::Settings{.size = size, .memory = memory}));
  for (const auto& kernel : kernels) {
    kernel->prepare(4);
  }
  for (int round = 0; round < 3; ++round) {
    for (const auto& kernel : kernels) {
      kernel->repeat(5);
      const OutputCheck check = kernel->verify();
      EXPECT_TRUE(check.passed) << kernel->identity().name << ": " << check.detail;
    }
  }
}

TEST(StreamMemory, ThatIsTooSmallIsRefused) {
  const auto memory =
      std::make_shared<StreamMemory>(StreamZones{.destination = Bytes{4096}, .sources = Bytes{8192}}, Pages::small);
  EXPECT_THROW(Stream({.mix = StreamMix::store, .size = Bytes{8192}, .memory = memory}), std::invalid_argument);
  EXPECT_THROW(Stream({.mix = StreamMix::load, .size = Bytes{8192}, .memory = memory}), std::invalid_argument);
  EXPECT_NO_THROW(Stream({.mix = StreamMix::store, .size = Bytes{4096}, .memory = memory}));
  EXPECT_THROW(Dial<double>({.size = Bytes{9216}, .memory = memory}), std::invalid_argument);
}

}  // namespace
}  // namespace assay
