#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lab/flow/ledger_chain.hpp"
#include "lab/flow/run_turn.hpp"
#include "tests/analysis/sample_systems.hpp"
#include "tests/lab/program.hpp"
#include "tests/lab/sample_lab.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using test_support::text_of;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Arguments = std::vector<std::string>;

/// A lab of short runs, begun in "lab".
class ProgramLab : public ::testing::Test {
 protected:
  ProgramLab() {
    std::ofstream(folder_ / "small.toml") << test_support::small_flow();
    std::ofstream(folder_ / "audit.json") << test_support::small_audit();
  }

  ProgramResult lab(Arguments arguments) {
    arguments.insert(arguments.begin(), "lab");
    arguments.insert(arguments.end(), {"--lab", "lab"});
    return run_assay(folder_, arguments);
  }
  /// Expects this exit code and these words on stderr.
  void refuses(const Arguments& arguments, int code, const std::string& words) {
    const ProgramResult result = lab(arguments);
    EXPECT_EQ(result.exit_code, code) << arguments.at(0) << ' ' << result.err;
    EXPECT_THAT(result.err, HasSubstr(words));
  }
  void does(const Arguments& arguments) {
    const ProgramResult result = lab(arguments);
    EXPECT_EQ(result.exit_code, 0) << arguments.at(0) << ' ' << result.out << result.err;
  }
  void begin() { does({"begin", "--track", "small.toml", "--nonce", "W7-4K2", "--student", "Ada"}); }
  void lock_all() {
    does({"lock", "--part", "1", "scenario=multi", "missed=20", "--because", "scenario=together", "--because",
          "missed=queue", "--sure"});
    does({"lock", "--part", "2", "p99=25ms", "--because", "heavy", "--guess"});
    does({"lock", "--part", "3", "peak=no", "--because", "intensity", "--sure"});
  }
  json state() { return json::parse(lab({"status", "--json"}).out); }
  std::string ledger() { return text_of(folder_ / "lab/ledger.ndjson"); }

  ScratchFolder folder_;
};

TEST_F(ProgramLab, WalksFromTheBeginningToAnExportThatIsIntact) {
  begin();
  lock_all();
  for (const char* const run : {"single", "offline", "cameras"}) {
    does({"run", "--part", "1", run});
  }
  does({"run", "--part", "1", "server", "--rate", "200"});
  does({"run", "--part", "2", "--noise", "20x1ms"});
  does({"run", "--part", "3", "--file", "audit.json"});
  refuses({"export"}, 3, "missing: part 1, reflection goodhart");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "lab/small-lab.json"));
  does({"reflect", "--part", "1", "goodhart=A target is no measure."});
  does({"reflect", "--part", "2", "fleet=1-(1-p)^N"});
  does({"reflect", "--part", "3", "marketing=The peak."});
  does({"decide", "--metric", "p99", "--decision", "B", "--binding", "bandwidth", "--guardrail", "accuracy",
        "--rejected", "A at batch 8", "--why-rejected", "its tail", "--scope", "this machine", "--risk", "heat",
        "--memo", "Buy B."});
  does({"export"});
  const ProgramResult verified =
      run_assay(folder_, {"lab", "verify", "lab/small-lab.json", "--nonce", "W7-4K2", "--json"});
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
  const json found = json::parse(verified.out);
  EXPECT_EQ(found.at("shows_its_ledger"), true);
  for (const json& file : found.at("files")) {
    EXPECT_EQ(file.at("state"), "as recorded") << file;
  }
  EXPECT_EQ(found.at("files").size(), 6U);
  const ProgramResult graded = run_assay(folder_, {"lab", "grade", "lab", "--csv", "class.csv"});
  EXPECT_EQ(graded.exit_code, 0) << graded.err;
  EXPECT_THAT(graded.out, AllOf(HasSubstr("Ada"), HasSubstr("intact")));
  EXPECT_THAT(text_of(folder_ / "class.csv"), HasSubstr("Ada,small,true"));
  EXPECT_THAT(text_of(folder_ / "lab/small-lab.html"), HasSubstr("Predicted and measured"));
}

