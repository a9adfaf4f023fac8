#include "scenarios/interference/dose.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/dose_verdict.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

DoseRecord filled(Knob knob, const InterferenceRequest& request, const DoseWindow& window) {
  DoseRecord record;
  record.cpus = {1};
  record.source = "own";
  record.scheduling = "SCHED_FIFO 60";
  fill_dose(record, knob, request, window);
  return record;
}

InterferenceRequest background(double share) {
  InterferenceRequest request;
  request.background_share = share;
  return request;
}

TEST(Dose, BackgroundIsTheMeanShareOfEachCpu) {
  const DoseWindow window{.wall = 10s, .use = {{.cpu_time = 4s}, {.cpu_time = 6s}}, .lengths = {}};
  const DoseRecord dose = filled(Knob::background, background(0.5), window);
  EXPECT_DOUBLE_EQ(dose.achieved.value_or(0), 0.5);
  EXPECT_EQ(dose.unit, "share");
  EXPECT_TRUE(dose.delivered);
}

// Two points or 10 %, whichever is more.
TEST(Dose, ShareIsDeliveredWithinTwoPointsOrATenth) {
  const auto delivered = [](double asked, double got) {
    const DoseWindow window{.wall = 10s, .use = {{.cpu_time = from_seconds(10 * got)}}, .lengths = {}};
    return filled(Knob::background, background(asked), window).delivered;
  };
  EXPECT_TRUE(delivered(0.1, 0.119));
  EXPECT_FALSE(delivered(0.1, 0.121));
  EXPECT_TRUE(delivered(0.5, 0.451));
  EXPECT_FALSE(delivered(0.5, 0.449));
}

InterferenceRequest noise(double rate, Nanoseconds length) {
  InterferenceRequest request;
  request.noise = NoiseDose{.rate_per_s = rate, .length = length};
  return request;
}

// 100 bursts expected: their number scatters by 10 %, so that 30 % away is no fault of the injector and 40 % is.
TEST(Dose, RandomBurstsMayScatter) {
  const auto delivered = [](std::uint64_t events) {
    const DoseWindow window{
        .wall = 10s, .use = {{.cpu_time = static_cast<std::int64_t>(events) * 1ms, .events = events}}, .lengths = {}};
    return filled(Knob::noise, noise(10, 1ms), window).delivered;
  };
  EXPECT_TRUE(delivered(100));
  EXPECT_TRUE(delivered(72));
  EXPECT_FALSE(delivered(60));
}

TEST(Dose, BurstsOfAnotherLengthAreNotDelivered) {
  const DoseWindow window{.wall = 10s, .use = {{.cpu_time = 500ms, .events = 1000}}, .lengths = {1ms, 3ms, 2ms}};
  const DoseRecord dose = filled(Knob::noise, noise(100, 1ms), window);
  EXPECT_FALSE(dose.delivered);
  EXPECT_THAT(dose.reason, HasSubstr("500 us of CPU time for each burst, 1000 us were asked for"));
  EXPECT_DOUBLE_EQ(dose.length_p50_s.value_or(0), 2e-3);
  EXPECT_DOUBLE_EQ(dose.length_p99_s.value_or(0), 3e-3);
}

TEST(Dose, SwitchesAreCountedByTheKernel) {
  InterferenceRequest request;
  request.switches_per_s = 1000;
  const DoseWindow window{.wall = 10s, .use = {{.voluntary_switches = 8'900, .events = 10'000}}, .lengths = {}};
  const DoseRecord dose = filled(Knob::ctxsw, request, window);
  EXPECT_DOUBLE_EQ(dose.achieved.value_or(0), 890.0);
  EXPECT_FALSE(dose.delivered);
}

// A process of stress-ng ended meanwhile and took its account with it.
TEST(Dose, AnAccountThatShrinksCountsAsNothing) {
  const InjectorUse use = use_between({.cpu_time = 5s, .voluntary_switches = 100, .events = 7, .bytes = 9},
                                      {.cpu_time = 3s, .voluntary_switches = 40, .events = 9, .bytes = 9});
  EXPECT_EQ(use.cpu_time, 0s);
  EXPECT_EQ(use.voluntary_switches, 0U);
  EXPECT_EQ(use.events, 2U);
}

