#include "scenarios/roofline_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "harness/steady_clock.hpp"
#include "kernels/kernel.hpp"
#include "scenarios/level_sweep.hpp"
#include "scenarios/roofline_levels.hpp"
#include "scenarios/subject_catalogue.hpp"
#include "scenarios/team_works.hpp"

namespace assay {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;

/// Two sockets of four cores with two hardware threads each.
Machine two_sockets() {
  Machine machine = machine_from_synthetic("pack:2 [numa] l3:1(size=16MB) l2:4(size=1MB) l1:1(size=32KB) core:1 pu:2");
  machine.isa = {"sse4_2", "avx", "fma", "avx2"};
  return machine;
}

std::vector<RooflineSubject> plan_of(const Machine& machine, const std::vector<int>& cpus, RooflineParts parts = {}) {
  return plan_roofline(machine, roofline_levels(machine, {}, 4096 * kMebibyte), {.cpus = cpus, .parts = parts});
}

std::size_t count_of(const std::vector<RooflineSubject>& plan, SubjectKind kind, std::size_t threads) {
  return static_cast<std::size_t>(std::ranges::count_if(
      plan, [&](const RooflineSubject& subject) { return subject.kind == kind && subject.cpus.size() == threads; }));
}

TEST(RooflinePlan, EachSubjectHasANameOfItsOwn) {
  std::set<std::string> ids;
  for (const RooflineSubject& subject : plan_of(two_sockets(), {2, 4, 6, 0})) {
    EXPECT_TRUE(ids.insert(subject.id).second) << subject.id;
    EXPECT_FALSE(subject.cpus.empty()) << subject.id;
  }
}

TEST(RooflinePlan, AWorkloadAndItsLayersTakeThePlaceOfTheDots) {
  const KernelChoice network{.entry = find_kernel("mobilenet_v2"),
                             .parameters = {{"width", "0.5"}, {"side", "32"}, {"library", "own"}}};
  const auto levels = roofline_levels(two_sockets(), {}, 4096 * kMebibyte);
  auto plan = plan_roofline(two_sockets(), levels, {.cpus = {0, 2}, .workload = network, .layers = true});
  EXPECT_EQ(count_of(plan, SubjectKind::dot, 1), 1U + 54);
  EXPECT_EQ(count_of(plan, SubjectKind::dot, 2), 0U);
  const auto whole = std::ranges::find(plan, "dot/mobilenet_v2/1t", &RooflineSubject::id);
  const auto layer = std::ranges::find(plan, "dot/mobilenet_v2/layer/04-block1.depthwise/1t", &RooflineSubject::id);
  ASSERT_TRUE(whole != plan.end() && layer != plan.end());
  EXPECT_EQ(layer->parameters.at(kLayerParameter), "04 block1.depthwise");
  SteadyClock clock;
  SubjectCatalogue catalogue({}, clock);
  const auto work = catalogue.make(*layer);
  work->prepare(0, 1);
  work->describe(*layer);
  work->before_turn();
  work->run(0, 3);
  EXPECT_THAT(work->check(), ::testing::StartsWith("ok"));
  // 16 x 16 to 8 x 8 places of 48 channels, nine taps and a bias each.
  EXPECT_EQ(layer->work_per_iteration, 8.0 * 8 * 48 * (2 * 9 + 1));
  EXPECT_EQ(layer->traffic_bytes_per_iteration, 4.0 * (16 * 16 * 48 + 8 * 8 * 48 + 10 * 48));
  layer->parameters[kLayerParameter] = "54 none";
  EXPECT_THROW((void)catalogue.make(*layer), std::invalid_argument);
}

TEST(RooflinePlan, AWorkloadWithoutLayersIsRefusedOnlyWhereTheyAreAskedFor) {
  const KernelChoice mlp{.entry = find_kernel("mlp"), .parameters = {}};
  const auto levels = roofline_levels(two_sockets(), {}, 4096 * kMebibyte);
  const auto plan = plan_roofline(two_sockets(), levels, {.cpus = {0}, .workload = mlp});
  EXPECT_EQ(count_of(plan, SubjectKind::dot, 1), 1U);
  EXPECT_THROW((void)plan_roofline(two_sockets(), levels, {.cpus = {0}, .workload = mlp, .layers = true}),
               std::invalid_argument);
}

TEST(RooflinePlan, DialsSixteenIntensitiesAtEachLevelOnOneThreadAndOnAll) {
  const auto plan = plan_of(two_sockets(), {2, 4, 6, 0});
  EXPECT_EQ(count_of(plan, SubjectKind::intensity, 1), 4U * 16U);
  EXPECT_EQ(count_of(plan, SubjectKind::intensity, 4), 4U * 16U);
  EXPECT_EQ(count_of(plan_of(two_sockets(), {2}), SubjectKind::intensity, 1), 4U * 16U);
}

TEST(RooflinePlan, SayWhatTheMachineLacks) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "the lists are of x86-64";
#endif
  const auto plan = plan_of(two_sockets(), {2});
  const auto wide = std::ranges::find(plan, "avx512", &RooflineSubject::isa);
  ASSERT_NE(wide, plan.end());
  EXPECT_THAT(wide->unavailable, ::testing::HasSubstr("avx512f"));
}

