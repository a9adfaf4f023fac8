#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/structure/source_tree.hpp"

namespace assay {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> kTree = read_source_tree(ASSAY_SOURCE_DIR);
  return kTree;
}

std::string page(const std::string& path) {
  const auto found = std::ranges::find(tree(), path, &SourceFile::path);
  return found == tree().end() ? "" : std::string(found->text);
}

/// Names between back quotes that look like tests, by the first cell of their row.
std::map<std::string, std::vector<std::string>> named_tests(const std::string& text, const std::regex& first_cell) {
  static const std::regex kName(R"(`([A-Z]\w+\.\w+)`)");
  std::map<std::string, std::vector<std::string>> rows;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    std::smatch cell;
    if (!std::regex_search(line, cell, first_cell)) {
      continue;
    }
    std::vector<std::string>& tests = rows[cell[1].str()];
    for (auto match = std::sregex_iterator(line.begin(), line.end(), kName); match != std::sregex_iterator(); ++match) {
      tests.push_back((*match)[1].str());
    }
  }
  return rows;
}

TEST(KnownDefects, EachOfTheFifteenHasATestThatExists) {
  const auto rows = named_tests(page("docs/known-defects.md"), std::regex(R"(^\| (W\d+) \|)"));
  const std::set<std::string> exist = test_names(tree());
  ASSERT_GT(exist.size(), 1000U) << "the tree was not found";
  for (int number = 1; number <= 15; ++number) {
    const auto row = rows.find("W" + std::to_string(number));
    ASSERT_NE(row, rows.end()) << "W" << number;
    EXPECT_THAT(row->second, Not(IsEmpty())) << row->first;
    for (const std::string& name : row->second) {
      EXPECT_THAT(exist, Contains(name)) << row->first;
    }
  }
}

TEST(KnownDefects, TestsThatCatchFaultsExist) {
  const auto rows = named_tests(page("docs/mutations.md"), std::regex(R"(^\| (\d+) \|)"));
  const std::set<std::string> exist = test_names(tree());
  EXPECT_GE(rows.size(), 20U);
  for (const auto& [number, names] : rows) {
    EXPECT_THAT(names, Not(IsEmpty())) << "fault " << number;
    for (const std::string& name : names) {
      EXPECT_THAT(exist, Contains(name)) << "fault " << number;
    }
  }
}

std::vector<std::string> files_with(const std::string& words, std::string_view folder) {
  std::vector<std::string> paths;
  for (const SourceFile& file : tree()) {
    if (file.folder() == folder && file.text.find(words) != std::string_view::npos) {
      paths.emplace_back(file.path);
    }
  }
  std::ranges::sort(paths);
  return paths;
}

// LoadGen's W12: it sorts all latencies again for each of its summaries.
TEST(KnownDefects, LatenciesAreSortedInOnePlace) {
  EXPECT_THAT(files_with("#include \"analysis/fast_sort.hpp\"", "analysis"),
              ElementsAre("analysis/fast_sort.cpp", "analysis/latency_distribution.cpp", "analysis/lateness.cpp"));
  // Of the files that make verdict, metric and summary only the summary makes distributions, once.
  EXPECT_THAT(files_with("= distributions_of(result)", "analysis"), ElementsAre("analysis/run_summary.cpp"));
  const std::string summary = page("analysis/run_summary.cpp");
  EXPECT_EQ(summary.find("distributions_of(result)"), summary.rfind("distributions_of(result)"));
}

}  // namespace
}  // namespace assay
