#include "kernels/simd_cap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "harness/cpu_features.hpp"
#include "kernels/compute_peaks.hpp"
#include "kernels/shared_library.hpp"
#include "kernels/simd_choice.hpp"

namespace assay {
namespace {

using ::testing::ExitedWithCode;

/// Everything that a cap must hold, in a process of its own since it lasts; the exit code says what did not.
[[noreturn]] void keep_to(const std::string& level) {
  cap_simd(level);
  if (simd_cap() != level || simd_choices().front().name != level) {
    std::exit(1);
  }
  for (const ComputePeak& peak : compute_peaks(usable_simd_extensions()).here) {
    if (peak.isa != "vectors" && !is_within_simd_cap(peak.isa)) {
      std::exit(2);
    }
    if (level == "sse" && (peak.isa.starts_with("avx") || peak.isa.starts_with("amx") || peak.mix == "fma")) {
      std::exit(3);  // an FMA is an instruction of the wide sets, whatever its width
    }
  }
  std::exit(0);
}

TEST(SimdCap, HoldsForEveryLevelOfThisProcessor) {
  GTEST_FLAG_SET(death_test_style, "fast");
  for (const SimdChoice& choice : simd_choices()) {
    EXPECT_EXIT(keep_to(choice.name), ExitedWithCode(0), "") << choice.name;
  }
  EXPECT_EQ(simd_cap(), "");
}

TEST(SimdCap, RefusesWhatThisProcessorLacks) {
  EXPECT_THROW(cap_simd("altivec"), std::invalid_argument);
  EXPECT_EQ(simd_cap(), "");
}

TEST(SimdCap, WithoutOneNothingIsKeptAway) {
  EXPECT_EQ(usable_simd_extensions(), simd_extensions());
  EXPECT_TRUE(is_within_simd_cap("avx512"));
  EXPECT_EQ(library_refusal(), "");
  EXPECT_EQ(reason_without("quantum"), "this processor has no quantum");
}

TEST(SimdCap, TheLibrariesAreToldInTheirOwnWords) {
  for (const char* const level : {"avx512", "avx512_zen4", "avx2", "sse"}) {
    EXPECT_EQ(library_settings(level).size(), 5U) << level;
  }
  EXPECT_TRUE(library_settings("scalar").empty());
}

TEST(SimdCap, NoLibraryIsOpenedWhereNoneIsNarrowEnough) {
  const auto choices = simd_choices();
  if (std::ranges::find(choices, "scalar", &SimdChoice::name) == choices.end()) {
    GTEST_SKIP() << "scalar is no choice here";
  }
  const auto opens = [] {
    cap_simd("scalar");
    std::exit(SharedLibrary::open({"libc.so.6"}).available() ? 1 : 0);
  };
  EXPECT_EXIT(opens(), ExitedWithCode(0), "");
}

}  // namespace
}  // namespace assay
