#include "scenarios/experiment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "scenarios/shipped_envelopes.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Small enough for a test, on the real machine.
RunRequest small_request(Scenario scenario) {
  RunRequest request{.workload = {.name = "gemm", .parameters = {{"n", "32"}}},
                     .settings = TestSettings::defaults_for(scenario),
                     .seed = 3,
                     .warm_up = std::chrono::milliseconds{2}};
  request.settings.min_duration = std::chrono::milliseconds{20};
  request.settings.min_query_count = 50;
  request.settings.server_target_qps = 1'000;
  return request;
}

class Experiments : public ::testing::Test {
 protected:
  RunDocument run(const RunRequest& request) {
    RunObserver observer{
        .on_phase = [this](const std::string& phase, std::optional<Nanoseconds>) { phases.push_back(phase); }};
    return run_experiment(request, machine, stop.get_token(), observer);
  }
  Machine machine = detect_machine();
  std::stop_source stop;
  std::vector<std::string> phases;
};

TEST_F(Experiments, FillsTheDocumentInEachScenario) {
  for (const Scenario scenario : kAllScenarios) {
    SCOPED_TRACE(title_of(scenario));
    const RunDocument run_document = run(small_request(scenario));
    EXPECT_EQ(run_document.workload, "gemm");
    EXPECT_EQ(run_document.workload_parameters.at("n"), "32");
    EXPECT_EQ(run_document.scenario, flag_of(scenario));
    EXPECT_EQ(run_document.work_flops, 2U * 32 * 32 * 32);
    EXPECT_EQ(run_document.seed, 3U);
    EXPECT_FALSE(run_document.synthetic);
    EXPECT_THAT(run_document.output_check, HasSubstr("ok "));
    EXPECT_GT(run_document.latency.count, 0U);
    EXPECT_GT(run_document.clock.cost_ns, 0.0);
    EXPECT_FALSE(run_document.conditions.findings.empty());
    EXPECT_FALSE(run_document.placement.worker_cpus.empty());
    EXPECT_THAT(run_document.errors, IsEmpty());
  }
}

TEST_F(Experiments, AnEnvelopeIsInTheDocumentWithWhatItsModelDid) {
  RunRequest request = small_request(Scenario::single_stream);
  request.envelope = find_thermal_envelope("phone");
  request.envelope->poll_period = std::chrono::milliseconds{10};
  request.settings.min_duration = std::chrono::milliseconds{200};
  const RunDocument run_document = run(request);
  ASSERT_TRUE(run_document.emulated);
  EXPECT_EQ(run_document.emulated->name, "phone");
  EXPECT_EQ(run_document.emulated->source, "assumed, not measured");
  EXPECT_EQ(run_document.emulated->resistance_k_per_w, 9.0);
  EXPECT_EQ(run_document.emulated->poll_period_s, 0.01);
  EXPECT_FALSE(run_document.emulated->trace.empty());
  for (const EmulatedPoint& point : run_document.emulated->trace) {  // far from the 38 s that it takes to trip
    EXPECT_GT(point.t_s, 0.0);
    EXPECT_EQ(point.factor, 1.0);
    EXPECT_GE(point.temperature_c, 29.5);
  }
  EXPECT_FALSE(run_document.attribution);
  EXPECT_FALSE(run(small_request(Scenario::single_stream)).emulated);
}

TEST_F(Experiments, OnlyWorkCanBeEmulated) {
  RunRequest request = small_request(Scenario::single_stream);
  request.envelope = find_thermal_envelope("phone");
  request.workload = {.name = "null"};
  EXPECT_THAT(problems_of(request), ElementsAre(HasSubstr("--emulate-envelope: workload null does no work")));
  request.workload = {.name = "synthetic"};
  EXPECT_THAT(problems_of(request), IsEmpty());
  request.envelope->trip_c = 1e9;
  EXPECT_THAT(problems_of(request), ElementsAre(HasSubstr("--emulate-envelope: trip_c")));
}

