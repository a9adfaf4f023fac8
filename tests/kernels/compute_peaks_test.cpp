#include "kernels/compute_peaks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/cpu_features.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;

std::set<std::string> names_of(const ComputePeaks& peaks) {
  std::set<std::string> names;
  for (const ComputePeak& peak : peaks.here) {
    names.insert(peak.isa + " " + peak.dtype + " " + peak.mix);
  }
  return names;
}

const ComputePeak* find(const ComputePeaks& peaks, const std::string& isa, const std::string& dtype,
                        const std::string& mix) {
  const auto found = std::ranges::find_if(
      peaks.here, [&](const ComputePeak& peak) { return peak.isa == isa && peak.dtype == dtype && peak.mix == mix; });
  return found == peaks.here.end() ? nullptr : &*found;
}

TEST(ComputePeaks, AreThoseOfTheGivenInstructionSets) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "the lists are of x86-64";
#endif
  const std::set<std::string> oldest = names_of(compute_peaks({}));
  EXPECT_TRUE(oldest.contains("sse f64 mul+add"));
  EXPECT_FALSE(oldest.contains("sse f64 fma"));
  EXPECT_FALSE(oldest.contains("avx2 f64 add"));
  const std::set<std::string> haswell = names_of(compute_peaks({"sse4_2", "avx", "fma", "avx2"}));
  EXPECT_TRUE(haswell.contains("scalar f32 fma"));
  EXPECT_TRUE(haswell.contains("avx2 f64 fma+add"));
  EXPECT_FALSE(haswell.contains("avx512 f64 fma"));
  EXPECT_TRUE(names_of(compute_peaks({"avx", "fma", "avx2", "avx512f"})).contains("avx512 f32 fma"));
}

TEST(ComputePeaks, WhatTheProcessorLacksHasItsReason) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "the lists are of x86-64";
#endif
  const ComputePeaks peaks = compute_peaks({"avx", "fma", "avx2"});
  const auto wide = std::ranges::find_if(peaks.absent, [](const AbsentPeak& absent) { return absent.isa == "avx512"; });
  ASSERT_NE(wide, peaks.absent.end());
  EXPECT_THAT(wide->reason, HasSubstr("no avx512f"));
}

TEST(ComputePeaks, TheGateIsAboveEveryKnownCoreAndFollowsTheWidth) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "the lists are of x86-64";
#endif
  const ComputePeaks peaks = compute_peaks({"avx", "fma", "avx2", "avx512f"});
  // Zen 3 reaches 24 flop a cycle in 256 bits of doubles, and exactly that is allowed.
  EXPECT_EQ(find(peaks, "avx2", "f64", "fma+add")->work_per_cycle_limit, 24.0);
  EXPECT_EQ(find(peaks, "avx512", "f32", "fma")->work_per_cycle_limit, 96.0);
  EXPECT_EQ(find(peaks, "scalar", "f32", "add")->work_per_cycle_limit, 6.0);
}

TEST(ComputePeaks, AllOfThisProcessorCanBeMade) {
  const ComputePeaks peaks = compute_peaks(simd_extensions());
  EXPECT_FALSE(peaks.here.empty());
  EXPECT_TRUE(std::ranges::any_of(peaks.here, [](const ComputePeak& peak) { return peak.gemm_roof; }));
  for (const ComputePeak& peak : peaks.here) {
    const auto kernel = find_kernel(peak.kernel)->make(peak.parameters);
    EXPECT_EQ(kernel->work_unit(), peak.unit);
    for (const auto& [name, value] : peak.parameters) {
      EXPECT_EQ(kernel->identity().parameters.at(name), value) << peak.isa << " " << peak.mix;
    }
    kernel->prepare(1);
    const OutputCheck check = kernel->verify();
    EXPECT_TRUE(check.passed) << peak.isa << " " << peak.dtype << " " << peak.mix << ": " << check.detail;
  }
}

TEST(Peak, RefusesWhatTheProcessorLacksAndSaysWhatItHas) {
  const auto refusal = [](const std::map<std::string, std::string>& parameters) {
    try {
      (void)find_kernel("peak")->make(parameters);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
#if defined(__x86_64__)  // an arm64 has this one
  EXPECT_THAT(refusal({{"simd", "scalar"}, {"mix", "fma+add"}}),
              ::testing::AllOf(HasSubstr("simd=scalar mix=fma+add is not accepted; this processor has: "),
                               HasSubstr("simd=scalar mix=add")));
#endif
  EXPECT_THAT(refusal({{"simd", "mmx"}}), HasSubstr("simd=mmx is not accepted"));
}

}  // namespace
}  // namespace assay
