#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class ProgramCommands : public ::testing::Test {
 protected:
  ProgramResult assay(const std::vector<std::string>& arguments) { return run_assay(folder, arguments); }
  ScratchFolder folder;
};

TEST_F(ProgramCommands, TourMeasuresAllFourScenariosAndWritesAPage) {
#ifdef ASSAY_SANITIZED
  GTEST_SKIP() << "a whole roofline takes minutes under a sanitizer; ProgramRoofline measures a part of one";
#endif
  const ProgramResult result =
      assay({"tour", "--duration", "50ms", "--roofline", "1s", "--soak", "300ms", "--param", "width=64", "--json"});
  EXPECT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
  const json tour = json::parse(result.out);
  EXPECT_EQ(tour.at("schema"), "assay/tour/1");
  EXPECT_TRUE(tour.at("doctor").contains("verdict"));
  std::vector<std::string> scenarios;
  for (const json& run : tour.at("runs")) {
    scenarios.push_back(run.at("scenario").at("kind"));
  }
  // Where the small network is too quick for noise that is twice the critical rate, none is injected, and a note says
  // so.
  EXPECT_THAT(scenarios,
              AnyOf(ElementsAre("single", "multi", "offline", "server", "server", "single", "single", "multi"),
                    ElementsAre("single", "multi", "offline", "server", "server", "multi")));
  EXPECT_TRUE(tour.at("runs").at(4).at("interference").is_null());
  if (scenarios.size() == 8) {
    EXPECT_EQ(tour.at("runs").at(6).at("interference").at("doses").at(0).at("knob"), "noise");
  }
  EXPECT_TRUE(tour.at("runs").back().at("soak").is_object());
  EXPECT_EQ(tour.at("complete"), true);
  EXPECT_EQ(tour.at("roofline").at("schema"), "assay/roofline/1");
  EXPECT_THAT(folder.files(), Contains(EndsWith(".roofline.json")));
  EXPECT_THAT(folder.files(), Contains(HasSubstr("/report.html")));
}

TEST_F(ProgramCommands, TourWithoutARooflineHasNone) {
  const ProgramResult result = assay(
      {"tour", "--duration", "50ms", "--roofline", "0s", "--soak", "0s", "--param", "width=64", "--json=tour.json"});
  EXPECT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
  EXPECT_THAT(result.out, Not(HasSubstr("Roofline")));
  EXPECT_EQ(json::parse(test_support::text_of(folder / "tour.json")).at("roofline"), nullptr);
}

TEST_F(ProgramCommands, PeakKeepsEveryProbe) {
  const ProgramResult result =
      assay({"peak", "synthetic", "--law", "constant", "--mean", "1ms", "--slo", "20ms@p99", "--warmup", "10ms",
             "--duration", "50ms", "--min-queries", "50", "--most-probes", "5", "--json"});
  EXPECT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
  const json peak = json::parse(result.out);
  EXPECT_EQ(peak.at("schema"), "assay/peak/1");
  EXPECT_EQ(peak.at("synthetic"), true);
  EXPECT_FALSE(peak.at("probes").empty());
  EXPECT_LE(peak.at("probes").size(), 5U);
  for (const json& probe : peak.at("probes")) {
    EXPECT_TRUE(std::filesystem::exists(folder / probe.at("file").get<std::string>()));
  }
}

