#include "harness/split.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace assay {
namespace {

using Parts = std::vector<std::string_view>;

TEST(Split, KeepsEveryPartAlsoTheEmptyOnes) {
  EXPECT_EQ(split("a,bc,d", ','), (Parts{"a", "bc", "d"}));
  EXPECT_EQ(split(",a,,", ','), (Parts{"", "a", "", ""}));
  EXPECT_EQ(split("a,b", ';'), (Parts{"a,b"}));
}

TEST(Split, OfNothingIsOneEmptyPart) { EXPECT_EQ(split("", ','), Parts{""}); }

}  // namespace
}  // namespace assay