TEST_F(ProgramLab, NothingRunsAndNothingIsShownBeforeTheLock) {
  refuses({"status"}, 5, "no lab began there");
  begin();
  refuses({"begin", "--track", "small.toml"}, 2, "began there already");
  refuses({"run", "--part", "1", "single"}, 4, "before its predictions are locked");
  refuses({"run", "--part", "3", "--file", "audit.json"}, 4, "before its predictions are locked");
  does({"lock", "--part", "1", "scenario=multi", "--because", "together", "--sure"});
  refuses({"run", "--part", "1", "single"}, 4, "before its predictions are locked");
  refuses({"reflect", "--part", "1", "goodhart=early"}, 4, "no evidence to reflect on");
  refuses({"decide", "--metric", "p99", "--decision", "B", "--binding", "b", "--guardrail", "g", "--rejected", "A",
           "--why-rejected", "w", "--scope", "s", "--risk", "r", "--memo", "m"},
          4, "predictions to lock");
  refuses({"decide", "--metric", "p99", "--decision", "B"}, 2,
          "--binding, --guardrail, --rejected, --why-rejected, --scope, --risk, --memo");
  EXPECT_THAT(ledger(), Not(HasSubstr("\"kind\":\"start\"")));
  EXPECT_TRUE(state().at("parts")[0].at("evidence").at("runs").empty());
}

TEST_F(ProgramLab, BadInputIsSaidInOneLineAndWritesNothing) {
  refuses({"begin", "--track", "nowhere"}, 2, "no lab of that name comes with the program: cloud, edge, mobile, tiny");
  refuses({"begin", "--track", "small.toml", "--duration", "soon"}, 2, "--duration");
  begin();
  const std::string before = ledger();
  refuses({"lock", "--part", "4", "a=b", "--because", "c", "--sure"}, 2, "--part");
  refuses({"lock", "--part", "1", "scenario=both", "--because", "together", "--sure"}, 2, "none of single, multi");
  refuses({"lock", "--part", "1", "missed=101", "--because", "queue", "--sure"}, 2, "within 0 and 100 %");
  refuses({"lock", "--part", "1", "missed=nan", "--because", "queue", "--sure"}, 2, "give a number in %");
  refuses({"lock", "--part", "1", "missed=20", "--because", "luck", "--sure"}, 2, "none of queue");
  refuses({"lock", "--part", "1", "missed=20", "--because", "queue"}, 2, "--sure or --guess");
  refuses({"lock", "--part", "1", "missed=20", "scenario=multi", "--because", "queue", "--sure"}, 2, "--because");
  refuses({"lock", "--part", "1", "other=1", "--because", "queue", "--sure"}, 2, "no question 'other'");
  refuses({"lock", "missed=20", "--because", "queue", "--sure"}, 2, "--part");
  EXPECT_EQ(ledger(), before);
  lock_all();
  const std::string locked = ledger();
  refuses({"run", "--part", "1", "nothing"}, 2, "it has single, server, offline, cameras");
  refuses({"run", "--part", "1", "single", "--noise", "3"}, 2, "has no controls");
  refuses({"run", "--part", "2", "--noise", "300"}, 2, "within 0 and 200");
  refuses({"run", "--part", "3"}, 2, "--file audit.json");
  refuses({"run", "--part", "3", "--file", "small.toml"}, 5, "not valid JSON");
  refuses({"reflect", "--part", "1", "goodhart= "}, 2, "write a sentence");
  EXPECT_EQ(ledger(), locked);
}

TEST_F(ProgramLab, AllTenRunsAreCountedAndASecondLockIsLate) {
  begin();
  lock_all();
  for (int i = 0; i < 10; ++i) {
    does({"run", "--part", "2", "--set", "noise=5"});
  }
  refuses({"run", "--part", "2"}, 4, "all 10 runs of load are used up");
  const ProgramResult late = lab({"lock", "--part", "2", "p99=40", "--because", "heavy", "--sure"});
  EXPECT_THAT(late.out, HasSubstr("LATE"));
  const json locks = state().at("parts")[1].at("questions")[0].at("locks");
  ASSERT_EQ(locks.size(), 2U);
  EXPECT_EQ(locks[0].at("late"), false);
  EXPECT_EQ(locks[1].at("late"), true);
  EXPECT_EQ(locks[1].at("runs_before"), 10);
}

