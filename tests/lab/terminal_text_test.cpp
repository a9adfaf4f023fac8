#include "lab/terminal_text.hpp"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(WithoutControls, LeavesNothingThatATerminalWouldObey) {
  EXPECT_EQ(without_controls("a\033[2Jb\007\x7F\r"), "a?[2Jb???");
  EXPECT_EQ(without_controls("a\xC2\x9B"
                             "31mb"),
            "a?31mb")
      << "CSI of the second set";
  EXPECT_EQ(without_controls("two\nlines\tand ✓ 1 µs"), "two\nlines\tand ✓ 1 µs");
  EXPECT_EQ(without_controls("cut\xC2"), "cut\xC2");
}

}  // namespace
}  // namespace assay
