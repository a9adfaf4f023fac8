// What README.md and docs/ name is there: files of the tree, tests, other pages and their sections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/structure/rules.hpp"
#include "tests/structure/source_tree.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace fs = std::filesystem;
using Match = std::smatch;

/// Calls take(match) for each place where `pattern` fits.
template <class Take>
void each_match(const std::string& text, const std::regex& pattern, const Take& take) {
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
    take(*at);
  }
}

/// The anchor that a heading gets: lower case, blanks as '-', everything but letters, digits, '-' and '_' left out.
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
    if (is_letter || (c >= '0' && c <= '9') || c == '-' || c == '_') {
      anchor += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (c == ' ') {
      anchor += '-';
    }
  }
  return anchor;
}

std::set<std::string> anchors_of(const std::vector<SourceFile>& tree, const std::string& path) {
  std::set<std::string> anchors;
  for (const SourceFile& file : tree) {
    if (file.path == path) {
      for (const std::string_view line : file.lines()) {
        if (line.starts_with('#')) {
          anchors.insert(anchor_of(line.substr(line.find_first_not_of("# "))));
        }
      }
    }
  }
  return anchors;
}

class PageChecker {
 public:
  explicit PageChecker(const std::vector<SourceFile>& tree) : tree_(tree), tests_(test_names(tree)) {}

  /// Outside of fenced blocks, which may show what is not there yet.
  [[nodiscard]] Findings check(const SourceFile& page) const {
    Findings findings;
    bool fenced = false;
    std::size_t number = 0;
    for (const std::string_view view : page.lines()) {
      ++number;
      fenced = view.starts_with("```") ? !fenced : fenced;
      if (!fenced) {
        check_line(page, std::string(view), number, findings);
      }
    }
    return findings;
  }

 private:
  void check_line(const SourceFile& page, const std::string& line, std::size_t number, Findings& findings) const {
    static const std::regex kCode("`([^`]+)`");
    static const std::regex kFile(
        R"(\b(harness|kernels|loadgen|analysis|scenarios|lab|tests|share|schema|docs|scripts|tools|cmake)/[\w./-]+\.\w+)");
    static const std::regex kTestName(R"(\b[A-Z]\w+\.[A-Z]\w+)");
    static const std::regex kLink(R"(\]\(([^)#:]*)(#[^):]*)?\))");
    each_match(line, kCode, [&](const Match& code) {
      const std::string text = code.str(1);
      each_match(text, kFile, [&](const Match& file) {
        if (!fs::exists(fs::path(ASSAY_SOURCE_DIR) / file.str())) {
          findings.push_back({page.path, number, "names a file that is not there: " + file.str()});
        }
      });
      if (std::regex_match(text, kTestName) && !tests_.contains(text)) {
        findings.push_back({page.path, number, "names a test that is not there: " + text});
      }
    });
    each_match(line, kLink, [&](const Match& link) {
      const fs::path folder = fs::path(page.path).parent_path();
      const std::string target = link.str(1).empty() ? page.path : (folder / link.str(1)).lexically_normal().string();
      const std::string anchor = link.str(2).empty() ? "" : link.str(2).substr(1);
      if (!fs::exists(fs::path(ASSAY_SOURCE_DIR) / target)) {
        findings.push_back({page.path, number, "links to what is not there: " + target});
      } else if (!anchor.empty() && !anchors_of(tree_, target).contains(anchor)) {
        findings.push_back({page.path, number, "links to no section: " + target + "#" + anchor});
      }
    });
  }

  const std::vector<SourceFile>& tree_;
  std::set<std::string> tests_;
};

TEST(DocumentedNames, AreThere) {
  const std::vector<SourceFile> tree = read_source_tree(ASSAY_SOURCE_DIR);
  const PageChecker checker(tree);
  std::size_t pages = 0;
  for (const SourceFile& file : tree) {
    if (file.extension() == ".md" && (file.folder() == "docs" || file.path == "README.md")) {
      ++pages;
      EXPECT_THAT(checker.check(file), IsEmpty());
    }
  }
  EXPECT_GT(pages, 10U);
}

TEST(DocumentedNames, WhatIsNotThereIsFound) {
  const std::vector<SourceFile> tree{{"tests/x_test.cpp", "TEST(Suite,\n     HasIt) {}"},
                                     {"docs/here.md", "# Here\n## The 1 % law\n"}};
  const PageChecker checker(tree);
  EXPECT_THAT(checker.check({"docs/a.md", "`Suite.HasIt`, `harness/time.hpp`, [a](decisions.md)\n"}), IsEmpty());
  EXPECT_THAT(checker.check({"docs/a.md", "```\n`Suite.Lacks`\n```\n"}), IsEmpty());
  EXPECT_EQ(checker.check({"docs/a.md", "`Suite.Lacks` `harness/no.hpp` [b](no.md) [c](decisions.md#no)\n"}).size(),
            4U);
  EXPECT_EQ(anchor_of("The 1 % law"), "the-1--law");
  EXPECT_THAT(anchors_of(tree, "docs/here.md"), ElementsAre("here", "the-1--law"));
}

}  // namespace
}  // namespace assay
