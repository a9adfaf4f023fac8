// Work, reference and refusals of dot_peak. What the loops give is checked by every_kernel_test.cpp for each that this
// machine can run.
#include "kernels/dot_peak.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/cpu_features.hpp"
#include "tests/kernels/counting_scalar.hpp"

namespace assay {

namespace test_support {

CountingScalar low_byte(CountingScalar value) {
  return CountingScalar(static_cast<double>(static_cast<std::int64_t>(value.value()) & 0xff));
}
CountingScalar high_byte(CountingScalar value) {
  return CountingScalar(static_cast<double>(static_cast<std::int64_t>(value.value()) >> 8));
}

}  // namespace test_support

namespace {

using test_support::CountingScalar;
using ::testing::HasSubstr;

/// Also the loops that this processor cannot run.
std::vector<DotPeakLoop> all_loops() {
  std::vector<DotPeakLoop> loops = dot_peak_loops({});
  for (const DotPeakLoop& loop : native_dot_peak_loops()) {
    loops.push_back(loop);
  }
  return loops;
}

TEST(DotPeak, DeclaredWorkIsWhatTheReferenceDoes) {
  for (const DotPeakLoop& loop : all_loops()) {
    SCOPED_TRACE(std::string(loop.dtype) + " " + std::string(loop.simd) + " " + std::string(name_of(loop.mix)));
    const DotFactors factors{.left = std::vector<int>(loop.left_elements(), 3),
                             .right = std::vector<int>(loop.right_elements(), 2)};
    std::vector<CountingScalar> results(loop.elements());
    const auto steps = [&] {
      for (std::size_t i = 0; i < results.size(); ++i) {
        results[i] = reference_dot_steps(loop, factors, i, 5, CountingScalar(0x0102));
      }
    };
    EXPECT_EQ(CountingScalar::operations_of(steps), 5 * loop.operations());
    EXPECT_EQ(results.back().value(),
              static_cast<double>(reference_dot_steps<std::int64_t>(loop, factors, results.size() - 1, 5, 0x0102)));
    if (!loop.tiles) {  // which the operating system may refuse
      const DotPeak kernel(loop, 5);
      EXPECT_EQ(kernel.work().count, 5 * loop.operations());
      EXPECT_EQ(kernel.work_unit(), loop.dtype == "i8" ? WorkUnit::integer_operation : WorkUnit::flop);
      EXPECT_EQ(kernel.traffic().count,
                2 * loop.accumulator_bytes() + (loop.left_elements() + loop.right_elements()) * loop.operand_bytes());
    }
  }
}

TEST(DotPeak, ReferenceOfMaddubsByHand) {
  const DotPeakLoop loop{.simd = "avx2", .dtype = "i8", .mix = DotMix::maddubs, .accumulators = 1, .vector_bytes = 32};
  DotFactors factors{.left = {}, .right = std::vector<int>(32, 0)};
  factors.right[6] = 100;
  factors.right[7] = -3;
  EXPECT_EQ(reference_dot_steps<std::int64_t>(loop, factors, 3, 1, 2 + 256 * 5), 2 * 100 - 5 * 3);
  EXPECT_EQ(reference_dot_steps<std::int64_t>(loop, factors, 3, 2, 2 + 256 * 5), 185 * 100);
}

// The product of two matrices, the right one stored as the tiles want it: TDPBSSD's pseudo code, SDM volume 2B.
TEST(DotPeak, ReferenceOfTilesIsAMatrixProduct) {
  for (const std::size_t side_by_side : {std::size_t{4}, std::size_t{2}}) {
    const DotPeakLoop loop{.simd = "amx",
                           .dtype = side_by_side == 4 ? "i8" : "bf16",
                           .accumulators = 4,
                           .vector_bytes = 1024,
                           .tiles = true};
    const std::size_t inner = 16 * side_by_side;
    const auto a = [](std::size_t m, std::size_t k) { return static_cast<int>((m * 7 + k * 3) % 11) - 4; };
    const auto b = [](std::size_t k, std::size_t n) { return static_cast<int>((k * 5 + n * 13) % 17) - 9; };
    // 32 x inner times inner x 32: tiles of 16 rows of the left one, of 16 columns of the right one.
    DotFactors factors{.left = std::vector<int>(loop.left_elements()),
                       .right = std::vector<int>(loop.right_elements())};
    for (std::size_t k = 0; k < inner; ++k) {
      for (std::size_t i = 0; i < 32; ++i) {
        factors.left.at(i * inner + k) = a(i, k);
        factors.right.at(i / 16 * 16 * inner + k / side_by_side * inner + i % 16 * side_by_side + k % side_by_side) =
            b(k, i);
      }
    }
    for (std::size_t m = 0; m < 32; ++m) {
      for (std::size_t n = 0; n < 32; ++n) {
        std::int64_t expected = 1000;
        for (std::size_t k = 0; k < inner; ++k) {
          expected += std::int64_t{2} * a(m, k) * b(k, n);
        }
        const std::size_t element = (m / 16 * 2 + n / 16) * 256 + m % 16 * 16 + n % 16;
        ASSERT_EQ(reference_dot_steps<std::int64_t>(loop, factors, element, 2, 1000), expected) << m << ", " << n;
      }
    }
  }
}

/// One element is wrong by one after the run.
class FaultyDotPeak : public DotPeak {
 public:
  FaultyDotPeak(const DotPeakLoop& loop, std::size_t byte) : DotPeak(loop, 10), byte_(byte) {}
  void run(std::span<const std::uint32_t> samples) noexcept override {
    DotPeak::run(samples);
    output()[byte_] ^= std::byte{1};
  }

