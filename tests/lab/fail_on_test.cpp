#include "lab/fail_on.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RunDocument run_of(double p99_s) {
  RunDocument run;
  run.valid = true;
  run.queries_per_s = 200.0;
  run.latency.mean_s = 1e-3;
  run.latency.percentiles_s["p99"] = {.point = p99_s};
  return run;
}

TEST(FailOn, TripsOnTheWrongSideOfABound) {
  const auto conditions = parse_fail_on("invalid,p99>10ms,rate<150,lost>0");
  EXPECT_THAT(tripped(conditions, run_of(10e-3)), IsEmpty());
  EXPECT_THAT(tripped(conditions, run_of(12.4e-3)), ElementsAre("p99>10ms: 12.4 ms"));
  RunDocument slow = run_of(1e-3);
  slow.queries_per_s = 149.0;
  EXPECT_THAT(tripped(conditions, slow), ElementsAre("rate<150: 149 queries/s"));
}

TEST(FailOn, SaysTheMarkOfARunWhoseClockWasEmulated) {
  RunDocument run = run_of(12.4e-3);
  run.emulated = EnvelopeRecord{.name = "phone"};
  EXPECT_THAT(tripped(parse_fail_on("p99>10ms"), run), ElementsAre("EMULATED phone p99>10ms: 12.4 ms"));
}

TEST(FailOn, AnInvalidRunTrips) {
  RunDocument run = run_of(1e-3);
  run.valid = false;
  EXPECT_THAT(tripped(parse_fail_on("invalid"), run), ElementsAre("invalid: the run is INVALID"));
  EXPECT_THAT(tripped(parse_fail_on("p99>10ms"), run), IsEmpty());
}

TEST(FailOn, AValueThatIsNotThereNeverPasses) {
  RunDocument run = run_of(1e-3);
  run.latency.percentiles_s.clear();
  EXPECT_THAT(tripped(parse_fail_on("p99>10ms"), run), ElementsAre("p99>10ms: not available: no latency was recorded"));
  run.latency.lost_count = 2;
  run.latency.mean_s.reset();
  EXPECT_THAT(tripped(parse_fail_on("mean>1s,lost>0"), run), ElementsAre(HasSubstr("queries were lost"), "lost>0: 2"));
}

TEST(FailOn, SaysWhyAValueIsNotThere) {
  RunDocument run = run_of(1e-3);
  run.latency.count = 6;
  run.latency.lost_count = 1;
  run.latency.percentiles_s["p99"] = {.point = {}, .reason = "infinite: 1 of 6 lost"};
  run.latency.percentiles_s["p99.9"] = {.point = {}, .reason = "needs 293 more queries"};
  EXPECT_THAT(
      tripped(parse_fail_on("p99>1h,p99.9>1h,max>1h"), run),
      ElementsAre("p99>1h: not available: infinite: 1 of 6 lost", "p99.9>1h: not available: needs 293 more queries",
                  "max>1h: not available: queries were lost, their latency is infinite"));
  run.queries_per_s.reset();
  EXPECT_THAT(tripped(parse_fail_on("rate<1,samples_rate<1"), run),
              ElementsAre("rate<1: not available: no query was completed",
                          "samples_rate<1: not available: no query was completed"));
}

TEST(FailOn, FramesThatMissedAreAShareAndDroppedOnesAreNotLost) {
  RunDocument run = run_of(1e-3);
  EXPECT_THAT(tripped(parse_fail_on("missed>1%"), run),
              ElementsAre("missed>1%: not available: the run has no frames with a deadline"));
  run.frames = FramesRecord{.frames = 200, .dropped = 3, .missed = 5, .missed_share = {.point = 0.025, .reason = ""}};
  run.latency.lost_count = 3;
  EXPECT_THAT(tripped(parse_fail_on("missed>1%,missed>3%,lost>0"), run), ElementsAre("missed>1%: 2.50 %"));
}

TEST(FailOn, BothSignsAreExclusive) {
  const RunDocument run = run_of(10e-3);
  EXPECT_THAT(tripped(parse_fail_on("p99<10ms,p99>10ms,rate<200,rate>200"), run), IsEmpty());
  EXPECT_THAT(tripped(parse_fail_on("p99<11ms,p99>9ms,rate<201,rate>199,mean<2ms"), run),
              ElementsAre("p99<11ms: 10.0 ms", "p99>9ms: 10.0 ms", "rate<201: 200 queries/s", "rate>199: 200 queries/s",
                          "mean<2ms: 1.00 ms"));
}

TEST(FailOn, AFaultIsOneLineWithoutControlBytes) {
  try {
    (void)parse_fail_on("p99\n\x1b[31m>1ms");
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"p99??[31m>1ms\": expected invalid"));
  }
}

TEST(FailOn, NamesWhatItCannotRead) {
  for (const char* text :
       {"", "p99", "p99>", "p99>10", "p42>1ms", "rate<fast", "valid", "p99=1ms", "invalid,", "lost>1.5"}) {
    EXPECT_THROW((void)parse_fail_on(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace assay
