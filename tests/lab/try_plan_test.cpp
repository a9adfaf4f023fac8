#include "lab/try_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "lab/run_request_text.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;

constexpr TryPlace kFourCpus{.cpu_count = 4};

RunOptions typed(const std::map<std::string, std::string, std::less<>>& values = {}) {
  return {.workload = "mlp", .values = values, .parameters = {"width=64"}};
}

/// The flags of B that A does not have alike, and those that only A has.
std::map<std::string, std::string> difference(const TryPlan& plan) {
  std::map<std::string, std::string> flags;
  for (const auto& [flag, value] : plan.b.values) {
    if (plan.a.value(flag) != value) {
      flags[flag] = value;
    }
  }
  for (const auto& [flag, value] : plan.a.values) {
    if (!plan.b.value(flag)) {
      flags[flag] = "only A";
    }
  }
  return flags;
}

using Flags = std::map<std::string, std::string>;

TEST(TryPlan, TheSidesDifferInWhatTheExperimentIsAbout) {
  const auto sides = [](const char* name, const RunOptions& run) {
    return difference(try_plan(try_experiment(name), run, kFourCpus));
  };
  EXPECT_EQ(sides("hedging", typed()), (Flags{{"hedge", "p95"}}));
  EXPECT_EQ(sides("hedging", typed({{"hedge", "1ms"}})), (Flags{{"hedge", "1ms"}}));
  EXPECT_EQ(sides("pinning", typed()), (Flags{{"no-pinning", "only A"}}));
  EXPECT_EQ(sides("realtime", typed()), (Flags{{"realtime-workers", "true"}}));
  EXPECT_EQ(sides("memory", typed()), (Flags{{"huge-pages", "yes"}, {"mlock", "true"}}));
  EXPECT_EQ(sides("polling", typed()), (Flags{{"spin", "true"}}));
  EXPECT_EQ(sides("batching", typed({{"scenario", "server"}, {"rate", "100"}})), (Flags{{"batch-timeout", "1ms"}}));
}

TEST(TryPlan, SeedAndDoseAreThoseOfBothSides) {
  for (const TryExperiment& experiment : try_experiments()) {
    const TryPlan plan = try_plan(
        experiment, typed({{"scenario", "server"}, {"rate", "100"}, {"seed", "7"}, {"noise", "80x1ms"}}), kFourCpus);
    EXPECT_EQ(request_from(plan.a).seed, 7U) << experiment.name;
    EXPECT_EQ(request_from(plan.b).seed, 7U) << experiment.name;
    EXPECT_EQ(plan.a.value("noise"), plan.b.value("noise"));
  }
}

TEST(TryPlan, EachPairHasSeedsOfItsOwn) {
  const auto request = [](const std::map<std::string, std::string, std::less<>>& values, std::uint64_t pair) {
    return request_from(of_pair(typed(values), pair));
  };
  EXPECT_EQ(request({}, 0).seed, 0U);
  EXPECT_EQ(request({{"seed", "7"}}, 2).seed, 9U);
  EXPECT_NE(request({}, 1).settings.seeds.schedule, request({}, 0).settings.seeds.schedule);
  const RunRequest given = request({{"seeds", "1,2,3"}}, 4);
  EXPECT_EQ(given.settings.seeds.sample_library, 5U);
  EXPECT_EQ(given.settings.seeds.sample_index, 6U);
  EXPECT_EQ(given.settings.seeds.schedule, 7U);
  const std::uint64_t mlperf = Seeds::mlperf_v6_1().schedule;
  EXPECT_EQ(request({{"stream", "mlperf"}}, 0).settings.seeds.schedule, mlperf);
  EXPECT_EQ(request({{"stream", "mlperf"}}, 3).settings.seeds.schedule, mlperf + 3);
}

TEST(TryPlan, OfTheMeansForMemorySideBHasWhatTheMachineGives) {
  const TryExperiment& memory = try_experiment("memory");
  const auto flags = [&](const TryPlace& place) { return difference(try_plan(memory, typed(), place)); };
  EXPECT_EQ(try_side_b(memory, kFourCpus), memory.b);
  const TryPlace no_lock{.lock_refusal = "8 KiB"};
  EXPECT_EQ(flags(no_lock), (Flags{{"huge-pages", "yes"}}));
  EXPECT_EQ(try_side_b(memory, no_lock), "huge pages (--huge-pages yes), not locked: 8 KiB");
  const TryPlace no_huge{.huge_page_refusal = "off"};
  EXPECT_EQ(flags(no_huge), (Flags{{"mlock", "true"}}));
  EXPECT_EQ(try_side_b(memory, no_huge),
            "small pages, touched and locked (--huge-pages no --mlock); huge pages are not to be had: off");
  EXPECT_EQ(try_side_b(try_experiment("polling"), no_huge), try_experiment("polling").b);
}

TEST(TryPlan, HedgingHasTwoWorkersOnTwoCpus) {
  const TryExperiment& hedging = try_experiment("hedging");
  const TryPlan roomy = try_plan(hedging, typed(), kFourCpus);
  EXPECT_EQ(roomy.a.value("threads"), "2");
  EXPECT_FALSE(roomy.a.is_on("share-cpus"));
  EXPECT_TRUE(try_plan(hedging, typed(), {.cpu_count = 2}).a.is_on("share-cpus"));
  EXPECT_TRUE(try_plan(hedging, typed({{"cpus", "0-1"}}), kFourCpus).b.is_on("share-cpus"));
  EXPECT_EQ(try_plan(hedging, typed({{"threads", "3"}}), kFourCpus).b.value("threads"), "3");
}

std::string refused(const char* name, const RunOptions& run) {
  try {
    (void)try_plan(try_experiment(name), run, kFourCpus);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(TryPlan, SaysWhatAnExperimentCannotBeMadeWith) {
  EXPECT_THAT(refused("loudness", typed()), HasSubstr("known are hedging, pinning, realtime"));
  EXPECT_THAT(refused("polling", typed({{"spin", "true"}})), HasSubstr("--spin: assay try polling sets it itself"));
  EXPECT_THAT(refused("memory", typed({{"mlock", "true"}})), HasSubstr("--mlock"));
  EXPECT_THAT(refused("batching", typed()), HasSubstr("take --scenario server"));
  EXPECT_THAT(refused("hedging", typed({{"scenario", "multi"}})), HasSubstr("take single or server"));
  EXPECT_THAT(refused("pinning", typed({{"scenario", "offline"}})), HasSubstr("no tail of requests"));
}

TEST(TryPlan, SaysWhyAMachineCannotShowIt) {
  const TryPlace small{.cpu_count = 1,
                       .realtime_refusal = "Operation not permitted",
                       .huge_page_refusal = "off",
                       .lock_refusal = "8 MiB"};
  for (const TryExperiment& experiment : try_experiments()) {
    EXPECT_FALSE(try_refusal(experiment, kFourCpus)) << experiment.name;
    EXPECT_EQ(try_refusal(experiment, small).has_value(), experiment.name != "batching") << experiment.name;
  }
  EXPECT_FALSE(try_refusal(try_experiment("memory"), {.cpu_count = 1, .lock_refusal = "8 MiB"}))
      << "huge pages alone are worth a try";
}

}  // namespace
}  // namespace assay