TEST(DoseVerdict, AmountsAreReadable) {
  EXPECT_EQ(dose_amount("bursts/s", 79.94), "79.9 bursts/s");
  EXPECT_EQ(dose_amount("switches/s", 9992.3), "9,992 switches/s");
  EXPECT_EQ(dose_amount("share", 0.5), "50.0 %");
  EXPECT_EQ(dose_amount("bytes/s", 4e9), "4.00 GB/s");
  EXPECT_EQ(dose_amount("switches/s", 1e300), "1e+300 switches/s");
}

TEST(Dose, NothingHadIsNeverDelivered) {
  const DoseWindow window{.wall = 10s, .use = {{.cpu_time = 0s}}, .lengths = {}};
  EXPECT_FALSE(filled(Knob::background, background(0.01), window).delivered);
}

TEST(Dose, NothingIsNoReading) {
  const DoseRecord dose = filled(Knob::background, background(0.5), {});
  EXPECT_FALSE(dose.achieved);
  EXPECT_FALSE(dose.delivered);
  EXPECT_FALSE(dose.reason.empty());
}

TEST(DoseVerdict, NamesWhatWasNotDeliveredAndTheRemedy) {
  const DoseWindow window{.wall = 10s, .use = {{.cpu_time = 5380ms}}, .lengths = {}};
  DoseRecord dose = filled(Knob::background, background(0.75), window);
  dose.scheduling = "SCHED_OTHER nice 0";
  const auto problems = dose_problems({dose});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].code, "dose");
  EXPECT_THAT(problems[0].message, HasSubstr("75.0 % asked for, 53.8 % delivered"));
  EXPECT_THAT(problems[0].remedy, HasSubstr("CAP_SYS_NICE"));
  dose.delivered = true;
  EXPECT_THAT(dose_problems({dose}), IsEmpty());
  EXPECT_THAT(dose_sentence(dose), HasSubstr("background: 75.0 % asked, 53.8 % delivered (CPU 1, SCHED_OTHER nice 0)"));
}

TEST(InterferenceRequest, SaysEverythingThatMakesNoSense) {
  EXPECT_THAT(problems_of(InterferenceRequest{}), IsEmpty());
  EXPECT_THAT(problems_of(background(0.9)), IsEmpty());
  EXPECT_THAT(problems_of(background(0.95)), ElementsAre(HasSubstr("--background 95%")));
  EXPECT_THAT(problems_of(background(0.0)), ElementsAre(HasSubstr("above 0%")));
  EXPECT_THAT(problems_of(noise(80, 1us)), ElementsAre(HasSubstr("from 10us to 100ms")));
  EXPECT_THAT(problems_of(noise(0, 1ms)), ElementsAre(HasSubstr("at least 0.01")));
  EXPECT_THAT(problems_of(noise(900.0001, 1ms)), IsEmpty());  // rounded on its way through text
  InterferenceRequest both = noise(500, 1ms);
  both.background_share = 0.6;
  EXPECT_THAT(problems_of(both), ElementsAre(HasSubstr("together ask for 110%")));
  InterferenceRequest switches;
  switches.switches_per_s = 1e6;
  EXPECT_THAT(problems_of(switches), ElementsAre(HasSubstr("--ctxsw")));
  InterferenceRequest nothing;
  nothing.source = InjectorSource::stress_ng;
  EXPECT_THAT(problems_of(nothing), ElementsAre(HasSubstr("nothing is to be injected")));
  InterferenceRequest memory;
  memory.memory_bytes_per_s = 1e9;
  memory.source = InjectorSource::stress_ng;
  EXPECT_THAT(problems_of(memory), ElementsAre(HasSubstr("--membw")));
  InterferenceRequest bursts = noise(80, 1ms);
  bursts.source = InjectorSource::stress_ng;
  EXPECT_THAT(problems_of(bursts), ElementsAre(HasSubstr("no Poisson bursts")));
}

}  // namespace
}  // namespace assay
