#include "harness/file_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FileSource, CpuListsOfTheKernel) {
  EXPECT_THAT(cpu_list("0-3,8,10-11\n"), ElementsAre(0, 1, 2, 3, 8, 10, 11));
  EXPECT_THAT(cpu_list("\n"), IsEmpty());
  EXPECT_THAT(cpu_list("1,x"), ElementsAre(1));
  EXPECT_EQ(cpu_list_text({0, 1, 2, 8}), "0-2,8");
  EXPECT_EQ(cpu_list_text({}), "");
}

TEST(FileSource, ValueOfKeyWantsTheWholeKey) {
  const std::string text = "Cached: 1 kB\nMemTotal:       24683656 kB\n";
  EXPECT_EQ(value_of_key(text, "MemTotal", ':'), "24683656 kB");
  EXPECT_EQ(value_of_key(text, "Mem", ':'), std::nullopt);
}

TEST(FileSource, IntegersAreWholeOrAbsent) {
  const GivenFiles files{{"/a", " 42\n"}, {"/b", "max\n"}, {"/c", "4 2\n"}, {"/d", "\n"}};
  EXPECT_EQ(files.read_integer("/a"), 42);
  EXPECT_EQ(files.read_integer("/b"), std::nullopt);
  EXPECT_EQ(files.read_integer("/c"), std::nullopt);
  EXPECT_EQ(files.read_line("/d"), std::nullopt);
  EXPECT_EQ(files.read_line("/absent"), std::nullopt);
}

TEST(SystemFiles, ReadsWhatExistsAndNothingElse) {
  const SystemFiles files;
  EXPECT_TRUE(files.read("/proc/self/stat"));
  EXPECT_FALSE(files.read("/proc"));
  EXPECT_FALSE(files.read("/proc/no/such/file"));
  EXPECT_THAT(files.list("/proc/no/such/folder"), IsEmpty());
  EXPECT_THAT(files.list("/proc/self"), ::testing::Contains("stat"));
}

}  // namespace
}  // namespace assay
