#include "lab/flow/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "lab/command_error.hpp"
#include "tests/lab/program.hpp"
#include "tests/lab/sample_lab.hpp"

namespace assay {
namespace {

using test_support::SampleLab;
using test_support::ScratchFolder;
using test_support::text_of;
using ::testing::HasSubstr;

constexpr const char* kNow = "2026-11-24T03:12:09Z";

LedgerBody reflection(const std::string& text) { return LabReflection{.part = 1, .texts = {{"goodhart", text}}}; }

Ledger begun(const ScratchFolder& folder) {
  Ledger ledger(folder.path() / "ledger.ndjson");
  std::ofstream(ledger.path()) << SampleLab().text();
  return ledger;
}

LedgerEntry add(const Ledger& ledger, const std::string& text) {
  return ledger.append(kNow, [&](const std::vector<LedgerEntry>& /*so_far*/) { return reflection(text); });
}

TEST(LedgerEntry, EveryKindReadsBackAsItWasWritten) {
  SampleLab lab;
  lab.complete();
  lab.add(LabExport{.draft = true, .files = {{"a.json", "00"}}});
  lab.add(LabNote{.text = "torn", .file = "ledger.torn-1.txt", .sha256 = "00"});
  const LedgerReading reading = ledger_from_text(lab.text());
  EXPECT_EQ(reading.problem, "");
  ASSERT_EQ(reading.entries.size(), lab.entries().size());
  for (std::size_t i = 0; i < reading.entries.size(); ++i) {
    EXPECT_EQ(ledger_line(reading.entries[i]), ledger_line(lab.entries()[i]));
  }
}

TEST(LedgerEntry, AttachmentsReadBackAndLinesWithoutThemStayAsTheyWere) {
  SampleLab lab("W7-4K2", test_support::small_systems_flow());
  lab.lock(3, "peak", "no");
  lab.audit({{"pareto", "01"}, {"roofline", "02"}});
  lab.audit({});
  const LedgerReading reading = ledger_from_text(lab.text());
  EXPECT_EQ(reading.problem, "");
  const auto& with = std::get<LabRun>(reading.entries[3].body);
  EXPECT_EQ(with.attachments.at("roofline"), "02");
  EXPECT_THAT(ledger_line(reading.entries[3]), HasSubstr(R"("attachments":{"pareto":"01","roofline":"02"})"));
  EXPECT_THAT(ledger_line(reading.entries[5]), ::testing::Not(HasSubstr("attachments")));
  EXPECT_EQ(ledger_line(reading.entries[5]), ledger_line(lab.entries()[5]));
}

TEST(LedgerChain, EveryChangedByteIsFound) {
  SampleLab lab;
  lab.complete();
  const std::string text = lab.text();
  for (std::size_t at = 0; at < text.size(); at += 7) {
    std::string changed = text;
    changed[at] = changed[at] == '1' ? '2' : '1';
    const LedgerReading reading = ledger_from_text(changed);
    EXPECT_TRUE(!reading.intact() || !reading.torn.empty() || reading.lacks_line_end) << at << ": " << text[at];
  }
}

TEST(LedgerChain, ALineThatIsLeftOutPutInOrMovedIsFound) {
  SampleLab lab;
  lab.lock(1, "scenario", "multi");
  lab.lock(1, "missed", 20.0);
  const std::string first = ledger_line(lab.entries()[0]) + "\n";
  const std::string second = ledger_line(lab.entries()[1]) + "\n";
  const std::string third = ledger_line(lab.entries()[2]) + "\n";
  EXPECT_TRUE(ledger_from_text(first + second + third).intact());
  EXPECT_THAT(ledger_from_text(first + third).problem, HasSubstr("line 2 "));
  EXPECT_THAT(ledger_from_text(first + third + second).problem, HasSubstr("line 2 "));
  EXPECT_THAT(ledger_from_text(first + second + second).problem, HasSubstr("line 3 "));
  EXPECT_THAT(ledger_from_text(second).problem, HasSubstr("line 1 "));
  EXPECT_THAT(ledger_from_text(first + first).problem, HasSubstr("line 2 "));
}

TEST(LedgerChain, AnotherSpellingOfTheSameLineIsAnEdit) {
  const std::string line = ledger_line(SampleLab().entries().front());
  std::string spaced = line;
  spaced.insert(1, " ");
  EXPECT_THAT(ledger_from_text(spaced + "\n").problem, HasSubstr("edited"));
  std::string twice = line;
  twice.insert(1, "\"student\":\"Eve\",");
  EXPECT_FALSE(ledger_from_text(twice + "\n").intact());
}

TEST(Ledger, AppendsToTheChain) {
  const ScratchFolder folder;
  const Ledger ledger = begun(folder);
  const LedgerEntry entry = add(ledger, "one");
  EXPECT_EQ(entry.number, 1U);
  EXPECT_EQ(add(ledger, "two").prev, entry.hash);
  EXPECT_TRUE(ledger.read().intact());
  EXPECT_EQ(ledger.read().entries.size(), 3U);
}

TEST(Ledger, ATornLineIsSetAsideAndSaidSo) {
  const ScratchFolder folder;
  const Ledger ledger = begun(folder);
  const std::string whole = text_of(ledger.path());
  std::ofstream(ledger.path(), std::ios::app) << R"({"because":"que)";
  EXPECT_EQ(ledger.read().torn, R"({"because":"que)");
  EXPECT_TRUE(ledger.read().intact());
  add(ledger, "after the crash");
  const LedgerReading reading = ledger.read();
  EXPECT_TRUE(reading.intact());
  ASSERT_EQ(reading.entries.size(), 3U);
  const auto& note = std::get<LabNote>(reading.entries[1].body);
  EXPECT_EQ(note.file, "ledger.torn-1.txt");
  EXPECT_EQ(text_of(folder / note.file), R"({"because":"que)");
  EXPECT_TRUE(text_of(ledger.path()).starts_with(whole));
}

TEST(Ledger, ALineThatLacksOnlyItsEndIsWhole) {
  const ScratchFolder folder;
  const Ledger ledger = begun(folder);
  std::string text = text_of(ledger.path());
  text.pop_back();
  std::ofstream(ledger.path()) << text;
  add(ledger, "next");
  EXPECT_TRUE(ledger.read().intact());
  EXPECT_EQ(ledger.read().entries.size(), 2U);
}

TEST(Ledger, ABrokenChainTakesNothingMore) {
  const ScratchFolder folder;
  const Ledger ledger = begun(folder);
  add(ledger, "one");
  std::string text = text_of(ledger.path());
  text.replace(text.find("Ada"), 3, "Eve");
  std::ofstream(ledger.path()) << text;
  EXPECT_THROW(add(ledger, "two"), CommandError);
  EXPECT_EQ(text_of(ledger.path()), text);
  EXPECT_THAT(ledger.read().problem, HasSubstr("line 1"));
}

TEST(Ledger, ADecisionThatThrowsAddsNothing) {
  const ScratchFolder folder;
  const Ledger ledger = begun(folder);
  const std::string before = text_of(ledger.path());
  EXPECT_THROW(
      ledger.append(kNow,
                    [](const std::vector<LedgerEntry>&) -> LedgerBody { throw CommandError(ExitCode::usage, "no"); }),
      CommandError);
  EXPECT_EQ(text_of(ledger.path()), before);
}

// In a folder that somebody else may write to, a link in its place would have a line added to any file of ours.
TEST(Ledger, IsWrittenThroughNoLink) {
  const ScratchFolder folder;
  std::ofstream(folder / "precious") << "mine\n";
  const Ledger ledger(folder.path() / "ledger.ndjson");
  std::filesystem::create_symlink(folder.path() / "precious", ledger.path());
  EXPECT_THROW(add(ledger, "text"), CommandError);
  EXPECT_EQ(text_of(folder / "precious"), "mine\n");
}

TEST(Ledger, TwoProcessesNeverMixTheirLines) {
  constexpr int kLines = 40;
  const ScratchFolder folder;
  const Ledger ledger = begun(folder);
  std::vector<pid_t> children;
  for (int child = 0; child < 2; ++child) {
    const pid_t process = fork();
    if (process == 0) {
      try {
        for (int i = 0; i < kLines; ++i) {
          add(ledger, std::string(200, static_cast<char>('a' + child)));
        }
      } catch (...) {  // else the child would go on with the other tests
        _exit(1);
      }
      _exit(0);
    }
    children.push_back(process);
  }
  for (const pid_t child : children) {
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const LedgerReading reading = ledger.read();
  EXPECT_EQ(reading.problem, "");
  EXPECT_EQ(reading.entries.size(), 1U + 2U * kLines);
}

}  // namespace
}  // namespace assay
