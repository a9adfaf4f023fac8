#include "scenarios/toml_characters.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "scenarios/datasheets.hpp"

namespace assay {
namespace {

TEST(TomlCharacters, BeyondAsciiIsWhatAPersonWritesOrSays) {
  for (const char* toml :
       {"", "# caf\xc3\xa9\na = 1\n", "a = \"caf\xc3\xa9\" # \xc3\xa9\n", "a = 'caf\xc3\xa9'\n",
        "\xef\xbb\xbf"
        "a = 1\n",
        "a = \"\"\"\n# caf\xc3\xa9\n\"\"\"\"\" # \xc3\xa9\n", "a = \"\\\"#\xc3\xa9\"\n", "a = '\\' # \xc3\xa9\n",
        "a = ''\nb = \"\" # \xc3\xa9\n", "a = \"\"\"\\\n  b\xc3\xa9\"\"\"\n"}) {
    EXPECT_EQ(line_of_stray_character(toml), std::nullopt) << toml;
  }
}

TEST(TomlCharacters, OutsideOfThoseItsLineIsNamed) {
  EXPECT_EQ(line_of_stray_character("caf\xc3\xa9 = 1\n"), 1U);
  EXPECT_EQ(line_of_stray_character("a = 1\n[\xef\xba\xbfis]\n"), 2U);
  EXPECT_EQ(line_of_stray_character("a = \"x\"\xc3\xa9\n"), 1U);
  EXPECT_EQ(line_of_stray_character("# x\na = \"\"\"\nx\"\"\"\" \xc3\xa9\n"), 3U);
  EXPECT_EQ(line_of_stray_character("a = \"\\\xc3\xa9\"\n"), 1U);
  EXPECT_EQ(line_of_stray_character("a = \"\"\"\\\n \xc3\xa9\"\"\"\n"), 2U);
  EXPECT_EQ(line_of_stray_character("a = \"open\n\xc3\xa9\n"), 2U);
  EXPECT_EQ(line_of_stray_character("a = 1\n\xef\xbb\xbf"), 2U);
}

// U+FEBF where toml++ 3.3 looks for a blank is undefined behaviour there: it must not get so far.
TEST(TomlCharacters, AFileWithOneIsRefusedWithItsPlace) {
  try {
    (void)datasheets_from_toml("[[device]]\n\xef\xba\xbf = 1\n", "own.toml");
    FAIL() << "was taken";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "own.toml, line 2: no TOML: a character beyond ASCII outside of strings and comments");
  }
}

}  // namespace
}  // namespace assay