TEST_F(ProgramLab, AnInterruptedRunIsKeptAndFlagged) {
  std::string flow = test_support::small_flow();
  const std::string length = "title = \"alone\"\nduration = \"60ms\"";
  // Long, and of samples that take long: a record is kept of each.
  flow.replace(flow.find(length), length.size(), "title = \"alone\"\nduration = \"60s\"\nparameters = [\"n=256\"]");
  std::ofstream(folder_ / "small.toml") << flow;
  begin();
  lock_all();
  test_support::Program program(folder_, {"lab", "run", "--lab", "lab", "--part", "1", "single", "--events"});
  ASSERT_TRUE(program.wait_for_output("\"measure\""));  // a machine of few CPUs tells no progress
  EXPECT_TRUE(RunTurn::is_taken(folder_.path() / "lab"));
  EXPECT_FALSE(RunTurn::try_take(folder_.path() / "lab").has_value());
  program.signal(SIGINT);
  EXPECT_EQ(program.finish().exit_code, 130);
  const LedgerReading reading = ledger_from_text(ledger());
  EXPECT_TRUE(reading.intact());
  const auto* const run = std::get_if<LabRun>(&reading.entries.back().body);
  ASSERT_NE(run, nullptr);
  EXPECT_TRUE(run->facts.interrupted);
}

TEST_F(ProgramLab, KilledInTheMiddleTheLedgerStandsAndTheNextRunGoesOn) {
  begin();
  lock_all();
  std::ofstream(folder_ / "lab/ledger.ndjson", std::ios::app) << "{\"kind\":\"sta";
  std::filesystem::create_directories(folder_ / "lab/runs/.assay-bundle-killed/work");
  does({"run", "--part", "2"});
  EXPECT_FALSE(std::filesystem::exists(folder_ / "lab/runs/.assay-bundle-killed")) << "what it left hidden is gone";
  const json after = state();
  EXPECT_EQ(after.at("chain").at("intact"), true);
  EXPECT_THAT(ledger(), HasSubstr("ledger.torn-1.txt"));
  EXPECT_EQ(text_of(folder_ / "lab/ledger.torn-1.txt"), "{\"kind\":\"sta");
}

TEST_F(ProgramLab, AnEditedLedgerOrFlowIsNotGoneOnWith) {
  begin();
  lock_all();
  const std::string good = ledger();
  std::string text = good;
  text.replace(text.find("\"answer\":20.0"), 13, "\"answer\":50.0");
  std::ofstream(folder_ / "lab/ledger.ndjson") << text;
  EXPECT_EQ(lab({"status"}).exit_code, 3);
  refuses({"run", "--part", "2"}, 5, "broken chain");
  const ProgramResult draft = lab({"export", "--draft"});
  EXPECT_EQ(draft.exit_code, 0) << draft.err;
  EXPECT_EQ(run_assay(folder_, {"lab", "verify", "lab/small-lab-DRAFT.json"}).exit_code, 3);
  std::ofstream(folder_ / "lab/ledger.ndjson") << good;
  std::ofstream(folder_ / "lab/flow.toml", std::ios::app) << "# easier\n";
  refuses({"status"}, 5, "is not the flow that this lab began with");
}

/// The same with systems to measure in part 3.
class ProgramLabSystems : public ProgramLab {
 protected:
  ProgramLabSystems() {
    std::ofstream(folder_ / "small.toml") << test_support::small_systems_flow();
    begin();
    lock_all();
  }
  bool is_there(const std::string& file) { return std::filesystem::exists(folder_ / file); }
};

