#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "analysis/report_html.hpp"
#include "analysis/report_soak.hpp"
#include "analysis/report_text.hpp"
#include "analysis/soak_sentences.hpp"
#include "analysis/soak_text.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
    ++n;
  }
  return n;
}

std::string section_of(const RunDocument& run) { return soak_section(run, 3).str(); }

TEST(SoakSentences, OfTheGoldenSoak) {
  const SoakRecord soak = golden_soak();
  EXPECT_EQ(soak_verdict_word(soak), "THERMAL");
  EXPECT_EQ(stability_sentence(soak), "80.0 %: the worst of 2 loops over the best (97 % or more is stable)");
  EXPECT_EQ(sustained_sentence(soak),
            "321 queries/s in the last quarter, 79.0 % of the peak of 401 queries/s over 30 s");
  EXPECT_EQ(burst_text(soak), "399 queries/s in the first 10 s");
  EXPECT_EQ(time_to_throttle_sentence(soak), "after 60.0 s the throughput fell and the clock with it (by 20.0 %)");
  EXPECT_EQ(throttle_flag_sentence(soak), "set in 2 of 3 points, first after 60.0 s");
  EXPECT_EQ(steady_sentence(soak), "steady after 60.0 s of slow-down, at 320 queries/s; no point was left out");
  EXPECT_EQ(energy_sentence(soak.energy[0], Charset::utf8),
            "RAPL package-0: 6.60 kJ in 120 s, 55.0 W on average (9.10 W idle before), 150 mJ a query, 6.50 queries/J");
  EXPECT_EQ(no_energy_sentence(soak), "");
  EXPECT_EQ(watch_sentence(soak),
            "0.0900 % of one core taken by the sampling itself; clock probed on CPU 2, 4; 1 period without a sample; "
            "2 periods after its room was full; real-time priority for the sampler: not permitted");
}

TEST(SoakSentences, SayWhatIsMissing) {
  SoakRecord soak = golden_soak();
  soak.energy.clear();
  EXPECT_EQ(no_energy_sentence(soak), "not measured (another reason)");
  soak.no_energy.clear();
  EXPECT_EQ(no_energy_sentence(soak), "not measured (the result file gives no reason)");
  soak.audit->time_to_throttle_s.reset();
  EXPECT_THAT(time_to_throttle_sentence(soak), HasSubstr("none seen"));
  for (SoakPoint& point : soak.points) {
    point.clock_hz.reset();
    point.throttle_flag.reset();
  }
  EXPECT_EQ(time_to_throttle_sentence(soak), "cannot be said: the clock was not measured");
  EXPECT_EQ(throttle_flag_sentence(soak), "");
  soak.audit->steady = {.reason = "the last quarter is not level"};
  EXPECT_EQ(steady_sentence(soak), "no steady state: the last quarter is not level");
  soak.watch = {};
  EXPECT_EQ(watch_sentence(soak), "what the sampling itself took was not measured; clock of no core probed");
  soak.audit.reset();
  for (const std::string& sentence : {stability_sentence(soak), sustained_sentence(soak), burst_text(soak),
                                      time_to_throttle_sentence(soak), steady_sentence(soak)}) {
    EXPECT_EQ(sentence, "not available: a reason");
  }
  EXPECT_FALSE(burst_was_not_kept(soak));
  EXPECT_EQ(reading_text("temperature_c", 71.46, Charset::ascii), "71.5 C");
  EXPECT_EQ(reading_text("fan", 1200.0, Charset::utf8), "1200");
}

TEST(SoakSection, NothingWithoutASoak) {
  EXPECT_TRUE(soak_section(sample_runs().at(0), 1).empty());
  EXPECT_EQ(run_summary_text(sample_runs().at(0), {}).find(" soak "), std::string::npos);
}

TEST(SoakSection, OfAThermalOneReadsWithoutJavaScript) {
  const std::string section = section_of(soak_runs().at(1));
  for (const char* text :
       {"<span class=\"chip invalid\">✗ THERMAL</span>", "<li>Throughput fell by 19.9",
        "data-chart=\"soak\" data-run=\"3\"",
        "<dt>Time to throttle</dt><dd>after 60.0 s the throughput fell and the clock with it (by 20.", "<del>40",
        "</del> not sustained", "<dt>Sustained and peak</dt>", "<dt>Throttle flag</dt><dd>set in ",
        "22.5 °C, as typed by a person", "RAPL package-0</th><td data-label=\"Energy\">28.",
        "data-label=\"Idle power\">9.10 W", "trip at 95.0 °C", "data-label=\"Highest\">94.5 °C",
        "fan</th><td class=\"reason\" colspan=\"3\">not available: no fan", "600 of 600", "needs 214 more queries"}) {
    EXPECT_THAT(section, HasSubstr(text)) << text;
  }
  EXPECT_EQ(occurrences(section, "data-label=\"Of the best\""), 20U);
  EXPECT_THAT(section, Not(HasSubstr("burst only")));
}

