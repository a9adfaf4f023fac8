#include "lab/doctor_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lab/terminal.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

DoctorReport sample() {
  DoctorReport report;
  report.findings = {
      {.check = "clock", .state = CheckState::ok, .fact = "clock source tsc"},
      {.check = "governor",
       .state = CheckState::warn,
       .fact = "powersave on 0-3",
       .consequence = "latency after idle times",
       .source = "cpufreq",
       .remedy = "set performance",
       .undo = "set powersave"},
      {.check = "energy", .state = CheckState::not_visible, .fact = "no energy counter is shown"},
      {.check = "gpu", .state = CheckState::not_applicable, .fact = "no GPU: no driver"},
      {.check = "turbo", .state = CheckState::note, .fact = "turbo is on"},
  };
  report.jitter.duration = std::chrono::seconds{3};
  report.jitter.gaps_over_10us = 1234;
  report.probed_cpu = 1;
  report.verdict = "Fine for throughput.";
  return report;
}

TEST(DoctorTable, AlignsFactsUnderEachOther) {
  const std::string table = doctor_table(sample(), {.utf8 = true, .color = false, .columns = 100});
  EXPECT_THAT(table, HasSubstr(" ✓ clock     clock source tsc\n"
                               " ! governor  powersave on 0-3\n"
                               "             → latency after idle times\n"
                               "             fix:  set performance\n"
                               "             undo: set powersave\n"
                               " ? energy    no energy counter is shown\n"
                               " – gpu       no GPU: no driver\n"
                               " i turbo     turbo is on\n"));
  EXPECT_THAT(table, HasSubstr("Jitter probe of 3.00 s on CPU 1: 1,234 gaps above 10.0 µs"));
  EXPECT_THAT(table, HasSubstr("5 checks: 0 stop, 1 warn, 1 note, 1 ok, 1 n/a, 1 not visible here."));
  EXPECT_TRUE(table.ends_with("\nVerdict: Fine for throughput.\n"));
}

TEST(DoctorTable, AsciiHoldsNoOtherByte) {
  DoctorReport report = sample();
  report.findings[0].state = CheckState::stop;
  const std::string table = doctor_table(report, {.utf8 = false});
  for (const char byte : table) {
    EXPECT_GE(byte, 0);
  }
  EXPECT_THAT(table, HasSubstr(" x clock"));
  EXPECT_THAT(table, HasSubstr(" - gpu"));
  EXPECT_THAT(table, HasSubstr("-> latency"));
}

TEST(DoctorTable, ColoursOnlyWhenAsked) {
  EXPECT_THAT(doctor_table(sample(), {.color = false}), Not(HasSubstr("\x1b[")));
  EXPECT_THAT(doctor_table(sample(), {.color = true}), HasSubstr(colored("!", Tone::caution, true) + " governor"));
}

TEST(DoctorTable, WrapsLongTextsWithinTheColumns) {
  DoctorReport report = sample();
  report.findings[1].consequence = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";
  const std::string table = doctor_table(report, {.utf8 = true, .color = false, .columns = 60});
  for (const auto& line : lines_of(table)) {
    EXPECT_LE(display_width(line), 60U) << line;
  }
  EXPECT_THAT(table, HasSubstr("\n               ten eleven"));
}

TEST(DoctorJson, HoldsEveryFindingAndNullsWithReasons) {
  Machine machine = machine_from_synthetic("core:2 pu:1");
  machine.not_visible = {"governor: hidden"};
  const auto json = nlohmann::json::parse(doctor_json(sample(), machine));
  EXPECT_EQ(json.at("schema"), "assay/doctor/1");
  ASSERT_EQ(json.at("findings").size(), 5U);
  EXPECT_EQ(json.at("findings")[1].at("state"), "warn");
  EXPECT_EQ(json.at("findings")[1].at("undo"), "set powersave");
  EXPECT_TRUE(json.at("findings")[0].at("remedy").is_null());
  EXPECT_TRUE(json.at("load").is_null());
  EXPECT_FALSE(json.at("load_reason").get<std::string>().empty());
  EXPECT_EQ(json.at("jitter").at("duration_s"), 3.0);
  EXPECT_EQ(json.at("machine").at("cores"), 2);
  EXPECT_EQ(json.at("machine").at("not_visible")[0], "governor: hidden");
  EXPECT_FALSE(json.at("strict_failure").get<bool>());
}

TEST(DoctorJson, SurvivesBytesThatAreNoUtf8) {
  DoctorReport report = sample();
  report.findings[0].fact = "odd \xff byte";
  const auto json = nlohmann::json::parse(doctor_json(report, Machine{}));
  EXPECT_EQ(json.at("findings")[0].at("fact"), "odd \uFFFD byte");
}

TEST(DoctorStrict, RefusesOnlyWhatStops) {
  DoctorReport report = sample();
  EXPECT_FALSE(strict_failure(report));
  report.findings[0].state = CheckState::stop;
  EXPECT_TRUE(strict_failure(report));
}

}  // namespace
}  // namespace assay
