#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/thread_affinity.hpp"
#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using ::testing::AnyOf;
using ::testing::HasSubstr;

using Arguments = std::vector<std::string>;

Arguments short_try(const std::string& experiment, const Arguments& more = {}) {
  Arguments arguments{"try",        experiment, "fma",           "--param", "iterations=200", "--warmup", "10ms",
                      "--duration", "100ms",    "--min-queries", "20",      "--pairs",        "1",        "--out",
                      "results",    "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

json run_file(const ScratchFolder& folder, const json& run) {
  return json::parse(test_support::text_of(folder / run.at("file").get<std::string>()));
}

TEST(ProgramTry, HedgingCountsItsExtraWork) {
  if (cpus_of_this_thread().size() < 2) {
    GTEST_SKIP() << "hedging needs two CPUs";
  }
  const ScratchFolder folder;
  const ProgramResult result = run_assay(folder, short_try("hedging", {"--hedge", "10us"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json tried = json::parse(result.out);
  EXPECT_EQ(tried.at("schema"), "assay/try/1");
  ASSERT_EQ(tried.at("runs").size(), 2U);
  EXPECT_EQ(tried.at("runs")[0].at("side"), "a");
  const json a = run_file(folder, tried.at("runs")[0]);
  const json b = run_file(folder, tried.at("runs")[1]);
  EXPECT_EQ(a.at("result").at("hedging"), nullptr);
  const json& hedging = b.at("result").at("hedging");
  EXPECT_EQ(hedging.at("rule"), "as asked");
  EXPECT_GE(hedging.at("sent"), hedging.at("started"));
  EXPECT_TRUE(b.at("result").at("errors").empty()) << b.at("result").at("errors");
  EXPECT_EQ(b.at("placement").at("worker_cpus").size(), 2U);
  EXPECT_EQ(a.at("scenario").at("seed"), b.at("scenario").at("seed"));
  EXPECT_THAT(tried.at("finding").get<std::string>(), HasSubstr("hedging on fma: "));
}

TEST(ProgramTry, MemoryAndPinningAreRecordedAsGranted) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(folder, short_try("memory"));
  EXPECT_THAT(result.exit_code, AnyOf(0, 4)) << result.err;
  if (result.exit_code == 0) {
    const json tried = json::parse(result.out);
    EXPECT_EQ(run_file(folder, tried.at("runs")[0]).at("execution").at("memory"), "small pages");
    EXPECT_EQ(run_file(folder, tried.at("runs")[0]).at("execution").at("locked_bytes"), 0);
    EXPECT_THAT(run_file(folder, tried.at("runs")[1]).at("execution").at("memory").get<std::string>(),
                AnyOf("huge pages where the system gives them, to be locked", "huge pages where the system gives them",
                      "small pages, to be locked"));
  }
  const ProgramResult run =
      run_assay(folder, {"run", "fma", "--param", "iterations=200", "--warmup", "10ms", "--duration", "50ms",
                         "--min-queries", "20", "--no-pinning", "--spin", "--out", "results", "--json"});
  EXPECT_THAT(run.exit_code, AnyOf(0, 3)) << run.err;
  const json one = json::parse(run.out);
  EXPECT_EQ(one.at("placement").at("pinned"), false);
  EXPECT_THAT(one.at("placement").at("why").get<std::string>(), HasSubstr("not pinned"));
}

TEST(ProgramTry, KeepsTheComparisonBesideItsRuns) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(
      folder, {"try", "batching", "mlp", "--param", "width=64", "--scenario", "server", "--rate", "500", "--warmup",
               "10ms", "--duration", "100ms", "--min-queries", "20", "--pairs", "1", "--out", "results"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("B/A [95 %]"));
  EXPECT_THAT(result.out, HasSubstr("two pairs or more are needed"));
  std::size_t runs = 0;
  std::size_t comparisons = 0;
  for (const std::string& file : folder.files()) {
    runs += file.ends_with(".run.json") ? 1U : 0U;
    comparisons += file.ends_with("mlp.batching.try.json") ? 1U : 0U;
  }
  EXPECT_EQ(runs, 2U);
  EXPECT_EQ(comparisons, 1U);
}

TEST(ProgramTry, EmulatedFiguresAreMarkedEverywhere) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(
      folder, {"try", "polling", "fma", "--param", "iterations=200", "--warmup", "10ms", "--duration", "100ms",
               "--min-queries", "20", "--pairs", "1", "--emulate-envelope", "phone", "--out", "results"});
  if (cpus_of_this_thread().size() < 2) {
    GTEST_SKIP() << "polling needs two CPUs";
  }
  EXPECT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
  EXPECT_THAT(result.out, HasSubstr("EMULATED phone  P99 "));
  EXPECT_THAT(result.out, HasSubstr("EMULATED phone polling on fma: "));
  EXPECT_THAT(result.err, HasSubstr("EMULATED phone A: P50 "));
  EXPECT_THAT(result.out, HasSubstr("fma_emulated-phone.polling.try.json"));
}

TEST(ProgramTry, SaysWhatItNeeds) {
  const ScratchFolder folder;
  for (const auto& [arguments, message] : std::vector<std::pair<Arguments, std::string>>{
           {{"try"}, "name an experiment and a workload"},
           {{"try", "loudness", "fma"}, "experiment 'loudness': there is none of that name"},
           {{"try", "batching"}, "name a workload"},
           {{"try", "batching", "fma"}, "take --scenario server"},
           {{"try", "batching", "fma", "--scenario", "server", "--rate", "9"}, "--batch 8: workload fma takes 1 to 1"},
           {{"try", "memory", "fma", "--pairs", "0"}, "--pairs 0: must be within 1 and 100"},
           {{"try", "memory", "fma", "--huge-pages", "no"}, "--huge-pages: assay try memory sets it itself"},
           {{"run", "fma", "--huge-pages", "maybe"}, "--huge-pages: 'maybe' is none of yes, no"},
           {{"run", "fma", "--hedge", "soon"}, "--hedge: \"soon\" is not a duration"},
           {{"run", "synthetic", "--hedge", "p95"}, "--hedge: workload synthetic"},
           {{"run", "fma", "--hedge", "1us"}, "--hedge: must be at least 10us"}}) {
    const ProgramResult result = run_assay(folder, arguments);
    EXPECT_EQ(result.exit_code, 2) << message;
    EXPECT_THAT(result.err, HasSubstr(message));
  }
}

TEST(ProgramTry, ListsTheExperimentsOfThisMachine) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(folder, {"try", "--list", "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json experiments = json::parse(result.out).at("experiments");
  EXPECT_EQ(experiments.size(), 6U);
  for (const json& experiment : experiments) {
    EXPECT_EQ(experiment.at("reason") == nullptr, experiment.at("available") == true) << experiment;
  }
}

}  // namespace
}  // namespace assay
