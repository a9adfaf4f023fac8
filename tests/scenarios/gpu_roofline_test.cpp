#include "scenarios/gpu_roofline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "analysis/roofline.hpp"
#include "analysis/roofline_verdict.hpp"
#include "kernels/gpu/gpu_catalogue.hpp"
#include "tests/kernels/fake_gpu.hpp"

namespace assay {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

GpuDevice fake_card() { return *open_gpu(*GpuPlugin::of(fake_gpu_plugin(), "fake"), 0); }

TEST(GpuRooflinePlan, NamesEachSubjectOnceAndOnlyKernelsThatThereAre) {
  std::set<std::string> ids;
  for (const RooflineSubject& subject : plan_gpu_roofline(fake_card(), {}, 3)) {
    EXPECT_TRUE(ids.insert(subject.id).second) << subject.id;
    const KernelEntry* const entry = find_gpu_kernel(subject.kernel);
    ASSERT_NE(entry, nullptr) << subject.kernel;
    for (const auto& given : subject.parameters) {
      EXPECT_TRUE(std::ranges::any_of(entry->parameters, [&](const auto& known) { return known.name == given.first; }))
          << subject.kernel << " takes no " << given.first;
    }
    EXPECT_EQ(subject.cpus, std::vector<int>{3});
  }
  for (const char* id : {"compute/gpu/f64/fma", "compute/gpu/f8/product", "bandwidth/HBM/read", "bandwidth/L2/triad",
                         "bandwidth/PCIe/both", "latency/HBM/chase", "latency/launch/graph"}) {
    EXPECT_THAT(ids, Contains(id));
  }
}

TEST(GpuRooflinePlan, LeavesOutThePartsThatAreNotAskedFor) {
  const auto subjects = plan_gpu_roofline(
      fake_card(), {.compute = false, .bandwidth = false, .intensity = true, .latency = true, .dots = true}, 0);
  ASSERT_FALSE(subjects.empty());
  for (const RooflineSubject& subject : subjects) {
    EXPECT_EQ(subject.kind, SubjectKind::latency) << subject.id;
  }
}

/// The fake answers at once: the rounds last as long as they are told.
RooflineMeasurement measured(Nanoseconds time_limit = std::chrono::milliseconds{300}) {
  RooflineRequest request;
  request.time_limit = time_limit;
  return run_gpu_roofline(request, fake_card(), detect_machine(), {}, {});
}

/// In so long that there are samples enough, whatever else this machine does.
RooflineMeasurement measured_in_full() {
  RooflineMeasurement measurement = measured();
  for (const int limit_s : {2, 20}) {
    if (!roofline_problems(measurement, fit_roofline(measurement)).empty()) {
      measurement = measured(std::chrono::seconds{limit_s});
    }
  }
  return measurement;
}

const RooflineSubject& subject_of(const RooflineMeasurement& measurement, const std::string& id) {
  const auto found = std::ranges::find(measurement.subjects, id, &RooflineSubject::id);
  EXPECT_NE(found, measurement.subjects.end()) << id;
  return *found;
}

TEST(GpuRoofline, HasTheCardsOwnTimesAndTheRoofsThatFollow) {
  const RooflineMeasurement measurement = measured_in_full();
  const Roofline roofline = fit_roofline(measurement);
  EXPECT_TRUE(roofline_problems(measurement, roofline).empty());
  const RoofSet* const set = roofline.set(1, "bf16", "flop");
  ASSERT_NE(set, nullptr);
  ASSERT_TRUE(set->flat);
  EXPECT_NEAR(*roofline.ceilings[*set->flat].roof.point, 5e14, 1e6);
  const LevelRoofs* const memory = set->level("HBM");
  ASSERT_NE(memory, nullptr);
  ASSERT_TRUE(memory->slope);
  EXPECT_NEAR(*roofline.ceilings[*memory->slope].roof.point, 3e12, 1e4);
  EXPECT_NEAR(*memory->ridge.point, 5e14 / 3e12, 1e-6);
  EXPECT_EQ(subject_of(measurement, "compute/gpu/bf16/product").output_check, "ok 0.0e+00 (bound 1.0e-06)");
}

TEST(GpuRoofline, WhatTheCardCannotDoCarriesItsReason) {
  EXPECT_EQ(subject_of(measured(), "compute/gpu/f8/product").unavailable, "this card has no f8");
}

TEST(GpuRoofline, SaysOfASimulatedCardThatNothingWasMeasured) {
  const RooflineMeasurement measurement = measured();
  EXPECT_THAT(measurement.warnings, Contains(HasSubstr("SIMULATED")));
}

}  // namespace
}  // namespace assay
