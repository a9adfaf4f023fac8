#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/structure/rules.hpp"
#include "tests/structure/source_tree.hpp"

namespace assay {
namespace {

using ::testing::IsEmpty;

const std::vector<SourceFile>& whole_tree() {
  static const std::vector<SourceFile> kTree = read_source_tree(ASSAY_SOURCE_DIR);
  return kTree;
}

Findings everywhere(Findings (*rule)(const SourceFile&)) {
  Findings all;
  for (const SourceFile& file : whole_tree()) {
    const Findings found = rule(file);
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

TEST(Tree, IsTheWholeProject) {
  // The rules below are vacuous on a tree that was not found.
  for (const char* path : {"CMakeLists.txt", "harness/time.hpp", "loadgen/scenario.cpp", "lab/main.cpp",
                           "scripts/setup", "tests/structure/tree_test.cpp"}) {
    EXPECT_TRUE(std::any_of(whole_tree().begin(), whole_tree().end(), [&](const SourceFile& file) {
      return file.path == path;
    })) << path;
  }
}

TEST(Tree, IncludesPointOneWay) { EXPECT_THAT(everywhere(check_include_direction), IsEmpty()); }
TEST(Tree, SourcesIncludeTheirOwnHeaderFirst) { EXPECT_THAT(check_own_header_first(whole_tree()), IsEmpty()); }
TEST(Tree, FilesHoldOneConcept) { EXPECT_THAT(everywhere(check_file_size), IsEmpty()); }
TEST(Tree, HeadersBeginWithPragmaOnce) { EXPECT_THAT(everywhere(check_pragma_once), IsEmpty()); }
TEST(Tree, TestsDoNotSleep) { EXPECT_THAT(everywhere(check_no_sleep_in_tests), IsEmpty()); }
TEST(Tree, OnlyTheHarnessReadsClocks) { EXPECT_THAT(everywhere(check_clocks), IsEmpty()); }
TEST(Tree, NamesNobodysMachineAndHoldsNoNotes) { EXPECT_THAT(everywhere(check_words), IsEmpty()); }
TEST(Tree, FilesAreNamedAfterConcepts) { EXPECT_THAT(everywhere(check_file_name), IsEmpty()); }
TEST(Tree, GpuHeadersStayUnderCuda) { EXPECT_THAT(everywhere(check_cuda_includes), IsEmpty()); }
TEST(Tree, EverySourceIsBuilt) { EXPECT_THAT(check_listed_in_cmake(whole_tree()), IsEmpty()); }
TEST(Tree, TypesHaveOneDefinition) { EXPECT_THAT(check_types_have_one_definition(whole_tree()), IsEmpty()); }

}  // namespace
}  // namespace assay
