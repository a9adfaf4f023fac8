#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "analysis/bundle_file.hpp"
#include "tests/analysis/sample_bundles.hpp"

namespace assay {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

class BundleFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              (std::string("bundle-") + ::testing::UnitTest::GetInstance()->current_test_info()->name() + "-" +
               std::to_string(getpid()));
    record_ = write_sample_bundle(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void rewrite() const { std::ofstream(folder_ / kBundleFile, std::ios::binary) << bundle_json(record_); }

  fs::path folder_;
  BundleRecord record_;
};

TEST_F(BundleFolder, IsReadWithItsResults) {
  const LoadedBundle bundle = load_bundle(folder_);
  EXPECT_THAT(bundle.problems, IsEmpty());
  EXPECT_THAT(bundle.runs, SizeIs(1));
  EXPECT_TRUE(bundle.roofline);
  EXPECT_THAT(bundle.runs_of("offline"), SizeIs(1));
  EXPECT_THAT(bundle.runs_of("server"), IsEmpty());
  EXPECT_THAT(load_bundle(folder_ / kBundleFile).runs, SizeIs(1));
}

TEST_F(BundleFolder, AMissingFileIsAProblemAndNoEnd) {
  fs::remove(folder_ / record_.entries[0].file);
  const LoadedBundle bundle = load_bundle(folder_);
  EXPECT_THAT(bundle.problems, ElementsAre(HasSubstr("offline-1.run.json")));
  EXPECT_TRUE(bundle.roofline);
}

TEST_F(BundleFolder, AChangedFileIsAProblem) {
  std::ofstream(folder_ / record_.entries[0].file, std::ios::app) << "\n";
  EXPECT_THAT(load_bundle(folder_).problems,
              ElementsAre("runs/offline-1.run.json: changed since the bundle was written"));
}

TEST_F(BundleFolder, ATruncatedFileIsAProblem) {
  fs::resize_file(folder_ / record_.entries[1].file, 100);
  const LoadedBundle bundle = load_bundle(folder_);
  EXPECT_THAT(bundle.problems, SizeIs(2));  // changed, and no roofline any more
  EXPECT_FALSE(bundle.roofline);
}

TEST_F(BundleFolder, ALinkOutOfTheFolderIsNotFollowed) {
  const fs::path outside = folder_.string() + "-outside.run.json";
  fs::rename(folder_ / record_.entries[0].file, outside);
  fs::create_symlink(outside, folder_ / record_.entries[0].file);
  const LoadedBundle bundle = load_bundle(folder_);
  EXPECT_THAT(bundle.problems, ElementsAre("runs/offline-1.run.json: leads out of the bundle"));
  EXPECT_THAT(bundle.runs, IsEmpty());
  fs::remove(outside);
}

TEST_F(BundleFolder, AFolderWhoseNameOnlyBeginsAlikeIsOutside) {
  const fs::path neighbour = folder_.string() + "-neighbour";
  fs::create_directories(neighbour);
  fs::rename(folder_ / record_.entries[0].file, neighbour / "x.run.json");
  fs::create_symlink(neighbour / "x.run.json", folder_ / record_.entries[0].file);
  EXPECT_THAT(load_bundle(folder_).problems, ElementsAre("runs/offline-1.run.json: leads out of the bundle"));
  fs::remove_all(neighbour);
}

TEST_F(BundleFolder, AnEditedBundleIsReadAndSaysSo) {
  std::string text = bundle_json(record_);
  text.replace(text.find("212.5"), 5, "212.6");
  std::ofstream(folder_ / kBundleFile, std::ios::binary) << text;
  EXPECT_THAT(load_bundle(folder_).problems, ElementsAre("bundle.json: changed after it was written"));
}

TEST_F(BundleFolder, AFolderIsNoFile) {
  record_.entries[0].file = "runs";
  rewrite();
  EXPECT_THAT(load_bundle(folder_).problems, SizeIs(1));
}

TEST_F(BundleFolder, WithoutItsOwnFileItIsNone) {
  fs::remove(folder_ / kBundleFile);
  EXPECT_THAT([&] { (void)load_bundle(folder_); }, ThrowsMessage<std::runtime_error>(HasSubstr("bundle.json")));
  EXPECT_THAT([&] { (void)load_bundle(folder_ / "nothing"); }, ThrowsMessage<std::runtime_error>(HasSubstr("nothing")));
}

}  // namespace
}  // namespace assay
