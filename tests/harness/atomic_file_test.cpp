#include "harness/atomic_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace assay {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class AtomicFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "assay-atomic-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override { fs::remove_all(folder); }

  static std::string text_of(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  [[nodiscard]] fs::path pending() const { return folder / (".tmp-" + std::to_string(getpid())); }
  [[nodiscard]] std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
  }

  fs::path folder;
};

TEST_F(AtomicFile, IsThereWholeAndAlone) {
  write_file_atomically(folder / "a.json", "{}");
  write_file_atomically(folder / "a.json", "{\"b\":1}");
  EXPECT_EQ(text_of(folder / "a.json"), "{\"b\":1}");
  EXPECT_EQ(files(), 1);
}

// In a folder that others may write to, somebody lays a link under the name that is going to be written.
TEST_F(AtomicFile, FollowsNoLinkThatLiesInItsWay) {
  std::ofstream(folder / "mine") << "precious";
  fs::create_symlink(folder / "mine", pending());
  write_file_atomically(folder / "a.json", "{}");
  EXPECT_EQ(text_of(folder / "mine"), "precious");
  EXPECT_EQ(text_of(folder / "a.json"), "{}");
  EXPECT_FALSE(fs::is_symlink(folder / "a.json"));
}

// A process that was killed may have had the same number.
TEST_F(AtomicFile, IsWrittenBesideTheRestOfAKilledProcess) {
  std::ofstream(pending()) << "half of a re";
  write_file_atomically(folder / "a.json", "{}");
  EXPECT_EQ(text_of(folder / "a.json"), "{}");
  EXPECT_EQ(text_of(pending()), "half of a re");
}

TEST_F(AtomicFile, ReplacesALinkAndNotWhatItLeadsTo) {
  std::ofstream(folder / "mine") << "precious";
  fs::create_symlink(folder / "mine", folder / "a.json");
  write_file_atomically(folder / "a.json", "{}");
  EXPECT_EQ(text_of(folder / "mine"), "precious");
  EXPECT_EQ(text_of(folder / "a.json"), "{}");
}

TEST_F(AtomicFile, LeavesTheOldTextWhereTheNewOneHasNoRoom) {
  write_file_atomically(folder / "a.json", "old");
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{.rlim_cur = 1024, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  std::string said;
  try {
    write_file_atomically(folder / "a.json", std::string(4096, 'x'));
  } catch (const std::runtime_error& error) {
    said = error.what();
  }
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  (void)std::signal(SIGXFSZ, handler);
  EXPECT_THAT(said, HasSubstr("File too large"));
  EXPECT_EQ(text_of(folder / "a.json"), "old");
  EXPECT_EQ(files(), 1);
}

}  // namespace
}  // namespace assay
