#include "lab/version.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

TEST(BuildInfo, IsFilledIn) {
  const BuildInfo build = build_info();
  EXPECT_THAT(build.version, MatchesRegex("[0-9]+[.][0-9]+[.][0-9]+"));
  EXPECT_THAT(build.revision, MatchesRegex("[0-9a-f]{7,40}|unknown"));
  EXPECT_THAT(build.compiler, MatchesRegex("(GNU|Clang) [0-9.]+"));
  EXPECT_FALSE(build.build_type.empty());
  EXPECT_THAT(version_text(build), Not(HasSubstr("@")));
}

TEST(BuildInfo, SaysWhenTheCheckoutHadChanges) {
  BuildInfo build;
  build.revision = "3f2a9c1";
  EXPECT_EQ(build.revision_with_state(), "3f2a9c1");
  build.dirty = true;
  EXPECT_EQ(build.revision_with_state(), "3f2a9c1+dirty");
}

TEST(VersionText, HasALineForEachFact) {
  const BuildInfo build{.version = "0.1.0",
                        .revision = "3f2a9c1",
                        .dirty = false,
                        .compiler = "GNU 12.2.0",
                        .flags = "-O3",
                        .build_type = "Release",
                        .options = {{"PAPI", "ON"}}};
  EXPECT_EQ(version_text(build),
            "assay 0.1.0 (3f2a9c1)\n"
            "  compiler    GNU 12.2.0\n"
            "  build type  Release\n"
            "  flags       -O3\n"
            "  PAPI        ON\n");
}

}  // namespace
}  // namespace assay