// The first arrivals that LoadGen schedules at 1,000 queries/s with the seeds of MLPerf Inference v6.1.
TEST_F(ProgramCommands, DryRunPrintsLoadGensOwnSchedule) {
  const ProgramResult result =
      assay({"run", "null", "--scenario", "server", "--rate", "1000", "--stream", "mlperf", "--dry-run", "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json plan = json::parse(result.out);
  const std::vector<std::int64_t> first(plan.at("scheduled_ns").begin(), plan.at("scheduled_ns").begin() + 6);
  EXPECT_THAT(first, ElementsAre(0, 1'843'654, 2'301'577, 3'587'439, 4'300'433, 4'686'839));
  EXPECT_EQ(plan.at("scheduled_ns").size(), 1000U);
  EXPECT_EQ(plan.at("sample_indices").size(), 1000U);
  EXPECT_EQ(plan.at("loaded_set").size(), 1024U);
  EXPECT_FALSE(std::filesystem::exists(folder / "assay-results"));
}

TEST_F(ProgramCommands, DryRunSaysWhatIsNotKnownBeforehand) {
  const json plan = json::parse(assay({"run", "gemm", "--scenario", "offline", "--dry-run", "--json"}).out);
  EXPECT_TRUE(plan.at("samples_per_query").is_null());
  EXPECT_THAT(plan.at("not_available").at("samples_per_query"), HasSubstr("--rate"));
}

TEST_F(ProgramCommands, ReportMakesAPageOfAFolder) {
  ASSERT_THAT(assay({"run", "null", "--duration", "20ms", "--warmup", "1ms"}).exit_code, AnyOf(0, 3));
  std::ofstream(folder / "assay-results/broken.run.json") << "{";
  const ProgramResult result = assay({"report", "assay-results", "-o", "page.html"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("left out: assay-results/broken.run.json"));
  EXPECT_THAT(test_support::text_of(folder / "page.html"), HasSubstr("<!doctype html>"));
  EXPECT_THAT(test_support::text_of(folder / "page.html"), HasSubstr("SYNTHETIC"));

  EXPECT_EQ(assay({"report", "assay-results/broken.run.json"}).exit_code, 5);
  EXPECT_EQ(assay({"report", "nowhere"}).exit_code, 5);
  EXPECT_EQ(assay({"report", "assay-results", "-o", "no/such/folder/page.html"}).exit_code, 5);
}

TEST_F(ProgramCommands, DoctorReportsItsFindingsAsJson) {
  const ProgramResult result = assay({"doctor", "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json report = json::parse(result.out);
  EXPECT_EQ(report.at("schema"), "assay/doctor/1");
  EXPECT_FALSE(report.at("verdict").get<std::string>().empty());
}

TEST_F(ProgramCommands, ListsAndExplains) {
  EXPECT_THAT(assay({"list", "workloads"}).out, HasSubstr("--param n=256"));
  EXPECT_EQ(json::parse(assay({"list", "scenarios", "--json"}).out).at("entries").size(), 4U);
  EXPECT_THAT(assay({"list", "arrivals"}).out, HasSubstr("poisson"));
  EXPECT_THAT(assay({"list", "laws"}).out, HasSubstr("lognormal"));
  EXPECT_THAT(assay({"explain", "p99"}).out, HasSubstr("P99"));
  EXPECT_THAT(assay({"explain"}).out, HasSubstr("lateness"));
  EXPECT_EQ(json::parse(assay({"version", "--json"}).out).at("schema"), "assay/version/1");
  EXPECT_THAT(assay({"--help"}).out, HasSubstr("Exit codes"));
}

TEST_F(ProgramCommands, AMachineKeepsItsName) {
  EXPECT_EQ(assay({"machine", "name", "bench-07"}).exit_code, 0);
  EXPECT_THAT(assay({"machine", "show"}).out, HasSubstr("bench-07"));
  EXPECT_EQ(assay({"machine", "name", "no spaces"}).exit_code, 2);
}

TEST_F(ProgramCommands, CompletionKnowsCommandsAndFlags) {
  const std::string script = assay({"completion", "bash"}).out;
  EXPECT_THAT(script, HasSubstr("complete -o default -F _assay assay"));
  EXPECT_THAT(script, HasSubstr("--samples-per-query"));
  std::ofstream(folder / "complete.sh") << script;
  EXPECT_EQ(std::system(("bash -n " + (folder / "complete.sh")).c_str()), 0);
}

TEST_F(ProgramCommands, CompletionKnowsTheCommandsBelowACommand) {
  std::ofstream(folder / "complete.sh") << assay({"completion", "bash"}).out
                                        << "COMP_WORDS=(assay lab lo); COMP_CWORD=2; _assay; echo \"${COMPREPLY[@]}\"\n"
                                           "COMP_WORDS=(assay lab lock --be); COMP_CWORD=3; _assay; echo "
                                           "\"${COMPREPLY[@]}\"\n";
  const std::string out = folder / "out.txt";
  ASSERT_EQ(std::system(("bash " + (folder / "complete.sh") + " > " + out).c_str()), 0);
  EXPECT_EQ(test_support::text_of(out), "lock\n--because\n");
}

TEST_F(ProgramCommands, TheManualPageNamesEachCommandAndIsGoodRoff) {
  const std::string page = assay({"manual"}).out;
  EXPECT_THAT(page, HasSubstr(".SS tour\n"));
  EXPECT_THAT(page, HasSubstr(".SS lab lock\n"));
  EXPECT_THAT(page, HasSubstr("\\-\\-samples\\-per\\-query"));
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('.')) {  // what a text began with would be a request that nobody wrote
      EXPECT_TRUE(line.starts_with(".TH ") || line.starts_with(".SH ") || line.starts_with(".SS ") || line == ".TP" ||
                  line == ".PP" || line.starts_with(".B ") || line.starts_with(".BR ") || line.starts_with(".I "))
          << line;
    }
    EXPECT_FALSE(line.starts_with('\'')) << line;
  }
}

}  // namespace
}  // namespace assay
