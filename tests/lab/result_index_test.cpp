#include "lab/result_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "analysis/bundle_file.hpp"
#include "lab/bundle_scan.hpp"
#include "lab/command_error.hpp"
#include "tests/analysis/sample_fleet.hpp"
#include "tests/lab/program.hpp"

namespace assay {
namespace {

namespace fs = std::filesystem;

using test_support::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

class ResultIndexTest : public ::testing::Test {
 protected:
  ResultIndex open() {
    return {folder / "cache", [this](const std::string& line) { notes.push_back(line); }};
  }
  void keep(ResultIndex& index, const std::string& path, const FileStamp& at, const std::string& text) {
    index.keep(path, at, {.text = text});
    index.save("/shared", {path});
  }
  std::string database() { return (folder.path() / "cache" / "index.db").string(); }

  ScratchFolder folder;
  std::vector<std::string> notes;
  FileStamp stamp{.device = 1, .inode = ~std::uint64_t{0}, .size = 3, .modified_ns = 5, .changed_ns = 7};
};

TEST_F(ResultIndexTest, RemembersAFileWhileItsStampIsTheSame) {
  {
    ResultIndex index = open();
    ASSERT_TRUE(index.usable());
    keep(index, "/shared/a", stamp, "summary");
  }
  ResultIndex index = open();
  ASSERT_TRUE(index.find("/shared/a", stamp));
  EXPECT_EQ(index.find("/shared/a", stamp)->text, "summary");
  EXPECT_FALSE(index.find("/shared/b", stamp));
  for (auto member : {&FileStamp::device, &FileStamp::inode, &FileStamp::size}) {
    FileStamp other = stamp;
    other.*member += 1;
    EXPECT_FALSE(index.find("/shared/a", other));
  }
  for (auto member : {&FileStamp::modified_ns, &FileStamp::changed_ns}) {
    FileStamp other = stamp;
    other.*member += 1;
    EXPECT_FALSE(index.find("/shared/a", other));
  }
  EXPECT_THAT(notes, IsEmpty());
}

TEST_F(ResultIndexTest, ForgetsWhatIsGoneBelowTheFolderOnly) {
  ResultIndex index = open();
  index.keep("/shared/a", stamp, {.text = "a"});
  index.keep("/shared/b", stamp, {.text = "b"});
  index.keep("/shared-too/c", stamp, {.text = "c"});
  index.save("/elsewhere", {});
  index.save("/shared", {"/shared/b"});
  EXPECT_FALSE(index.find("/shared/a", stamp));
  EXPECT_TRUE(index.find("/shared/b", stamp));
  EXPECT_TRUE(index.find("/shared-too/c", stamp));
}

TEST_F(ResultIndexTest, ForgetsNothingThatChangedJustNow) {
  ResultIndex index = open();
  stamp.changed_ns = std::int64_t{1} << 62;  // of a clock that is ahead
  keep(index, "/shared/a", stamp, "summary");
  EXPECT_FALSE(index.find("/shared/a", stamp));
}

TEST_F(ResultIndexTest, MakesADamagedOneAnewWithANote) {
  write(database(), std::string(5000, 'x'));
  ResultIndex index = open();
  EXPECT_TRUE(index.usable());
  EXPECT_THAT(notes, ElementsAre(HasSubstr("is made anew: file is not a database")));
  keep(index, "/shared/a", stamp, "summary");
  EXPECT_TRUE(index.find("/shared/a", stamp));
}

TEST_F(ResultIndexTest, SurvivesDamageAfterItWasOpened) {
  {
    ResultIndex index = open();
    for (int i = 0; i < 200; ++i) {
      index.keep("/shared/" + std::to_string(i), stamp, {.text = std::string(1000, 's')});
    }
    index.save("/elsewhere", {});
  }
  {
    // Everything but the first page, which says that this is a database of ours.
    std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(100'000, '\xff');
  }
  ResultIndex index = open();
  for (int i = 0; i < 200 && index.usable(); ++i) {
    (void)index.find("/shared/" + std::to_string(i), stamp);
  }
  EXPECT_FALSE(index.usable());
  EXPECT_THAT(notes, ElementsAre(HasSubstr("going on without the index")));
  ResultIndex next = open();
  EXPECT_TRUE(next.usable());
}

void run_sql(const std::string& database, const char* sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(database.c_str(), &handle), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

TEST_F(ResultIndexTest, MakesOneOfAnotherProgramOrVersionAnew) {
  fs::create_directories(folder.path() / "cache");
  run_sql(database(), "CREATE TABLE songs(name)");
  EXPECT_TRUE(open().usable());
  run_sql(database(), "PRAGMA user_version=99");
  EXPECT_TRUE(open().usable());
  EXPECT_THAT(notes, ElementsAre(HasSubstr("belongs to another program"), HasSubstr("of another version")));
  EXPECT_TRUE(open().usable());
  EXPECT_EQ(notes.size(), 2U);
}

TEST_F(ResultIndexTest, GoesOnWithoutWhereThereCanBeNone) {
  write(folder / "cache", "a file where the folder should be");
  ResultIndex index = open();
  EXPECT_FALSE(index.usable());
  EXPECT_THAT(notes, ElementsAre(HasSubstr("going on without the index")));
  index.keep("/shared/a", stamp, {.text = "a"});
  index.save("/shared", {});
  EXPECT_FALSE(index.find("/shared/a", stamp));
  ResultIndex none({}, [this](const std::string& line) { notes.push_back(line); });
  EXPECT_FALSE(none.usable());
  EXPECT_EQ(notes.size(), 1U);
}

TEST_F(ResultIndexTest, TwoMayBeOpenAtOnce) {
  ResultIndex one = open();
  ResultIndex two = open();
  keep(one, "/shared/a", stamp, "of one");
  EXPECT_EQ(two.find("/shared/a", stamp)->text, "of one");
  keep(two, "/shared/a", stamp, "of two");
  EXPECT_EQ(one.find("/shared/a", stamp)->text, "of two");
  EXPECT_THAT(notes, IsEmpty());
}

class BundleScanTest : public ResultIndexTest {
 protected:
  BundleScanTest() {
    for (const BundleRecord& record : sample_fleet(40)) {
      write(root() / record.identity.label / "bundle" / "bundle.json", bundle_json(record));
    }
  }
  fs::path root() { return folder.path() / "shared"; }
  BundleScan scan() {
    ResultIndex index = open();
    return scan_bundles(root(), index);
  }
};

TEST_F(BundleScanTest, FindsEveryBundleInOrder) {
  const BundleScan found = scan();
  ASSERT_EQ(found.bundles.size(), 40U);
  EXPECT_EQ(found.bundles[0].place, "n01/bundle");
  EXPECT_EQ(found.bundles[39].summary.identity.label, "n40");
  EXPECT_TRUE(found.bundles[0].summary.hash_matches);
  EXPECT_EQ(found.read, 40U);
  EXPECT_THAT(found.refused, IsEmpty());
}

TEST_F(BundleScanTest, LeavesHiddenFoldersAndLinksAlone) {
  write(root() / ".unfinished" / "bundle.json", "{}");
  fs::create_directory_symlink(root() / "n01", root() / "again");
  write(folder / "secret.json", "{}");
  fs::create_directories(root() / "link");
  fs::create_symlink(folder / "secret.json", root() / "link" / "bundle.json");
  const BundleScan found = scan();
  EXPECT_EQ(found.bundles.size(), 40U);
  ASSERT_EQ(found.refused.size(), 1U);
  EXPECT_EQ(found.refused[0].place, "link");
  EXPECT_EQ(found.refused[0].reason, "bundle.json is no regular file");
}

TEST_F(BundleScanTest, RefusesBrokenBundlesWithTheirReason) {
  write(root() / "x1" / "bundle.json", "{\"schema\":");
  write(root() / "x2" / "bundle.json", std::string(40, '['));
  write(root() / "x3" / "bundle.json", R"({"schema":"assay/bundle/9"})");
  write(root() / "x4" / "bundle.json", "");
  const BundleScan found = scan();
  ASSERT_EQ(found.refused.size(), 4U);
  EXPECT_THAT(found.refused[0].reason, HasSubstr("not valid JSON"));
  EXPECT_THAT(found.refused[1].reason, HasSubstr("deeper"));
  EXPECT_THAT(found.refused[2].reason, HasSubstr("assay/bundle/1"));
  EXPECT_EQ(found.bundles.size(), 40U);
}

TEST_F(BundleScanTest, SaysWhatWasChanged) {
  std::string text = bundle_json(sample_bundle(3, "n03"));
  text.replace(text.find("\"n03\""), 5, "\"n99\"");
  write(root() / "n03" / "bundle" / "bundle.json", text);
  const BundleScan found = scan();
  EXPECT_FALSE(found.bundles[2].summary.hash_matches);
  EXPECT_EQ(found.bundles[2].summary.identity.label, "n99");
}

TEST_F(BundleScanTest, BelievesTheIndexWhileTheStampIsTheSame) {
  // The stamp of a new file counts as unsettled: this one is given another place in time.
  const fs::path file = fs::canonical(root()) / "n03" / "bundle" / "bundle.json";
  BundleSummary known = summary_of(sample_bundle(3, "from-the-index"));
  {
    ResultIndex index = open();
    index.keep(file.string(), {.device = 1, .inode = 2}, {.text = summary_json(known)});
    index.save("/elsewhere", {});
  }
  const FileStamp stamp_now = *stamp_of(file);
  EXPECT_EQ(scan().bundles[2].summary.identity.label, "n03");  // another stamp: read
  run_sql(database(), ("UPDATE OR IGNORE files SET device=" + std::to_string(stamp_now.device) +
                       ", inode=" + std::to_string(stamp_now.inode) + ", size=" + std::to_string(stamp_now.size) +
                       ", modified_ns=" + std::to_string(stamp_now.modified_ns) +
                       ", changed_ns=" + std::to_string(stamp_now.changed_ns) + ", refused=0, text=CAST('" +
                       summary_json(known) + "' AS BLOB) WHERE path=CAST('" + file.string() + "' AS BLOB)")
                          .c_str());
  const BundleScan second = scan();
  EXPECT_EQ(second.bundles[2].summary.identity.label, "from-the-index");
  EXPECT_LT(second.read, 40U);
}

TEST_F(BundleScanTest, OfNoFolderIsAnError) {
  ResultIndex index = open();
  EXPECT_THROW((void)scan_bundles(folder.path() / "nowhere", index), CommandError);
}

}  // namespace
}  // namespace assay
