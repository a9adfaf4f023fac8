#include "kernels/simd_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "kernels/simd_target.hpp"

namespace assay {
namespace {

TEST(SimdChoice, AutoIsTheBestAndEveryNameIsFound) {
  const std::vector<SimdChoice> choices = simd_choices();
  ASSERT_FALSE(choices.empty());
  EXPECT_EQ(simd_choice("auto").target, choices.front().target);
  for (const SimdChoice& choice : choices) {
    EXPECT_EQ(simd_choice(choice.name).target, choice.target);
  }
  EXPECT_EQ(simd_parameter_values().size(), choices.size() + 1);
#if defined(__x86_64__)
  // Highway 1.0 falls back on scalar code, later ones on the instructions that every x86-64 has.
  EXPECT_THAT(choices.back().name, ::testing::AnyOf("scalar", "sse2"));
#endif
}

TEST(SimdChoice, AnUnknownNameIsRefusedWithTheKnownOnes) {
  try {
    (void)simd_choice("altivec");
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), ::testing::StartsWith("simd=altivec is not accepted on this processor; simd is one of: "
                                                    "auto, " +
                                                    simd_choices().front().name));
  }
}

}  // namespace
}  // namespace assay
