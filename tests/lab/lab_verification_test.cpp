#include "lab/flow/lab_verification.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/run_file.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/digest.hpp"
#include "lab/flow/lab_class.hpp"
#include "lab/flow/lab_export.hpp"
#include "lab/flow/lab_state_json.hpp"
#include "tests/analysis/json_schema.hpp"
#include "tests/lab/program.hpp"
#include "tests/lab/sample_lab.hpp"

namespace assay {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using test_support::SampleLab;
using test_support::ScratchFolder;
using test_support::small_flow;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

ordered_json exported(const SampleLab& lab) {
  LedgerReading reading = ledger_from_text(lab.text());
  return lab_export_json(lab.state(), reading, small_flow(), false, "2026-11-24T04:00:00Z");
}

/// The text of an export after a change, its own hash made anew: what a careful forger would hand in.
std::string forged(ordered_json lab) {
  lab["hash"] = content_hash(lab.dump());
  return lab.dump();
}

/// A folder with the flow, so that what an export shows can be made again.
struct LabFolder {
  LabFolder() { std::ofstream(folder / "flow.toml") << small_flow(); }
  ScratchFolder folder;
  [[nodiscard]] LabVerification verify(const std::string& text,
                                       const std::optional<std::string>& nonce = std::nullopt) const {
    return verify_lab(text, "small-lab.json", {.folder = folder.path(), .nonce = nonce});
  }
};

SampleLab complete_lab() {
  SampleLab lab;
  lab.complete();
  return lab;
}

TEST(LabVerification, AnExportAsItWasWrittenIsIntact) {
  const LabFolder folder;
  const LabVerification found = folder.verify(exported(complete_lab()).dump(), "W7-4K2");
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_EQ(found.shows_its_ledger, true);
  EXPECT_EQ(found.nonce_matches, true);
  EXPECT_EQ(found.student, "Ada");
  EXPECT_EQ(found.missing, 0U);
  EXPECT_THAT(verification_text(found), AllOf(HasSubstr("INTACT"), HasSubstr("not honesty")));
  EXPECT_EQ(json::parse(verification_json(found)).at("chain_intact"), true);
}

TEST(LabVerification, AnEditIsFoundEvenWithAHashMadeAnew) {
  const LabFolder folder;
  ordered_json plain = exported(complete_lab());
  plain["student"] = "Eve";
  EXPECT_THAT(folder.verify(plain.dump()).problems, Contains(HasSubstr("changed after it was exported")));
  EXPECT_THAT(folder.verify(forged(plain)).problems, Contains(HasSubstr("otherwise at /student")));
  ordered_json prettier = exported(complete_lab());
  prettier["parts"][0]["questions"][1]["reveal"]["factor"] = 1.0;
  EXPECT_THAT(folder.verify(forged(prettier)).problems, Contains(HasSubstr("otherwise at /parts/0/")));
  ordered_json line = exported(complete_lab());
  line["ledger"][2]["answer"] = 50.0;
  EXPECT_THAT(folder.verify(forged(line)).problems, Contains(HasSubstr("line 3")));
  ordered_json removed = exported(complete_lab());
  removed["ledger"].erase(3);
  EXPECT_FALSE(folder.verify(forged(removed)).intact());
}

TEST(LabVerification, ALockThatWasPutBeforeItsRunIsFound) {
  // Every line hashed and chained anew, and still the line says how many runs had begun.
  SampleLab lab;
  lab.lock(1, "scenario", "multi");
  lab.lock(1, "missed", 20.0);
  lab.run(1, "cameras", {{"missed_share", 0.5}});
  lab.add(LabLock{.part = 1,
                  .question = "missed",
                  .choice = "",
                  .number = 50.0,
                  .because = "queue",
                  .sure = true,
                  .nonce = "W7-4K2",
                  .runs_before = 0});
  EXPECT_THAT(order_faults(lab.entries()), Contains(HasSubstr("line 6 says that 0 runs")));
  SampleLab without;
  const LabStart start{.part = 1, .run = "single", .size = "", .controls = {}, .number = 1, .locks = {}};
  without.add(start);
  EXPECT_THAT(order_faults(without.entries()), Contains(HasSubstr("without a locked prediction")));
}

TEST(LabVerification, AnotherNonceIsFound) {
  const LabFolder folder;
  const std::string text = exported(complete_lab()).dump();
  EXPECT_THAT(folder.verify(text, "W8-9Z9").problems, Contains(HasSubstr("its nonce is 'W7-4K2'")));
}

TEST(LabVerification, WithoutTheFlowItSaysWhatItCouldNotCheck) {
  const LabVerification found = verify_lab(exported(complete_lab()).dump(), "small-lab.json", {});
  EXPECT_FALSE(found.shows_its_ledger.has_value());
  EXPECT_THAT(found.remarks, Contains(HasSubstr("flow that it was made with is not at hand")));
}

TEST(LabVerification, AFileThatIsNoExportIsRefusedInOneLine) {
  for (const char* const text : {"", "{}", "[1]", R"({"schema":"assay/run/1"})", R"({"schema":"assay/lab/1"})",
                                 R"({"schema":"assay/lab/1","ledger":3})"}) {
    EXPECT_THROW((void)verify_lab(text, "x", {}), std::runtime_error) << text;
  }
}

TEST(LabExport, TheSchemaDescribesEveryMember) {
  const json schema = own_schema("lab-1");
  EXPECT_THAT(schema_findings(schema, json::parse(exported(complete_lab()).dump())), IsEmpty());
  EXPECT_THAT(schema_findings(schema, json::parse(exported(SampleLab()).dump())), IsEmpty());
  SampleLab torn;
  torn.add(LabNote{.text = "torn", .file = "f", .sha256 = "00"});
  torn.add(LabExport{.draft = true, .files = {{"a", "b"}}});
  EXPECT_THAT(schema_findings(schema, json::parse(exported(torn).dump())), IsEmpty());
  SampleLab systems("W7-4K2", test_support::small_systems_flow());
  systems.lock(3, "peak", "no");
  systems.system("system_a");
  systems.audit({{"roofline", "00"}});
  EXPECT_THAT(schema_findings(schema, json::parse(exported(systems).dump())), IsEmpty());
}

TEST(LabState, TheSchemaDescribesEveryMember) {
  const json schema = own_schema("lab-state-1");
  const auto findings = [&](const SampleLab& lab, bool busy) {
    LedgerReading reading;
    reading.entries = lab.entries();
    const std::vector<SystemOffer> elsewhere{{.id = "datasheet:x", .title = "X", .is_datasheet = true}};
    return schema_findings(schema, json::parse(lab_state_json(lab.state(), reading, busy, elsewhere).dump()));
  };
  EXPECT_THAT(findings(SampleLab(), false), IsEmpty());
  EXPECT_THAT(findings(complete_lab(), false), IsEmpty());
  SampleLab systems("", test_support::small_systems_flow());
  systems.lock(3, "peak", "no");
  systems.system("system_a");
  systems.audit({{"roofline", "00"}});
  systems.add(LabStart{.part = 3, .run = "system_b"});
  EXPECT_THAT(findings(systems, true), IsEmpty());
}

TEST(LabExport, WhatAStudentWroteStaysText) {
  SampleLab lab = complete_lab();
  lab.add(LabReflection{.part = 1, .texts = {{"goodhart", "<script>alert(1)</script> | `x` [a](b)"}}});
  const ordered_json ledger = exported(lab);
  EXPECT_THAT(lab_export_page(ledger, {}), AllOf(Not(HasSubstr("<script")), HasSubstr("&lt;script&gt;")));
  EXPECT_THAT(lab_export_page(ledger, {}), AllOf(HasSubstr("default-src 'none'"), Not(HasSubstr("http://")),
                                                 Not(HasSubstr("https://")), HasSubstr("predicted / measured")));
  EXPECT_THAT(lab_export_markdown(ledger), AllOf(Not(HasSubstr("<script")), HasSubstr("\\[a\\]\\(b\\)")));
}

TEST(LabExport, TheMarkdownIsWrittenForPeople) {
  ordered_json lab = exported(complete_lab());
  lab["student"] = nullptr;
  lab["parts"][0]["questions"][0]["reveal"] = {{"measured", "x"}, {"factor", 2.0 / 3.0}, {"sentences", {"y"}}};
  lab["parts"][0]["runs"][0]["facts"]["valid"] = false;
  lab["parts"][0]["runs"][0]["facts"]["invalid_codes"] = {"early_stopping", "min_queries"};
  const std::string text = lab_export_markdown(lab);
  EXPECT_THAT(text,
              AllOf(HasSubstr(": the lab\n"), HasSubstr("| 0.6667 |"), HasSubstr("early\\_stopping, min\\_queries"),
                    HasSubstr("- binding constraint: "), Not(HasSubstr("binding\\_constraint"))));
}

TEST(LabExport, ThePageShowsTheChartsOfTheNewestAuditAsTheyWereRecorded) {
  const LabFolder folder;
  std::filesystem::create_directories(folder.folder.path() / "runs");
  const std::string roofline = "<svg onload=\"alert(1)\">new</svg>";
  std::ofstream(folder.folder / "runs/audit-1.roofline.svg") << roofline;
  std::ofstream(folder.folder / "runs/audit-1.pareto.svg") << "another than was recorded";
  SampleLab lab("W7-4K2", test_support::small_systems_flow());
  EXPECT_THAT(lab_pictures(lab.state(), folder.folder.path()), IsEmpty());
  lab.lock(3, "peak", "no");
  lab.audit({{"roofline", sha256_hex(roofline)}, {"pareto", sha256_hex("recorded")}});
  const auto pictures = lab_pictures(lab.state(), folder.folder.path());
  ASSERT_EQ(pictures.size(), 2U);
  EXPECT_EQ(pictures[0].svg, roofline);
  EXPECT_THAT(pictures[1].title, HasSubstr("its digest differs"));
  const std::string page = lab_export_page(exported(lab), pictures);
  EXPECT_THAT(page, AllOf(HasSubstr("src=\"data:image/svg+xml;base64," + base64(roofline) + "\""),
                          HasSubstr("img-src data:"), Not(HasSubstr("onload")), HasSubstr("digest differs")));
}

TEST(LabVerification, AnAttachmentThatWasChangedIsFoundAndOneThatIsNotThereIsNoFault) {
  const LabFolder folder;
  std::filesystem::create_directories(folder.folder.path() / "runs");
  std::ofstream(folder.folder / "flow.toml") << test_support::small_systems_flow();
  std::ofstream(folder.folder / "runs/audit-1.audit.json") << test_support::small_audit();
  std::ofstream(folder.folder / "runs/audit-1.roofline.svg") << "chart";
  SampleLab lab("W7-4K2", test_support::small_systems_flow());
  lab.lock(3, "peak", "no");
  lab.audit({{"roofline", sha256_hex("chart")}, {"page", sha256_hex("page")}, {"../../x", "00"}});
  const LedgerReading reading = ledger_from_text(lab.text());
  const std::string text =
      lab_export_json(lab.state(), reading, test_support::small_systems_flow(), true, "2026-11-24T04:00:00Z").dump();
  const LabVerification found = folder.verify(text);
  EXPECT_THAT(found.problems, IsEmpty());
  ASSERT_EQ(found.files.size(), 2U);
  EXPECT_EQ(found.files[1].file, "runs/audit-1.roofline.svg");
  EXPECT_EQ(found.files[1].state, "as recorded");
  std::ofstream(folder.folder / "runs/audit-1.roofline.svg") << "another";
  EXPECT_THAT(folder.verify(text).problems, Contains(HasSubstr("audit-1.roofline.svg: changed")));
}

TEST(LabClass, TabulatesWithoutAMark) {
  const LabFolder folder;
  std::filesystem::create_directories(folder.folder.path() / "class");
  std::ofstream(folder.folder / "class/ada.json") << exported(complete_lab()).dump();
  ordered_json copy = exported(complete_lab());
  copy["student"] = "=cmd()";
  std::ofstream(folder.folder / "class/copy.json") << copy.dump();
  std::ofstream(folder.folder / "class/other.json") << "{}";
  const ClassTable table = class_table(folder.folder.path() / "class", "W7-4K2");
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.refused.size(), 1U);
  const ClassRow& ada = table.rows[0];
  EXPECT_EQ(ada.right_choices, 2U);
  EXPECT_EQ(ada.choices, 2U);
  EXPECT_EQ(ada.numbers, 2U);
  EXPECT_NEAR(*ada.mean_factor, std::sqrt(2.5 * 28.0 / 25.0), 1e-9);
  EXPECT_EQ(ada.sure_and_wrong, 1U);  // 20 % where 50 % were measured
  EXPECT_THAT(table.rows[1].same_lab_as, HasSubstr("ada.json"));
  EXPECT_FALSE(table.rows[1].verification.intact());
  EXPECT_THAT(class_text(table), AllOf(HasSubstr("NOT INTACT"), HasSubstr("no mark")));
  EXPECT_EQ(json::parse(class_json(table)).at("rows").size(), 2U);
  EXPECT_THAT(class_csv(table), HasSubstr("copy.json,Ada,small,false"));
  EXPECT_THROW((void)class_table(folder.folder.path() / "none", std::nullopt), std::runtime_error);
}

}  // namespace
}  // namespace assay