 private:
  std::size_t byte_;
};

TEST(WrongOutput, DotPeakFirstAndLast) {
  for (const DotPeakLoop& loop : dot_peak_loops(simd_extensions())) {
    if (loop.tiles && !tile_refusal().empty()) {
      continue;
    }
    const std::size_t element_bytes = loop.accumulator_bytes() / loop.elements();
    for (const std::size_t element : {std::size_t{0}, loop.elements() - 1}) {
      FaultyDotPeak kernel(loop, element * element_bytes + (loop.dtype == "bf16" ? 2 : 0));
      kernel.prepare(3);
      const OutputCheck check = kernel.verify();
      EXPECT_FALSE(check.passed);
      EXPECT_GT(check.worst_relative_error, check.tolerance);
      EXPECT_THAT(check.detail, ::testing::StartsWith("sample 0, element " + std::to_string(element) + ":"));
    }
  }
}

// The 32-bit sums of i8 wrap around, as the reference must.
TEST(DotPeak, MostIterationsAreExact) {
  for (const DotPeakLoop& loop : dot_peak_loops(simd_extensions())) {
    if (!loop.tiles) {
      DotPeak kernel(loop, DotPeak::kMostIterations);
      kernel.prepare(5);
      EXPECT_TRUE(kernel.verify().passed) << loop.simd;
    }
  }
}

std::string refusal(const std::map<std::string, std::string>& parameters) {
  try {
    (void)make_dot_peak(parameters);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(DotPeak, NoSuchLoop) {
  EXPECT_THAT(refusal({{"dtype", "bf16"}, {"mix", "maddubs"}}),
              HasSubstr("there is no loop for dtype=bf16 mix=maddubs simd=auto; this build has: "
                        "dtype=i8 mix=dot simd=scalar"));
  EXPECT_THAT(refusal({{"dtype", "i4"}}), HasSubstr("dtype=i4 is not accepted"));
  EXPECT_THROW(DotPeak(all_loops().front(), 0), std::invalid_argument);
  EXPECT_THROW(DotPeak(all_loops().front(), 100'001), std::invalid_argument);
}

TEST(DotPeak, AnExtensionThatThisProcessorLacks) {
  const std::vector<std::string> isa = simd_extensions();
  for (const DotPeakLoop& loop : native_dot_peak_loops()) {
    if (std::ranges::find(isa, loop.needs) == isa.end()) {
      const std::string text = refusal({{"dtype", std::string(loop.dtype)},
                                        {"mix", std::string(name_of(loop.mix))},
                                        {"simd", std::string(loop.simd)}});
      EXPECT_THAT(text, HasSubstr("needs " + std::string(loop.needs) + ", which this processor lacks; it has: "));
      EXPECT_EQ(text.find('\n'), std::string::npos);
    }
  }
}

TEST(DotPeak, LoopsOfAnIsa) {
  const auto names = [](const std::vector<std::string>& isa) {
    std::vector<std::string> all;
    for (const DotPeakLoop& loop : dot_peak_loops(isa)) {
      all.emplace_back(std::string(loop.dtype) + " " + std::string(loop.simd));
    }
    return all;
  };
  EXPECT_EQ(names({}), (std::vector<std::string>{"i8 scalar"}));
#if defined(__x86_64__)
  EXPECT_EQ(names({"fma", "avx2"}), (std::vector<std::string>{"i8 scalar", "i8 avx2", "i8 avx2"}));
  EXPECT_EQ(names({"amx_bf16", "avx512_vnni"}), (std::vector<std::string>{"i8 scalar", "i8 avx512_vnni", "bf16 amx"}));
#endif
}

}  // namespace
}  // namespace assay
