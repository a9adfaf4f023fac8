#include "scenarios/workload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/machine.hpp"

namespace assay {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Workload, TheCatalogueHoldsTheKernelsTheServersAndTheTwoTestPieces) {
  std::vector<std::string> names;
  for (const WorkloadEntry& entry : workload_catalogue()) {
    names.push_back(entry.name);
    EXPECT_FALSE(entry.summary.empty()) << entry.name;
    EXPECT_EQ(entry.synthetic, entry.name == "synthetic" || entry.name == "null");
    if (entry.drives_server) {
      EXPECT_THAT(problems_of(WorkloadRequest{.name = entry.name}), ElementsAre(HasSubstr("takes the address")));
      continue;
    }
    EXPECT_THAT(problems_of(WorkloadRequest{.name = entry.name}), IsEmpty()) << entry.name;
    EXPECT_GT(library_size({.name = entry.name}), 0U);
  }
  for (const char* name : {"mlp", "gemm", "gemv", "triad", "fma", "openai", "kserve", "synthetic", "null"}) {
    EXPECT_THAT(names, Contains(name));
  }
}

TEST(Workload, NamesWhatMakesNoSense) {
  EXPECT_THAT(problems_of(WorkloadRequest{.name = "gem"}), ElementsAre(HasSubstr("workload 'gem': there is none")));
  EXPECT_THAT(problems_of(WorkloadRequest{.name = "gemm", .parameters = {{"n", "-1"}}}), ElementsAre(HasSubstr("n")));
  EXPECT_THAT(problems_of(WorkloadRequest{.name = "gemm", .batching = {.max_batch = 2}}),
              ElementsAre(HasSubstr("--batch 2: workload gemm takes 1 to")));
  EXPECT_THAT(problems_of(WorkloadRequest{.name = "null", .parameters = {{"n", "1"}}}),
              ElementsAre(HasSubstr("workload null has no parameters")));
  EXPECT_THAT(problems_of(WorkloadRequest{.name = "synthetic", .law = {.mean = Nanoseconds{0}}}),
              ElementsAre(HasSubstr("--mean")));
}

TEST(Workload, TheSyntheticWorkloadSaysItsLaw) {
  const auto workload = make_workload({.name = "synthetic"}, 1, {detect_machine().allowed_cpus().front()}, {});
  EXPECT_TRUE(workload->synthetic());
  EXPECT_EQ(workload->identity().parameters.at("law"), "lognormal");
  EXPECT_EQ(workload->identity().parameters.at("mean_s"), "0.01");
  EXPECT_EQ(workload->identity().parameters.at("sd_s"), "0.005");
  EXPECT_FALSE(workload->work());
}

TEST(Workload, MakingAnUnsoundOneThrowsItsProblems) {
  EXPECT_THROW((void)make_workload({.name = "nothing"}, 0, {0}, {}), std::invalid_argument);
}

}  // namespace
}  // namespace assay
