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

TEST(FailOn, AnInvalidRunTrips) {
  RunDocument run = run_of(1e-3);
  run.valid = false;
  EXPECT_THAT(tripped(parse_fail_on("invalid"), run), ElementsAre("invalid: the run is INVALID"));
  EXPECT_THAT(tripped(parse_fail_on("p99>10ms"), run), IsEmpty());
}

TEST(FailOn, AValueThatIsNotThereNeverPasses) {
  RunDocument run = run_of(1e-3);
  run.latency.percentiles_s.clear();
  EXPECT_THAT(tripped(parse_fail_on("p99>10ms"), run), ElementsAre("p99>10ms: not available"));
  run.latency.lost_count = 2;
  run.latency.mean_s.reset();
  EXPECT_THAT(tripped(parse_fail_on("mean>1s,lost>0"), run), ElementsAre(HasSubstr("queries were lost"), "lost>0: 2"));
}

TEST(FailOn, NamesWhatItCannotRead) {
  for (const char* text :
       {"", "p99", "p99>", "p99>10", "p42>1ms", "rate<fast", "valid", "p99=1ms", "invalid,", "lost>1.5"}) {
    EXPECT_THROW((void)parse_fail_on(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace assay
