#include "harness/machine_identity.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "harness/digest.hpp"

namespace assay {
namespace {

/// A folder of this test's own, gone at its end.
class MachineIdentityTest : public ::testing::Test {
 protected:
  MachineIdentityTest()
      : folder_(std::filesystem::temp_directory_path() / ("assay-identity-" + random_hex(8)) / "assay") {}
  ~MachineIdentityTest() override { std::filesystem::remove_all(folder_.parent_path()); }

  void put(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / name) << text;
  }

  std::filesystem::path folder_;
  Machine machine_ = machine_from_synthetic("pack:1 core:2 pu:1");
};

TEST_F(MachineIdentityTest, IdIsTheKeyedHashOfTheSalt) {
  const std::string salt(64, 'a');
  put("salt", salt + "\n");
  const auto identity = identify_in(folder_, "machine", machine_);
  EXPECT_EQ(identity.id, "k:" + hmac_sha256_hex("machine", "assay/1\n" + salt).substr(0, 16));
  EXPECT_EQ(identity.label, "machine-" + identity.id.substr(2, 4));
}

TEST_F(MachineIdentityTest, SaltIsMadeOnceAndPrivate) {
  const auto first = identify_in(folder_, "machine", machine_);
  const auto second = identify_in(folder_, "machine", machine_);
  EXPECT_EQ(first.id, second.id);
  struct stat status {};
  ASSERT_EQ(stat((folder_ / "salt").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "a temporary file was left";
}

TEST_F(MachineIdentityTest, ClonedImagesDifferByTheirSalt) {
  put("salt", std::string(64, 'a'));
  const auto first = identify_in(folder_, "cloned", machine_);
  put("salt", std::string(64, 'b'));
  EXPECT_NE(first.id, identify_in(folder_, "cloned", machine_).id);
}

TEST_F(MachineIdentityTest, DamagedSaltIsReplaced) {
  for (const char* damaged : {"short\n", "\n", ""}) {
    put("salt", damaged);
    const auto first = identify_in(folder_, "machine", machine_);
    EXPECT_EQ(first.label.find("unsaved"), std::string::npos) << '"' << damaged << '"';
    EXPECT_EQ(first.id, identify_in(folder_, "machine", machine_).id) << '"' << damaged << '"';
  }
}

TEST_F(MachineIdentityTest, WithoutAFolderTheLabelSaysUnsaved) {
  const auto first = identify_in({}, "machine", machine_);
  EXPECT_NE(first.label.find("unsaved"), std::string::npos);
  EXPECT_EQ(first.id, identify_in({}, "machine", machine_).id);  // one run has several processes
  put("file", "");
  EXPECT_NE(identify_in(folder_ / "file" / "below", "machine", machine_).label.find("unsaved"), std::string::npos);
}

TEST_F(MachineIdentityTest, ChosenLabelIsKeptAndChecked) {
  save_machine_label(folder_, "lab3-07");
  EXPECT_EQ(identify_in(folder_, "machine", machine_).label, "lab3-07");
  EXPECT_THROW(save_machine_label(folder_, ""), std::invalid_argument);
  EXPECT_THROW(save_machine_label(folder_, "a b"), std::invalid_argument);
  EXPECT_THROW(save_machine_label(folder_, "../x"), std::invalid_argument);
}

TEST_F(MachineIdentityTest, ClassIgnoresSmallMemoryDifferencesOnly) {
  constexpr std::uint64_t kGibibyte = 1ULL << 30U;
  machine_.memory_total = Bytes{16 * kGibibyte};
  const auto reference = machine_class(machine_);
  machine_.memory_total = Bytes{16 * kGibibyte - 200'000'000};
  EXPECT_EQ(machine_class(machine_), reference);
  machine_.memory_total = Bytes{32 * kGibibyte};
  EXPECT_NE(machine_class(machine_), reference);
  machine_.memory_total = Bytes{16 * kGibibyte};
  machine_.cpu_model = "another";
  EXPECT_NE(machine_class(machine_), reference);
}

}  // namespace
}  // namespace assay