TEST_F(Experiments, SaysItsPhasesInOrder) {
  (void)run(small_request(Scenario::single_stream));
  EXPECT_THAT(phases, ElementsAre("conditions", "prepare", "warm-up", "measure", "summary"));
}

TEST_F(Experiments, AnAccuracyRunChecksEverySample) {
  RunRequest request = small_request(Scenario::offline);
  request.settings.mode = TestMode::accuracy;
  const RunDocument run_document = run(request);
  EXPECT_EQ(run_document.mode, "accuracy");
  EXPECT_TRUE(run_document.valid);
  EXPECT_EQ(run_document.sample_count, library_size(request.workload));
}

TEST_F(Experiments, AStopKeepsAFlaggedPartialResult) {
  RunRequest request = small_request(Scenario::server);
  request.settings.min_duration = std::chrono::hours{1};
  RunObserver observer{.on_measuring = [this](const MeasuringView&) { stop.request_stop(); }};
  const RunDocument run_document = run_experiment(request, machine, stop.get_token(), observer);
  EXPECT_TRUE(run_document.interrupted);
  EXPECT_FALSE(run_document.valid);
}

TEST_F(Experiments, HardwareInjectedLoadIsAccountedForAndSeenWhileItRuns) {
  RunRequest request = small_request(Scenario::single_stream);
  request.interference.background_share = 0.1;
  request.interference.priority = InjectorPriority::ordinary;
  std::vector<DoseRecord> seen;
  const RunObserver observer{.on_measuring = [&seen](const MeasuringView& view) { seen = view.doses(); }};
  const RunDocument run_document = run_experiment(request, machine, stop.get_token(), observer);
  ASSERT_EQ(run_document.interference.size(), 1U);
  const DoseRecord& dose = run_document.interference.front();
  EXPECT_EQ(dose.knob, "background");
  EXPECT_TRUE(dose.achieved);
  EXPECT_TRUE(dose.achieved_alone);
  EXPECT_EQ(dose.cpus, run_document.placement.worker_cpus);
  EXPECT_EQ(seen.size(), 1U);
  const bool is_reason = std::ranges::any_of(run_document.invalid_reasons,
                                             [](const InvalidReason& reason) { return reason.code == "dose"; });
  EXPECT_EQ(is_reason, !dose.delivered);
}

TEST_F(Experiments, ASyntheticRunIsLabelled) {
  RunRequest request = small_request(Scenario::single_stream);
  request.workload = {.name = "synthetic",
                      .law = {.shape = ServiceLaw::Shape::constant, .mean = std::chrono::microseconds{100}}};
  const RunDocument run_document = run(request);
  EXPECT_TRUE(run_document.synthetic);
  EXPECT_THAT(run_document.output_check, HasSubstr("SYNTHETIC"));
  EXPECT_GE(run_document.latency.min_s.value_or(0.0), 100e-6);
}

TEST_F(Experiments, RefusesWhatMakesNoSenseBeforeItMeasures) {
  RunRequest request = small_request(Scenario::server);
  request.settings.server_target_qps = -1;
  request.worker_threads = -1;
  try {
    (void)run(request);
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("server_target_qps"));
    EXPECT_THAT(error.what(), HasSubstr("--threads -1"));
  }
  EXPECT_THAT(phases, IsEmpty());
}

TEST_F(Experiments, RefusesARunThatDoesNotFitIntoMemory) {
  RunRequest request = small_request(Scenario::offline);
  request.offline_rate = 1e9;
  request.settings.min_duration = std::chrono::hours{10};
  EXPECT_THROW((void)run(request), std::invalid_argument);
}

TEST(RunRequest, TheServerLastsAsLongAsItsQueriesNeed) {
  RunRequest request = small_request(Scenario::server);
  request.settings.min_duration = std::chrono::seconds{1};
  request.settings.min_query_count = 5'000;
  request.settings.server_target_qps = 500;
  EXPECT_EQ(expected_duration(request), std::chrono::seconds{10});
}

}  // namespace
}  // namespace assay
