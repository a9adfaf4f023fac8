#include "lab/glossary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Glossary, ExplainsEveryReasonCodeAndEveryWordOfTheMethod) {
  for (const char* word : {"min_duration",
                           "min_queries",
                           "latency_constraint",
                           "early_stopping",
                           "lateness",
                           "lost_queries",
                           "lost",
                           "duplicate",
                           "unknown_id",
                           "after_end",
                           "threw",
                           "failed",
                           "output_check",
                           "clock_step",
                           "interrupted",
                           "max_outstanding",
                           "record_capacity",
                           "deadline",
                           "max_duration",
                           "max_query_count",
                           "first_token_missing",
                           "token_count_missing",
                           "P99",
                           "percentile interval",
                           "effective sample size",
                           "early stopping",
                           "scheduled arrival",
                           "service time",
                           "SingleStream",
                           "MultiStream",
                           "Server",
                           "Offline",
                           "single",
                           "multi",
                           "VALID",
                           "INVALID",
                           "synthetic",
                           "emulated",
                           "coalescing",
                           "window",
                           "SLO",
                           "TTFT",
                           "TPOT",
                           "operational intensity",
                           "jitter probe",
                           "wake error",
                           "steal",
                           "n/a",
                           "not visible",
                           "exit codes"}) {
    EXPECT_NE(find_term(word), nullptr) << word;
  }
}

TEST(Glossary, EveryEntryIsWholeSentencesInPlainText) {
  for (const GlossaryEntry& entry : glossary()) {
    SCOPED_TRACE(entry.term);
    EXPECT_FALSE(entry.term.empty());
    EXPECT_TRUE(entry.definition.ends_with('.'));
    EXPECT_LE(entry.definition.size(), 110U) << "a definition is one line";
    EXPECT_TRUE(entry.paragraph.ends_with('.'));
    for (const std::string_view text : {entry.definition, entry.paragraph}) {
      EXPECT_EQ(text.find("  "), std::string_view::npos) << "two spaces: a line was joined wrongly";
      EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }));
    }
  }
}

TEST(Glossary, NoTwoEntriesAnswerToOneWord) {
  for (const GlossaryEntry& entry : glossary()) {
    // find_term returns the first match: an entry hidden by an earlier one is not found by its own name.
    const GlossaryEntry* found = find_term(entry.term);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->definition, entry.definition) << entry.term;
  }
}

TEST(Glossary, LooksUpWhateverTheCaseAndTheSeparators) {
  ASSERT_NE(find_term("p99"), nullptr);
  EXPECT_EQ(find_term("p99")->term, "P99");
  EXPECT_EQ(find_term("Early Stopping"), find_term("early-stopping"));
  EXPECT_EQ(find_term("single stream")->term, "SingleStream");
  EXPECT_EQ(find_term("slo")->term, "window");
  EXPECT_EQ(find_term("p99.9")->term, "percentile");
  EXPECT_EQ(find_term("unheard-of"), nullptr);
  EXPECT_EQ(find_term(""), nullptr);
}

TEST(Glossary, SuggestsTheNearestTerm) {
  EXPECT_THAT(nearest_terms("coalescng", 1), ElementsAre("coalescing"));
  EXPECT_THAT(nearest_terms("Clock-stp", 1), ElementsAre("clock_step"));
  EXPECT_THAT(nearest_terms("servr", 1), ElementsAre("Server"));
  EXPECT_THAT(nearest_terms("xyzzyplugh", 3), IsEmpty());
  EXPECT_THAT(nearest_terms("server", 0), IsEmpty());
  EXPECT_LE(nearest_terms(std::string(100'000, 'p'), 3).size(), 3U);
}

TEST(EditDistance, CountsTheFewestEdits) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("flaw", "lawn"), 2U);
  EXPECT_EQ(edit_distance("server", "server"), 0U);
}

TEST(Wrapped, BreaksAtSpacesAndKeepsEveryWord) {
  EXPECT_EQ(wrapped("one two three", 7, 0), "one two\nthree");
  EXPECT_EQ(wrapped("one two three", 9, 2), "  one two\n  three");
  EXPECT_EQ(wrapped("unbreakable", 4, 0), "unbreakable");
  EXPECT_EQ(wrapped("", 10, 2), "");
}

TEST(GlossaryText, HasTermDefinitionAndParagraph) {
  const GlossaryEntry entry{"P99", "", "A definition.", "A paragraph of some words."};
  EXPECT_EQ(glossary_text(entry, 20), "P99\n  A definition.\n\n  A paragraph of\n  some words.\n");
}

/// Words with single blanks between them, without the backslashes that Markdown wants.
std::string words_of(std::string_view text) {
  std::string words;
  for (const char c : text) {
    if (c == '\n' || c == ' ') {
      words += words.empty() || words.back() == ' ' ? "" : " ";
    } else if (c != '\\') {
      words += c;
    }
  }
  return words;
}

TEST(Glossary, ThePageOfTheDocumentsHoldsEachTermAndNoOther) {
  std::ifstream file(std::filesystem::path(ASSAY_SOURCE_DIR) / "docs/glossary.md");
  std::ostringstream text;
  text << file.rdbuf();
  const std::string page = words_of(text.str());
  std::size_t terms = 0;
  for (std::size_t at = page.find(" **"); at != std::string::npos; at = page.find(" **", at + 1)) {
    ++terms;
  }
  EXPECT_EQ(terms, glossary().size()) << "run tools/write-glossary";
  for (const GlossaryEntry& entry : glossary()) {
    const std::string said =
        "**" + std::string(entry.term) + "**: " + words_of(entry.definition) + " " + words_of(entry.paragraph);
    EXPECT_NE(page.find(said), std::string::npos) << entry.term << ": run tools/write-glossary";
  }
}

}  // namespace
}  // namespace assay
