#include "lab/terminal.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace assay {
namespace {

TerminalFacts both_terminals() {
  TerminalFacts facts;
  facts.stdout_is_terminal = true;
  facts.stderr_is_terminal = true;
  facts.term = "xterm-256color";
  return facts;
}

TEST(ProgressChoice, DrawsABarOnlyWhereBothStreamsCanRedraw) {
  EXPECT_EQ(choose_progress("auto", both_terminals()), ProgressMode::bar);

  TerminalFacts piped_out = both_terminals();
  piped_out.stdout_is_terminal = false;
  EXPECT_EQ(choose_progress("auto", piped_out), ProgressMode::plain);

  TerminalFacts piped_err = both_terminals();
  piped_err.stderr_is_terminal = false;
  EXPECT_EQ(choose_progress("auto", piped_err), ProgressMode::plain);

  TerminalFacts dumb = both_terminals();
  dumb.term = "dumb";
  EXPECT_EQ(choose_progress("auto", dumb), ProgressMode::plain);
}

TEST(ProgressChoice, AskingByNameDecides) {
  EXPECT_EQ(choose_progress("bar", TerminalFacts{}), ProgressMode::bar);
  EXPECT_EQ(choose_progress("plain", both_terminals()), ProgressMode::plain);
  EXPECT_EQ(choose_progress("none", both_terminals()), ProgressMode::none);
  EXPECT_THROW(static_cast<void>(choose_progress("fancy", both_terminals())), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(choose_progress("", both_terminals())), std::invalid_argument);
}

TEST(ColorChoice, FlagThenNoColorThenForceThenTerminal) {
  TerminalFacts facts = both_terminals();
  EXPECT_TRUE(use_color("auto", true, facts));
  EXPECT_FALSE(use_color("auto", false, facts));

  facts.clicolor_force = "1";
  EXPECT_TRUE(use_color("auto", false, facts));
  facts.clicolor_force = "0";
  EXPECT_FALSE(use_color("auto", false, facts));

  facts.clicolor_force = "1";
  facts.no_color = "1";
  EXPECT_FALSE(use_color("auto", true, facts));
  EXPECT_TRUE(use_color("always", false, facts));
  EXPECT_FALSE(use_color("never", true, both_terminals()));

  TerminalFacts dumb = both_terminals();
  dumb.term = "dumb";
  EXPECT_FALSE(use_color("auto", true, dumb));
  EXPECT_THROW(static_cast<void>(use_color("yes", true, facts)), std::invalid_argument);
}

TEST(Utf8, TheFirstLocaleVariableThatIsSetDecides) {
  TerminalFacts facts;
  EXPECT_FALSE(use_utf8(facts));
  facts.lang = "en_GB.UTF-8";
  EXPECT_TRUE(use_utf8(facts));
  facts.lc_ctype = "C";
  EXPECT_FALSE(use_utf8(facts));
  facts.lc_all = "de_DE.utf8";
  EXPECT_TRUE(use_utf8(facts));
  facts.lc_all = "POSIX";
  EXPECT_FALSE(use_utf8(facts));
}

TEST(Symbols, AreAsciiWithoutUtf8AndTellStatesApart) {
  const Symbols plain = symbols(false);
  for (const std::string_view sign :
       {plain.ok, plain.warning, plain.failure, plain.not_visible, plain.absent, plain.bar_full, plain.bar_empty}) {
    ASSERT_EQ(sign.size(), 1U);
    EXPECT_LT(static_cast<unsigned char>(sign.front()), 0x80U);
  }
  EXPECT_NE(plain.ok, plain.failure);
  EXPECT_EQ(symbols(true).ok, "✓");
}

TEST(Colored, WrapsOnlyWhenColorIsOn) {
  EXPECT_EQ(colored("ok", Tone::good, false), "ok");
  EXPECT_EQ(colored("ok", Tone::good, true), "\033[32mok\033[0m");
}

TEST(DisplayWidth, CountsCodePoints) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("✓ 1 µs"), 6U);
}

}  // namespace
}  // namespace assay
