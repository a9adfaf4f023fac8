#include "scenarios/selftest/witnessed_run.hpp"

#include <gtest/gtest.h>

#include "harness/machine.hpp"
#include "harness/thread_affinity.hpp"
#include "scenarios/selftest/witnessed_sut.hpp"

namespace assay {
namespace {

using std::chrono::microseconds;

class WitnessedRuns : public ::testing::Test {
 protected:
  void SetUp() override { allowed = cpus_of_this_thread(); }
  void TearDown() override { (void)allow_this_thread(allowed); }

  [[nodiscard]] SelftestPlace place() const {
    SelftestPlace place{.issuing_cpu = allowed.front(), .system_cpu = allowed.back(), .wait = {}, .instrument = {}};
    place.instrument.machine = detect_machine();
    return place;
  }

  static KnownSystem small(double rate) {
    return {.name = "small",
            .id = "small",
            .law = {.shape = ServiceLaw::Shape::constant, .mean = microseconds{50}},
            .arrival_rate = rate,
            .percentiles = {},
            .queries = 200};
  }

  std::vector<int> allowed;
};

// No relation of two measured times but this: what the system itself saw between two events lies within what the
// instrument saw of them, whatever the machine does.
TEST_F(WitnessedRuns, TheInstrumentsSpanHoldsTheSystems) {
  const WitnessedRun run = run_witnessed(small(0.0), {.seed = 4}, place(), {});
  ASSERT_EQ(run.recorded_ns.size(), 200U);
  EXPECT_EQ(run.document.query_count, 200U);
  EXPECT_EQ(run.document.scenario, "single");
  EXPECT_TRUE(run.document.synthetic);
  for (std::size_t i = 0; i < run.recorded_ns.size(); ++i) {
    EXPECT_GE(run.witnessed_ns[i], 49'000) << "NTP slews the witness by 500 ppm at most";
    EXPECT_GE(run.recorded_ns[i], run.witnessed_ns[i] - 1000);
    EXPECT_EQ(run.ideal_ns[i], 50'000);
  }
}

TEST_F(WitnessedRuns, ServerHasAnAccountOfLatenessToo) {
  const WitnessedRun run = run_witnessed(small(5000.0), {.seed = 4, .constant_arrivals = true}, place(), {});
  ASSERT_EQ(run.recorded_ns.size(), 200U);
  ASSERT_EQ(run.late_recorded_ns.size(), 200U);
  EXPECT_EQ(run.document.scenario, "server");
  EXPECT_EQ(run.document.arrivals, "constant");
  for (const std::int64_t ideal : run.ideal_ns) {
    EXPECT_EQ(ideal, 50'000) << "a query each 200 us never waits";
  }
}

TEST_F(WitnessedRuns, AStopEndsTheRun) {
  std::stop_source stop;
  stop.request_stop();
  const WitnessedRun run = run_witnessed(small(0.0), {.seed = 4}, place(), stop.get_token());
  EXPECT_TRUE(run.interrupted);
}

TEST(PercentileOf, HasExactRanks) {
  EXPECT_EQ(percentile_of({4, 1, 3, 2}, Percentile::of_parts_per_million(500'000)), Nanoseconds{2});
  EXPECT_EQ(percentile_of({}, Percentile::of_parts_per_million(500'000)), Nanoseconds{0});
}

}  // namespace
}  // namespace assay
