#include "analysis/report_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(RunSummaryText, SaysVerdictReasonsAndRemedies) {
  const std::string text = run_summary_text(sample_runs().at(2), {});
  EXPECT_THAT(text, HasSubstr("Server  mlp (batch=1 dtype=f32 width=1024)  n=4,788  12.0 s  ✗ INVALID\n"));
  EXPECT_THAT(
      text,
      HasSubstr(" INVALID: P99 latency 11.9 ms is above the window of 10.0 ms\n     try: assay peak mlp --slo 10ms\n"));
  EXPECT_THAT(
      text,
      HasSubstr("asked 400 queries/s, scheduled 401 queries/s, completed 399 queries/s (99.45 % of the scheduled)"));
  EXPECT_THAT(text, HasSubstr("98.2 % [97.8, 98.6] of the queries were within the window of 10.0 ms"));
  EXPECT_THAT(text,
              HasSubstr("P50 410 ns, P99 31.0 µs, max 440 µs; 0.200 % issued later than 100 µs (1.00 % allowed)"));
  EXPECT_THAT(text, HasSubstr("output   ok 3.1e-06 (bound 1e-05), 256 sampled"));
  EXPECT_THAT(text, HasSubstr("warning: the generator and a worker share a memory bus"));
}

TEST(RunSummaryText, OfflineHasNoRequestLatency) {
  const std::string text = run_summary_text(sample_runs().at(3), {});
  EXPECT_THAT(text, HasSubstr("none per request: one query of 24,576 samples was complete after 11.2 s"));
  EXPECT_THAT(text, HasSubstr("completed 2,194 samples/s"));
  EXPECT_THAT(text, Not(HasSubstr("P99")));
}

// Each line that holds a number of a synthetic or emulated run says so.
TEST(RunSummaryText, TheMarkIsOnEveryLineOfNumbers) {
  const std::string text = run_summary_text(golden_run(), {});
  for (const char* label : {"latency", "result", "rate", "window", "clock", "lateness"}) {
    EXPECT_THAT(text, HasSubstr(std::string(" SYNTHETIC EMULATED phone ") + label)) << label;
  }
  EXPECT_THAT(text.substr(0, text.find('\n')), HasSubstr("SYNTHETIC EMULATED phone"));
  EXPECT_THAT(run_summary_text(sample_runs().at(0), {}), Not(AnyOf(HasSubstr("SYNTHETIC"), HasSubstr("EMULATED"))));
  EXPECT_THAT(text, HasSubstr("clock    the clock went down to 0.6 of its peak, first after 20.0 ms, at 43.1 degrees C "
                              "at most; assumed, not measured; 3 later steps are not in the trace"));
}

TEST(RunSummaryText, EscapeSequencesOfAFileDoNotReachTheTerminal) {
  RunDocument run = sample_runs().at(0);
  run.workload = "evil\x1b]0;owned\x07";
  run.output_check = "ok\r\nINJECTED";
  run.warnings = {"\x1b[2J"};
  const std::string text = run_summary_text(run, {});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_THAT(text, HasSubstr("evil?]0;owned?"));
  EXPECT_THAT(text, HasSubstr("ok??INJECTED"));
}

TEST(RunSummaryText, AsciiIsAscii) {
  RunDocument run = golden_run();
  const std::string text = run_summary_text(run, {.charset = Charset::ascii});
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; }));
}

TEST(PrintableText, AsciiSpellsOurSignsAndHasOneMarkForAnother) {
  EXPECT_EQ(printable_text("246 µs [1 µs, ∞)", Charset::ascii), "246 us [1 us, inf)");
  EXPECT_EQ(printable_text("a – b… 5 · 6", Charset::ascii), "a - b... 5 * 6");
  EXPECT_EQ(printable_text("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xff\xb5 x", Charset::ascii), "caf? ? ? ? x");
  EXPECT_EQ(printable_text("a\x1b\xb5\xb5", Charset::ascii), "a???");
  EXPECT_EQ(printable_text("246 µs\x1b", Charset::utf8), "246 µs?");
}

TEST(RunSummaryText, ColourOnlyWhenAsked) {
  EXPECT_EQ(run_summary_text(sample_runs().at(0), {}).find('\x1b'), std::string::npos);
  EXPECT_THAT(run_summary_text(sample_runs().at(0), {.colour = true}), HasSubstr("\x1b[1;32m✓ VALID\x1b[0m"));
}

TEST(RunSummaryText, AChangedFileIsNamed) {
  RunDocument run = sample_runs().at(0);
  run.stored_hash = "sha256:0";
  run.hash_matches = false;
  EXPECT_THAT(run_summary_text(run, {}), HasSubstr("the file was changed after it was written"));
}

}  // namespace
}  // namespace assay
