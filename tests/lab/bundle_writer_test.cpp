#include "lab/bundle_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "analysis/bundle_file.hpp"
#include "harness/digest.hpp"
#include "lab/bundle_resume.hpp"
#include "tests/analysis/sample_fleet.hpp"
#include "tests/lab/program.hpp"

// Bundles that were being made when their process was killed.

namespace assay {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BundleWriterTest : public ::testing::Test {
 protected:
  BundleWriterTest() : record(sample_bundle(1, "n01")) {
    record.entries.resize(1);
    record.entries[0].file = "runs/single-1.run.json";
    record.entries[0].sha256 = sha256_hex("a result");
  }

  /// What a process leaves that is killed after its first result, while a second one was about to be entered.
  void make_and_be_killed() const {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const BundleWriter writer(folder.path());
      std::ofstream(writer.work_folder() / "first.run.json") << "a result";
      (void)writer.take(writer.work_folder() / "first.run.json", record.entries[0].file);
      writer.note_progress(record);
      std::ofstream(writer.work_folder() / "second.run.json") << "another result";
      (void)raise(SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
  }
  [[nodiscard]] std::vector<fs::path> in_folder() const {
    std::vector<fs::path> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder.path())) {
      found.push_back(entry.path());
    }
    return found;
  }

  test_support::ScratchFolder folder;
  BundleRecord record;
};

TEST_F(BundleWriterTest, WhatAKilledSuiteMeasuredIsShown) {
  make_and_be_killed();
  ASSERT_THAT(in_folder(), SizeIs(1));
  const auto shown = show_abandoned_bundles(folder.path(), record);
  ASSERT_THAT(shown, SizeIs(1));
  EXPECT_EQ(in_folder(), shown) << "the hidden folder is the bundle now";
  const BundleRecord left = bundle_from_json(test_support::text_of(shown.front() / kBundleFile), "input");
  EXPECT_TRUE(left.interrupted);
  EXPECT_FALSE(left.complete);
  EXPECT_EQ(left.id, record.id);
  EXPECT_EQ(test_support::text_of(shown.front() / record.entries[0].file), "a result");
  EXPECT_EQ(test_support::text_of(shown.front() / "runs/second.run.json"), "another result")
      << "nothing finished is lost";
  EXPECT_FALSE(fs::exists(shown.front() / "work"));
  EXPECT_THAT(show_abandoned_bundles(folder.path(), record), IsEmpty()) << "there is none any more";
}

TEST_F(BundleWriterTest, WhoStillLivesIsLeftAlone) {
  const BundleWriter writer(folder.path());
  writer.note_progress(record);
  EXPECT_EQ(BundleWriter::adopt(folder.path(), writer.folder()), nullptr);
  EXPECT_THAT(show_abandoned_bundles(folder.path(), record), IsEmpty());
  EXPECT_TRUE(fs::exists(writer.folder() / kBundleFile));
}

TEST_F(BundleWriterTest, AnotherMachinesBundleIsLeftAlone) {
  make_and_be_killed();
  BundleRecord other = record;
  other.identity.id = "k:another";
  EXPECT_THAT(show_abandoned_bundles(folder.path(), other), IsEmpty());
  EXPECT_THAT(in_folder(), SizeIs(1));
}

TEST_F(BundleWriterTest, OneWithoutAResultGoesAwayAndOneWithAResultStays) {
  { const BundleWriter writer(folder.path()); }
  EXPECT_THAT(in_folder(), IsEmpty());
  {
    const BundleWriter writer(folder.path());
    writer.note_progress(record);
  }
  EXPECT_THAT(in_folder(), SizeIs(1)) << "it could not be published, and is kept for --resume";
}

TEST_F(BundleWriterTest, WhatAKilledRunOfALabLeftIsClearedAway) {
  make_and_be_killed();
  const auto shown = clear_abandoned_bundles(folder.path());
  ASSERT_THAT(shown, SizeIs(1));
  EXPECT_EQ(in_folder(), shown) << "nothing hidden is left";
  EXPECT_TRUE(bundle_from_json(test_support::text_of(shown.front() / kBundleFile), "input").interrupted);
  EXPECT_EQ(test_support::text_of(shown.front() / "runs/second.run.json"), "another result");
}

TEST_F(BundleWriterTest, OneThatWasKilledBeforeItsFirstEntryGoesAndItsResultStays) {
  const fs::path hidden = folder.path() / ".assay-bundle-x1Y2z3";
  fs::create_directories(hidden / "work");
  std::ofstream(hidden / "work/first.run.json") << "a result";
  std::ofstream(hidden / "work/.tmp-123") << "half a res";
  EXPECT_THAT(clear_abandoned_bundles(folder.path()), ElementsAre(folder.path() / "first.run.json"));
  EXPECT_THAT(in_folder(), ElementsAre(folder.path() / "first.run.json"));
  EXPECT_EQ(test_support::text_of(folder.path() / "first.run.json"), "a result");
}

TEST_F(BundleWriterTest, WhatLivesOrIsNotOursIsNotClearedAway) {
  const BundleWriter writer(folder.path());
  fs::create_directories(folder.path() / ".assay-bundle-longer-name/work");
  fs::create_directories(folder.path() / ".assay-bundle-UNREAD/work");
  std::ofstream(folder.path() / ".assay-bundle-UNREAD/bundle.json") << "{";
  fs::create_directories(folder.path() / "outside/work");
  fs::create_symlink(folder.path() / "outside", folder.path() / ".assay-bundle-LINKED");
  EXPECT_THAT(clear_abandoned_bundles(folder.path()), IsEmpty());
  EXPECT_THAT(in_folder(), SizeIs(5)) << "one that is being made, a longer name, one unread, a folder and a link to it";
  EXPECT_TRUE(fs::exists(folder.path() / "outside/work"));
}

// Somebody else's folder in a shared one: what its names lead to is not followed, and what cannot be read ends nothing.
TEST_F(BundleWriterTest, AHiddenFolderThatMakesNoSenseIsPassedOver) {
  fs::create_directories(folder.path() / ".assay-bundle-AAAAAA");
  std::ofstream(folder / ".assay-bundle-AAAAAA/bundle.json") << "{";
  fs::create_directories(folder.path() / ".assay-bundle-BBBBBB/work");
  fs::create_symlink("/etc/passwd", folder.path() / ".assay-bundle-BBBBBB/work/run.lock");
  std::ofstream(folder / ".assay-bundle-BBBBBB/bundle.json") << bundle_json(record);
  fs::create_symlink("/etc", folder.path() / ".assay-bundle-CCCCCC");
  EXPECT_THAT(show_abandoned_bundles(folder.path(), record), IsEmpty());
  EXPECT_THAT(in_folder(), SizeIs(3));
}

}  // namespace
}  // namespace assay