TEST(SoakSection, OfAStableOneSaysWhatWasNotMeasured) {
  const std::string section = section_of(soak_runs().at(0));
  EXPECT_THAT(section, HasSubstr("<span class=\"chip valid\">✓ STABLE</span>"));
  EXPECT_THAT(section, HasSubstr("<dt>Energy</dt><dd>not measured (this host shows no energy counter"));
  EXPECT_THAT(section, HasSubstr("<dt>Time to throttle</dt><dd>none seen"));
  EXPECT_THAT(section, HasSubstr("temperature</th><td class=\"reason\" colspan=\"3\">not available: no thermal zone"));
  EXPECT_THAT(section, HasSubstr("the last 400 ms are left out"));
  EXPECT_THAT(section, AllOf(Not(HasSubstr("<del>")), Not(HasSubstr("Throttle flag</dt>")), Not(HasSubstr("joule"))));
}

TEST(SoakSection, AShortOneIsABurstOnly) {
  RunDocument run = soak_runs().at(0);
  run.soak->audit->burst_only = true;
  EXPECT_THAT(section_of(run), AllOf(HasSubstr("<span class=\"chip load\">burst only</span>"),
                                     HasSubstr("<dt>Level at the end</dt>"), Not(HasSubstr("Sustained and peak"))));
  EXPECT_THAT(soak_text(run, {}),
              AllOf(HasSubstr("soak     STABLE, burst only\n"), HasSubstr("level    at the end 40")));
}

TEST(SoakSection, WithoutAnAuditItGivesTheReason) {
  RunDocument run = golden_run();
  run.soak->audit.reset();
  run.soak->loop_p99_s.clear();
  const std::string section = section_of(run);
  EXPECT_THAT(section, HasSubstr("<dt>Stability</dt><dd>not available: a reason</dd>"));
  EXPECT_THAT(section, Not(HasSubstr("<details")));
  EXPECT_THAT(section, HasSubstr("SYNTHETIC"));
}

TEST(SoakSection, LoopsWithoutTheirQueriesSayWhoseTailItIs) {
  RunDocument run = golden_run();
  run.soak->loop_p99_s.clear();
  run.soak->audit->loops[1].p99_s.reset();
  const std::string section = section_of(run);
  EXPECT_THAT(section, HasSubstr("3.30 ms<span class=\"small\">median of the points"));
  EXPECT_THAT(section, HasSubstr("not available<span class=\"small\">the queries were not kept apart"));
}

TEST(SoakSection, HostileTextStaysText) {
  RunDocument run = golden_run();
  SoakRecord& soak = *run.soak;
  soak.verdict.evidence = {kHostileLabel};
  soak.energy[0].boundary = soak.sensors[0].name = soak.sensors[0].quantity = soak.sensors[0].source = kHostileLabel;
  soak.absences[0] = {.kind = kHostileLabel, .reason = kHostileLabel};
  soak.watch.temperature_of = soak.watch.power_of = soak.audit->steady.reason = kHostileLabel;
  soak.watch.departures = {kHostileLabel};
  soak.loop_p99_s[0].reason = kHostileLabel;
  const std::string section = section_of(run);
  EXPECT_THAT(section, Not(HasSubstr("<img")));
  EXPECT_GE(occurrences(section, "&lt;/script&gt;&lt;img"), 9U);
  soak.verdict.evidence = {"\x1b[2J"};
  soak.energy[0].boundary = "\x1b]0;owned\x07";
  EXPECT_EQ(soak_text(run, {}).find('\x1b'), std::string::npos);
}

TEST(SoakText, SaysVerdictLevelsCurveAndEnergy) {
  const std::string text = run_summary_text(soak_runs().at(1), {});
  for (const char* line : {" soak     THERMAL\n", "          Throughput fell by 19.9", " loops    stability 79.",
                           " level    sustained 32", " throttle after 60.0 s the throughput fell and the clock with it",
                           "          throughput from 0 to 40", " energy   RAPL package-0: 28."}) {
    EXPECT_THAT(text, HasSubstr(line)) << line;
  }
  EXPECT_THAT(run_summary_text(soak_runs().at(0), {}), HasSubstr(" energy   not measured (this host shows no"));
}

TEST(SoakText, SyntheticStandsOnEachLine) {
  const std::string text = soak_text(golden_run(), {});
  EXPECT_EQ(occurrences(text, " SYNTHETIC "), static_cast<std::size_t>(std::ranges::count(text, '\n')));
}

TEST(SoakText, AsciiIsAscii) {
  for (const RunDocument& run : soak_runs()) {
    const std::string text = soak_text(run, {.charset = Charset::ascii});
    EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 128; })) << text;
  }
}

// Three rows: the first half fills them, the other one two of them.
TEST(SoakText, TheCurveStartsAtZeroAndFalls) {
  SoakRecord soak;
  for (int i = 0; i < 40; ++i) {
    soak.points.push_back({.t_s = static_cast<double>(i), .throughput_per_s = i < 20 ? 100.0 : 50.0});
  }
  EXPECT_THAT(throughput_curve(soak, {.charset = Charset::ascii, .columns = 10}),
              ElementsAre(".....", "..........", ".........."));
  soak.points.resize(1);
  EXPECT_TRUE(throughput_curve(soak, {}).empty());
  soak.points = {{.t_s = 0.0}, {.t_s = 1.0}};
  EXPECT_TRUE(throughput_curve(soak, {}).empty());
}

}  // namespace
}  // namespace assay
