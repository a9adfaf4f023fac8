#include "kernels/rolling_window.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace assay {
namespace {

using Call = std::array<std::uint64_t, 3>;  // first, count, passes

std::vector<Call> calls(RollingWindow& window, std::uint64_t steps) {
  std::vector<Call> made;
  window.advance(steps, [&made](std::size_t first, std::size_t count, std::uint64_t passes) {
    made.push_back({first, count, passes});
  });
  return made;
}

TEST(RollingWindow, GoesOnWhereItStoppedAndRoundTheEnd) {
  RollingWindow window(1000, 300);
  EXPECT_EQ(calls(window, 1), (std::vector<Call>{{0, 300, 1}}));
  EXPECT_EQ(calls(window, 2), (std::vector<Call>{{300, 600, 1}}));
  EXPECT_EQ(calls(window, 1), (std::vector<Call>{{900, 100, 1}, {0, 200, 1}}));
}

TEST(RollingWindow, WholePassesAreOneCall) {
  RollingWindow whole(500, 500);
  EXPECT_EQ(calls(whole, 7), (std::vector<Call>{{0, 500, 7}}));
  RollingWindow part(1000, 250);
  EXPECT_EQ(calls(part, 1), (std::vector<Call>{{0, 250, 1}}));
  EXPECT_EQ(calls(part, 12), (std::vector<Call>{{250, 750, 1}, {0, 1000, 2}, {0, 250, 1}}));
}

TEST(RollingWindow, NoStepIsNoCall) {
  RollingWindow window(1000, 300);
  EXPECT_TRUE(calls(window, 0).empty());
}

}  // namespace
}  // namespace assay
