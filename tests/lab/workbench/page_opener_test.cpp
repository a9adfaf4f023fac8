#include "lab/workbench/page_opener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/lab/program.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

TEST(RedirectFile, IsForItsOwnerOnlyAndGoesAway) {
  std::filesystem::path path;
  {
    const RedirectFile file("http://127.0.0.1:4711/#t=00ff");
    path = file.path();
    struct stat status {};
    ASSERT_EQ(lstat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_THAT(test_support::text_of(path), HasSubstr("url=http://127.0.0.1:4711/#t=00ff\""));
    EXPECT_THAT(path.string(), ::testing::Not(HasSubstr("00ff")));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TunnelCommand, NamesTheMachineThatSshReached) {
  EXPECT_THAT(tunnel_command("10.0.0.5 50022 10.0.0.9 22", 4711, "127.0.0.1:4711", "sam"),
              Optional(std::string("ssh -N -L 4711:127.0.0.1:4711 sam@10.0.0.9")));
  EXPECT_THAT(tunnel_command("10.0.0.5 50022 10.0.0.9 2222", 8080, "/run/user/1000/assay.sock", ""),
              Optional(std::string("ssh -N -L 8080:/run/user/1000/assay.sock -p 2222 10.0.0.9")));
  EXPECT_EQ(tunnel_command("", 4711, "127.0.0.1:4711", "sam"), std::nullopt);
  EXPECT_EQ(tunnel_command("10.0.0.5 50022", 4711, "127.0.0.1:4711", "sam"), std::nullopt);
}

}  // namespace
}  // namespace assay