TEST_F(ProgramLabSystems, AnAuditOfTwoBundlesKeepsItsChartsAndItsPage) {
  const std::string tall = write_sample_bundle(tall_system(), folder_ / "a").string();
  const std::string wide = write_sample_bundle(wide_system(), folder_ / "b").string();
  refuses({"run", "--part", "3", "audit"}, 4, "system_a was not measured yet: assay lab run --part 3 system_a");
  refuses({"run", "--part", "3", "audit", "--systems", tall}, 2, "name two");
  refuses({"run", "--part", "3", "audit", "--systems", tall + "," + tall}, 2, "is named twice");
  refuses({"run", "--part", "3", "audit", "--systems", tall, "--systems", "nowhere"}, 5, "a system is a bundle");
  refuses({"run", "--part", "3", "audit", "--systems", "system_a", "--systems", wide}, 4, "was not measured yet");
  refuses({"run", "--part", "1", "single", "--systems", tall + "," + wide}, 2, "an audit does");
  does({"run", "--part", "3", "audit", "--systems", tall + "," + wide});
  for (const char* const file : {"audit.json", "roofline.svg", "pareto.svg", "html"}) {
    EXPECT_TRUE(is_there(std::string("lab/runs/audit-1.") + file)) << file;
  }
  const json part = state().at("parts")[2];
  const json run = part.at("evidence").at("runs")[0];
  EXPECT_EQ(run.at("charts"), json({"roofline", "pareto"}));
  EXPECT_THAT(run.at("facts").at("sentences")[0].get<std::string>(), HasSubstr("REFUTED"));
  EXPECT_THAT(run.at("command").get<std::string>(), Not(HasSubstr(folder_.path().string())));
  EXPECT_FALSE(part.at("questions")[0].at("reveal").is_null());
  does({"export", "--draft"});
  EXPECT_THAT(text_of(folder_ / "lab/small-lab-DRAFT.html"), HasSubstr("src=\"data:image/svg+xml;base64,"));
  const ProgramResult intact = run_assay(folder_, {"lab", "verify", "lab/small-lab-DRAFT.json", "--json"});
  EXPECT_EQ(intact.exit_code, 0) << intact.out;
  EXPECT_EQ(json::parse(intact.out).at("files").size(), 4U);
  std::ofstream(folder_ / "lab/runs/audit-1.pareto.svg") << "<svg/>";
  const ProgramResult changed = run_assay(folder_, {"lab", "verify", "lab/small-lab-DRAFT.json"});
  EXPECT_EQ(changed.exit_code, 3);
  EXPECT_THAT(changed.out, HasSubstr("audit-1.pareto.svg: changed"));
}

TEST_F(ProgramLabSystems, AnInterruptedSystemIsFlaggedAndAnswersNothing) {
  test_support::Program program(folder_, {"lab", "run", "--lab", "lab", "--part", "3", "system_a", "--events"});
  if (!program.wait_for_output("1 of 6, roofline: ")) {
    GTEST_SKIP() << program.finish().err;  // such as a machine with one CPU, of which nothing can be taken away
  }
  program.signal(SIGINT);
  EXPECT_EQ(program.finish().exit_code, 130);
  const json part = state().at("parts")[2];
  for (const json& run : part.at("evidence").at("runs")) {  // one, or none where it ended before anything was measured
    EXPECT_EQ(run.at("facts").at("kind"), "bundle");
    EXPECT_EQ(run.at("facts").at("interrupted"), true);
    EXPECT_TRUE(is_there("lab/" + run.at("file").get<std::string>()));
  }
  EXPECT_EQ(part.at("runs")[2].at("allowed"), false);
  EXPECT_EQ(part.at("runs")[2].at("chosen"), json({nullptr, nullptr}));
  refuses({"run", "--part", "3", "audit"}, 4, "system_a was not measured yet");
}

TEST_F(ProgramLab, ItsHelpSaysHowToWalk) {
  const ProgramResult result = run_assay(folder_, {"lab", "--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, AllOf(HasSubstr("assay lab lock --part 1"), HasSubstr("assay lab verify")));
  EXPECT_EQ(run_assay(folder_, {"lab", "verify", "none.json"}).exit_code, 5);
  EXPECT_EQ(run_assay(folder_, {"lab", "status"}).exit_code, 2);
  const ProgramResult misplaced = run_assay(folder_, {"lab", "--track", "edge", "status"});
  EXPECT_EQ(misplaced.exit_code, 2);
  EXPECT_THAT(misplaced.err, HasSubstr("assay lab status --track"));
}

}  // namespace
}  // namespace assay
