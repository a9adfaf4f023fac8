#include "lab/workbench/session_desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "harness/digest.hpp"
#include "tests/lab/program.hpp"
#include "tests/lab/sample_lab.hpp"

namespace assay {
namespace {

using test_support::SampleLab;
using test_support::ScratchFolder;
using test_support::text_of;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

/// A lab in the folder of a track, as its ledger has it.
class SessionDeskTest : public ::testing::Test {
 protected:
  SessionDeskTest() : lab("W7-4K2", test_support::small_systems_flow()) {
    std::filesystem::create_directories(folder.path() / "edge/runs");
    std::ofstream(folder / "edge/flow.toml") << test_support::small_systems_flow();
    write();
  }
  void write() { std::ofstream(folder / "edge/ledger.ndjson") << lab.text(); }

  /// The status of what is refused; 0: nothing was.
  template <class Action>
  static unsigned status_of(const Action& action) {
    try {
      action();
      return 0;
    } catch (const DeskRefusal& refusal) {
      return refusal.status();
    }
  }
  [[nodiscard]] AskedRun audit(std::vector<std::string> systems) const {
    return {.track = "edge", .part = 3, .run = "audit", .controls = {}, .file = "", .systems = std::move(systems)};
  }

  ScratchFolder folder;
  SampleLab lab;
  SessionDesk desk{{.folder = folder.path(), .duration = "", .nonce = ""}};
};

TEST_F(SessionDeskTest, AnAuditTakesOnlySystemsThatAreOffered) {
  EXPECT_EQ(status_of([&] { (void)desk.plan(audit({})); }), kLocked);
  lab.lock(3, "peak", "no");
  write();
  EXPECT_EQ(status_of([&] { (void)desk.plan(audit({})); }), 424U);
  const std::string sheet = "datasheet:h100-sxm";
  for (const std::vector<std::string>& systems : std::vector<std::vector<std::string>>{
           {sheet, "/etc"}, {sheet, "../edge/runs"}, {sheet, "system_a"}, {sheet, ""}, {sheet}, {sheet, sheet}}) {
    EXPECT_EQ(status_of([&] { (void)desk.plan(audit(systems)); }), kBadRequest);
  }
  lab.system("system_a");
  write();
  EXPECT_THAT(desk.plan(audit({"system_a", sheet})).arguments,
              AllOf(Contains("--systems=system_a"), Contains("--systems=" + sheet), Contains("audit")));
  AskedRun other = audit({"system_a", sheet});
  other.run = "system_b";
  EXPECT_EQ(status_of([&] { (void)desk.plan(other); }), kBadRequest);
}

TEST_F(SessionDeskTest, AChartIsHandedOutAsItWasRecordedOrNotAtAll) {
  std::ofstream(folder / "edge/runs/audit-1.roofline.svg") << "<svg/>";
  lab.lock(3, "peak", "no");
  const std::string hash = lab.audit({{"roofline", sha256_hex("<svg/>")}, {"page", "00"}}).hash.substr(7);
  write();
  EXPECT_EQ(desk.chart("edge", hash, "roofline"), "<svg/>");
  EXPECT_EQ(status_of([&] { (void)desk.chart("edge", hash, "pareto"); }), kNotFound);
  EXPECT_EQ(status_of([&] { (void)desk.chart("edge", hash, "page"); }), kNotFound);
  EXPECT_EQ(status_of([&] { (void)desk.chart("edge", std::string(64, '0'), "roofline"); }), kNotFound);
  std::ofstream(folder / "edge/runs/audit-1.roofline.svg") << "<svg>edited</svg>";
  EXPECT_EQ(status_of([&] { (void)desk.chart("edge", hash, "roofline"); }), kConflict);
}

TEST_F(SessionDeskTest, NoChartBeforeThePartsPredictionsAreLocked) {
  const std::string hash = lab.audit({{"roofline", "00"}}).hash.substr(7);
  write();
  EXPECT_EQ(status_of([&] { (void)desk.chart("edge", hash, "roofline"); }), kLocked);
}

TEST_F(SessionDeskTest, TheCalibrationShowsRevealedNumbersOnly) {
  lab.lock(1, "scenario", "multi");
  lab.lock(1, "missed", 20.0);
  write();
  EXPECT_EQ(status_of([&] { (void)desk.calibration("edge"); }), kNotFound);
  lab.run(1, "cameras", {{"missed_share", 0.5}});
  write();
  EXPECT_THAT(desk.calibration("edge"), AllOf(HasSubstr("<svg xmlns="), HasSubstr("part 1 missed")));
}

TEST_F(SessionDeskTest, AReportIsTheFileOfTheNewestExportAndReadingItWritesNothing) {
  lab.complete();
  write();
  EXPECT_EQ(status_of([&] { (void)desk.report("edge", "md"); }), kConflict);
  EXPECT_EQ(text_of(folder / "edge/ledger.ndjson"), lab.text());
  desk.write_export("edge");
  const std::string ledger = text_of(folder / "edge/ledger.ndjson");
  EXPECT_NE(ledger, lab.text());
  EXPECT_EQ(desk.report("edge", "md"), text_of(folder / "edge/small-lab.md"));
  EXPECT_THAT(desk.report("edge", "json"), HasSubstr("assay/lab/1"));
  EXPECT_EQ(text_of(folder / "edge/ledger.ndjson"), ledger);
  std::ofstream(folder / "edge/small-lab.md") << "edited";
  EXPECT_EQ(status_of([&] { (void)desk.report("edge", "md"); }), kConflict);
  std::filesystem::remove(folder / "edge/small-lab.html");
  EXPECT_EQ(status_of([&] { (void)desk.report("edge", "html"); }), kConflict);
}

TEST_F(SessionDeskTest, AnIncompleteLabIsNotExported) {
  EXPECT_EQ(status_of([&] { desk.write_export("edge"); }), kConflict);
  EXPECT_EQ(text_of(folder / "edge/ledger.ndjson"), lab.text());
}

}  // namespace
}  // namespace assay
