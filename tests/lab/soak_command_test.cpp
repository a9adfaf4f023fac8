#include "lab/soak_command.hpp"

#include <gtest/gtest.h>

#include "harness/machine.hpp"

namespace assay {
namespace {

TEST(SoakRun, UsesAllCpusUnlessSomethingElseIsAsked) {
  SoakCommandOptions options;
  options.run.run.workload = "gemm";
  options.length = "2min";
  const RunOptions run = soak_run(options);
  EXPECT_EQ(run.value("soak"), "true");
  EXPECT_EQ(run.value("duration"), "2min");
  EXPECT_EQ(run.value("scenario"), "multi");
  EXPECT_EQ(run.value("threads"), std::to_string(detect_machine().allowed_cpus().size()));
  EXPECT_EQ(run.value("share-cpus"), "true");
  EXPECT_EQ(run.value("samples-per-query"), std::to_string(detect_machine().allowed_cpus().size()));
}

TEST(SoakRun, KeepsWhatIsAsked) {
  SoakCommandOptions options;
  options.run.run.set("scenario", "single");
  RunOptions run = soak_run(options);
  EXPECT_EQ(run.value("scenario"), "single");
  EXPECT_FALSE(run.value("threads").has_value());
  options.run.run = {};
  options.run.run.set("threads", "3");
  run = soak_run(options);
  EXPECT_EQ(run.value("samples-per-query"), "3");
  EXPECT_FALSE(run.value("share-cpus").has_value());
  options.run.run = {};
  options.run.run.set("cpus", "0-4");
  EXPECT_EQ(soak_run(options).value("samples-per-query"), "5");
}

TEST(SoakRun, RefusesALengthThatIsNone) {
  SoakCommandOptions options;
  for (const char* length : {"0s", "ten minutes", "600", ""}) {
    options.length = length;
    try {
      (void)soak_run(options);
      FAIL() << length;
    } catch (const CommandError& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_EQ(std::string(error.what()).rfind("--for: ", 0), 0U) << error.what();
    }
  }
}

}  // namespace
}  // namespace assay