TEST(RooflinePlan, MemoryOfTheOtherNodeIsMeasuredFromHere) {
  const Machine machine = two_sockets();
  ASSERT_EQ(machine.numa_node_count, 2);
  const auto plan = plan_of(machine, {2, 4});
  const auto remote =
      std::ranges::find_if(plan, [](const RooflineSubject& subject) { return subject.parameters.contains(kNumaNode); });
  ASSERT_NE(remote, plan.end());
  EXPECT_EQ(remote->parameters.at(kNumaNode), "1");
  EXPECT_EQ(remote->level, "DRAM");
  EXPECT_FALSE(kernel_parameters_of(*remote).contains(kNumaNode));
}

TEST(RooflinePlan, PartsCanBeLeftOut) {
  const RooflineParts only_compute{.bandwidth = false, .intensity = false, .latency = false, .dots = false};
  for (const RooflineSubject& subject : plan_of(two_sockets(), {2, 4}, only_compute)) {
    EXPECT_EQ(subject.kind, SubjectKind::compute) << subject.id;
  }
}

TEST(RooflinePlan, EveryKernelIsOfTheCatalogueOrATeamsWork) {
  for (const RooflineSubject& subject : plan_of(two_sockets(), {2, 4})) {
    const bool team = subject.kernel == kCoreToCore || subject.kernel == kLoadedLatency;
    EXPECT_TRUE(team || !subject.unavailable.empty() || find_kernel(subject.kernel) != nullptr) << subject.id;
  }
}

TEST(RooflineCpus, OneThreadOfEachCoreWithCpuZeroLast) {
  const std::vector<int> cpus = roofline_cpus(two_sockets(), {});
  EXPECT_EQ(cpus.size(), 8U);
  EXPECT_EQ(std::set<int>(cpus.begin(), cpus.end()).size(), 8U);
  EXPECT_NE(cpus.front(), 0);
  EXPECT_EQ(roofline_cpus(two_sockets(), {5}), std::vector<int>{5});
  EXPECT_THROW((void)roofline_cpus(two_sockets(), {99}), std::invalid_argument);
}

TEST(SweepSizes, GoUpInHalfPowersOfTwoAsFarAsMemoryAllows) {
  const auto sizes = sweep_sizes(32 * kMebibyte, 4096 * kMebibyte);
  EXPECT_EQ(sizes.front(), 4096U);
  EXPECT_EQ(sizes[2], 8192U);
  EXPECT_EQ(sizes.back(), 64 * kMebibyte);
  EXPECT_TRUE(std::ranges::is_sorted(sizes));
  EXPECT_LE(sweep_sizes(32 * kMebibyte, 35 * kMebibyte).back(), 10 * kMebibyte);
  EXPECT_THAT(sweep_sizes(0, 0), ::testing::IsEmpty());
}

}  // namespace
}  // namespace assay
