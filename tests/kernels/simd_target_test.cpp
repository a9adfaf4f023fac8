// The loops compiled for each instruction set of this processor give the right result, not only the best of them.
#include "kernels/simd_target.hpp"

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <set>

#include "tests/kernels/only_target.hpp"
#include "tests/kernels/small_kernels.hpp"

namespace assay {
namespace {

using test_support::OnlyTarget;

TEST(SimdTarget, EachGivesTheRightResult) {
  std::set<std::string> names;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    const OnlyTarget only(target);
    names.insert(simd_target());
    for (const test_support::SmallKernel& small : test_support::small_kernels()) {
      if (small.parameters.contains("simd")) {
        continue;  // it has its instruction set already
      }
      if (const auto stores = small.parameters.find("stores");
          target == HWY_EMU128 && stores != small.parameters.end() && stores->second == "streaming") {
        continue;  // what Highway emulates for Clang has no such stores
      }
      const auto kernel = small.make();
      kernel->prepare(11);
      const OutputCheck check = kernel->verify();
      EXPECT_TRUE(check.passed) << simd_target() << ", " << test_support::describe(small) << ": " << check.detail;
    }
  }
  EXPECT_EQ(names.size(), hwy::SupportedAndGeneratedTargets().size());
}

TEST(SimdTarget, NamesTheBestOne) {
  EXPECT_EQ(simd_target(), hwy::TargetName(hwy::SupportedAndGeneratedTargets().front()));
}

}  // namespace
}  // namespace assay
