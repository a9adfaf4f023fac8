#include "analysis/comparison_sides.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/run_file.hpp"
#include "tests/analysis/comparison_samples.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <class Change>
std::vector<std::string> differences_with(const Change& change) {
  RunDocument other = repeat_of(1e-3, "other");
  change(other);
  return key_differences(repeat_of(1e-3, "one"), other, false);
}

TEST(KeyDifferences, SayInWordsWhichMemberDiffers) {
  EXPECT_THAT(differences_with([](RunDocument&) {}), IsEmpty());
  EXPECT_THAT(differences_with([](RunDocument& run) { run.workload_parameters["width"] = "512"; }),
              ElementsAre("workload parameter width: 1024 in A, 512 in B"));
  EXPECT_THAT(differences_with([](RunDocument& run) { run.workload_parameters.erase("batch"); }),
              ElementsAre("workload parameter batch: 1 in A, none in B"));
  EXPECT_THAT(differences_with([](RunDocument& run) { run.min_duration_s = 1.0; }),
              ElementsAre("class of the length asked for: standard in A, short in B"));
  EXPECT_THAT(differences_with([](RunDocument& run) { run.rate_target_hz = 50.0; }),
              ElementsAre("rate asked for [queries/s]: none in A, 50.0 in B"));
  EXPECT_THAT(differences_with([](RunDocument& run) { run.workload = "gemm"; }),
              ElementsAre("workload: mlp in A, gemm in B"));
  EXPECT_THAT(differences_with([](RunDocument& run) {
                run.interference = {{.knob = "noise", .unit = "bursts/s", .requested = 80.0}};
              }),
              Contains(HasSubstr("injected load")));
  EXPECT_THAT(differences_with([](RunDocument& run) { run.placement.pinned = false; }),
              Contains(HasSubstr("manner of execution: pinned: none in A, false in B")));
}

TEST(KeyDifferences, NameAnEnvelopeOnceAndTheWayToCompareAcross) {
  EXPECT_THAT(
      differences_with([](RunDocument& run) { run.emulated = golden_run().emulated; }),
      ElementsAre(AllOf(HasSubstr("thermal envelope: none in A, phone in B"), HasSubstr("--across-envelopes"))));
  RunDocument emulated = repeat_of(1e-3, "e");
  emulated.emulated = golden_run().emulated;
  const RunDocument plain = repeat_of(1e-3, "p");
  EXPECT_THAT(key_differences(plain, emulated, true), IsEmpty());
  EXPECT_EQ(grouping_key(emulated, true), comparability_key(plain));
  EXPECT_NE(grouping_key(emulated, false), comparability_key(plain));
}

TEST(KeyDifferences, AreEmptyExactlyForEqualKeys) {
  for (const RunDocument& run : sample_runs()) {
    for (const RunDocument& other : sample_runs()) {
      EXPECT_EQ(key_differences(run, other, false).empty(), comparability_key(run) == comparability_key(other));
    }
  }
}

TEST(Refusals, AreAllNamed) {
  ComparisonSide a = five_repeats("A");
  ComparisonSide b = five_repeats("B");
  EXPECT_THAT(refusals(a, b), IsEmpty());
  a.runs[0].valid = false;
  a.runs[0].invalid_reasons = {{.code = "lateness", .message = "late", .remedy = "less"}};
  a.runs[1].interrupted = true;
  a.runs[1].valid = false;
  b.runs[2].hash_matches = false;
  b.runs[3].synthetic = true;
  b.runs[4].id = a.runs[4].id;
  EXPECT_THAT(refusals(a, b),
              ElementsAre(HasSubstr("1 of 5 runs of A INVALID (lateness)"), HasSubstr("1 of 5 runs of A interrupted"),
                          HasSubstr("1 of 5 runs of B changed after writing"), HasSubstr("1 of B is in A as well"),
                          HasSubstr("SYNTHETIC against real")));
}

TEST(SoftDifferences, AreListedAndForbidNothing) {
  const ComparisonSide a = five_repeats("A");
  ComparisonSide b = five_repeats("B");
  EXPECT_THAT(soft_differences(a, b), IsEmpty());
  EXPECT_THAT(cross_machine_reasons(a, b), IsEmpty());
  for (RunDocument& run : b.runs) {
    run.machine.kernel_release = "6.1.0-30-amd64";
    run.observer = "live@2Hz";
    run.conditions.findings[2].fact = "performance";
    run.conditions.findings[1].fact = "31 %";  // of other processes: a reading, no setting
  }
  EXPECT_THAT(soft_differences(a, b),
              ElementsAre(SoftDifference{"kernel", "6.1.0-28-amd64", "6.1.0-30-amd64"},
                          SoftDifference{"observer", "none", "live@2Hz"},
                          SoftDifference{"governor", "no cpufreq in this virtual machine", "performance"}));
  EXPECT_THAT(cross_machine_reasons(a, b), IsEmpty());
}

TEST(CrossMachine, IsWhatDiffersInClassBuildOrSystem) {
  const ComparisonSide a = five_repeats("A");
  ComparisonSide b = five_repeats("B");
  b.system = "CPUs 0";
  for (RunDocument& run : b.runs) {
    run.machine_identity.machine_class = "c:77b0";
    run.tool.compiler = "g++ 13.2.0";
  }
  EXPECT_THAT(cross_machine_reasons(a, b), ElementsAre("machine class: c:51aa20 in A, c:77b0 in B",
                                                       "compiler and build: g++ 12.2.0, Release in A, g++ 13.2.0, "
                                                       "Release in B",
                                                       "system: the machine as it is in A, CPUs 0 in B"));
}

TEST(ConductNotes, WarnOfSidesMeasuredOneAfterTheOther) {
  ComparisonSide a = five_repeats("A");
  ComparisonSide b = five_repeats("B");
  EXPECT_THAT(conduct_notes(a, b), IsEmpty());
  for (RunDocument& run : b.runs) {
    run.created = "2026-11-25T03:12:09Z";
    run.foreign_cpu_share = 0.31;
  }
  EXPECT_THAT(conduct_notes(a, b),
              ElementsAre(HasSubstr("all of A was measured before B"), HasSubstr("other processes took up to 31.0 %")));
  a.runs[0].created = "2026-11-26T03:12:09Z";
  EXPECT_THAT(conduct_notes(a, b), SizeIs(1));
}

}  // namespace
}  // namespace assay
