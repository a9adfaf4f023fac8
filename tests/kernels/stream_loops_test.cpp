// Each stream loop of each instruction set touches every element, and only those.
#include "kernels/stream_loops.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/simd_choice.hpp"

namespace assay {
namespace {

constexpr std::size_t kElements = 3 * kStreamStep;

/// Memory as a loop wants it: aligned, with a guard element behind it.
struct alignas(64) Operand {
  std::array<double, kElements> values{};
  double guard = -1.0;
};

TEST(StreamLoops, LoadReadsEveryElementOfEveryStream) {
  for (const SimdChoice& simd : simd_choices()) {
    for (std::size_t streams = 1; streams <= kMostLoadStreams; ++streams) {
      const StreamLoop loop = find_stream_loop({.target = simd.target, .mix = StreamMix::load, .streams = streams});
      ASSERT_NE(loop, nullptr);
      std::array<Operand, kMostLoadStreams> operands{};
      StreamPass pass{.elements = kElements};
      for (std::size_t i = 0; i < streams; ++i) {
        pass.sources[i] = operands[i].values.data();
      }
      EXPECT_EQ(loop(pass), 0U);
      for (std::size_t stream = 0; stream < streams; ++stream) {
        for (std::size_t i = 0; i < kElements; ++i) {
          operands[stream].values[i] = 1.75;
          ASSERT_EQ(loop(pass), std::bit_cast<std::uint64_t>(1.75)) << simd.name << " " << streams << " " << i;
          operands[stream].values[i] = 0.0;
        }
      }
      operands[0].values[5] = 1.75;
      pass.passes = 3;  // an odd number of passes leaves the value, an even one cancels it
      EXPECT_EQ(loop(pass), std::bit_cast<std::uint64_t>(1.75));
      pass.passes = 2;
      EXPECT_EQ(loop(pass), 0U);
    }
  }
}

TEST(StreamLoops, WriteFillsTheDestinationAndNothingBehindIt) {
  for (const SimdChoice& simd : simd_choices()) {
    for (std::size_t mix = 1; mix < kStreamMixes; ++mix) {
      for (const Stores stores : {Stores::regular, Stores::streaming}) {
        const StreamLoop loop =
            find_stream_loop({.target = simd.target, .mix = static_cast<StreamMix>(mix), .stores = stores});
        if (loop == nullptr) {
          EXPECT_EQ(stores, Stores::streaming);  // the only ones that an instruction set may lack
          continue;
        }
        if (facts_of(static_cast<StreamMix>(mix)).in_place) {
          continue;
        }
        Operand a;
        Operand b;
        Operand c;
        b.values.fill(1.5);
        c.values.fill(1.25);
        loop({.destination = a.values.data(),
              .sources = {b.values.data(), c.values.data()},
              .elements = kElements,
              .scalar = 2.0,
              .passes = 2});
        const auto expected = reference_stream<double>(static_cast<StreamMix>(mix), 1.5, 1.25, 2.0);
        for (const double value : a.values) {
          ASSERT_EQ(value, expected) << simd.name << " " << name_of(static_cast<StreamMix>(mix));
        }
        EXPECT_EQ(a.guard, -1.0);
      }
    }
  }
}

TEST(StreamLoops, UpdateMultipliesEveryElementInEveryPassAndNothingBehind) {
  for (const SimdChoice& simd : simd_choices()) {
    const StreamLoop loop = find_stream_loop({.target = simd.target, .mix = StreamMix::update});
    ASSERT_NE(loop, nullptr);
    Operand a;
    for (std::size_t i = 0; i < kElements; ++i) {
      a.values[i] = static_cast<double>(i);
    }
    loop({.destination = a.values.data(), .elements = kElements, .scalar = 2.0, .passes = 3});
    for (std::size_t i = 0; i < kElements; ++i) {
      ASSERT_EQ(a.values[i], 8.0 * static_cast<double>(i)) << simd.name;
    }
    EXPECT_EQ(a.guard, -1.0);
  }
}

TEST(StreamLoops, WhatMakesNoSenseHasNone) {
  const std::int64_t target = simd_choices().front().target;
  EXPECT_EQ(find_stream_loop({.target = target, .mix = StreamMix::copy, .streams = 2}), nullptr);
  EXPECT_EQ(find_stream_loop({.target = target, .mix = StreamMix::update, .stores = Stores::streaming}), nullptr);
  EXPECT_EQ(find_stream_loop({.target = target, .mix = StreamMix::load, .streams = 0}), nullptr);
  EXPECT_EQ(find_stream_loop({.target = target, .mix = StreamMix::load, .streams = 5}), nullptr);
  EXPECT_EQ(find_stream_loop({.target = target, .mix = StreamMix::load, .stores = Stores::streaming}), nullptr);
}

}  // namespace
}  // namespace assay
