#include "lab/interference_text.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "lab/command_error.hpp"
#include "lab/run_request_text.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

TEST(InterferenceText, NoiseIsARateAndALength) {
  EXPECT_DOUBLE_EQ(parse_noise("80x1ms").rate_per_s, 80.0);
  EXPECT_EQ(parse_noise("80x300us").length, 300us);
  EXPECT_EQ(parse_noise("1.5k").length, 1ms);
  EXPECT_DOUBLE_EQ(parse_noise("1.5k").rate_per_s, 1500.0);
  for (const char* bad : {"", "x1ms", "80x", "80x1", "80y1ms", "-80x1ms", "0x1ms", "80x1ms,"}) {
    EXPECT_THROW((void)parse_noise(bad), std::invalid_argument) << bad;
  }
}

TEST(InterferenceText, AShareIsPercentOrAFraction) {
  EXPECT_DOUBLE_EQ(parse_share("50%"), 0.5);
  EXPECT_DOUBLE_EQ(parse_share("0.25"), 0.25);
  for (const char* bad : {"", "%", "half", "50 %", "inf", "nan", "50%%"}) {
    EXPECT_THROW((void)parse_share(bad), std::invalid_argument) << bad;
  }
}

TEST(InterferenceText, BandwidthIsASizeASecond) {
  EXPECT_DOUBLE_EQ(parse_bandwidth("4GB/s"), 4e9);
  EXPECT_DOUBLE_EQ(parse_bandwidth("1MiB"), 1048576.0);
  for (const char* bad : {"", "4", "/s", "0B/s", "4GB/h"}) {
    EXPECT_THROW((void)parse_bandwidth(bad), std::invalid_argument) << bad;
  }
}

TEST(InterferenceText, ReachesTheRequest) {
  RunOptions options{.workload = "null", .values = {}, .parameters = {}};
  options.set("noise", "80x300us");
  options.set("background", "25%");
  options.set("ctxsw", "1k");
  options.set("membw", "1GB/s");
  options.set("inject-on", "0-1");
  options.set("inject-priority", "ordinary");
  options.set("no-accounts", "true");
  const RunRequest request = request_from(options);
  EXPECT_EQ(request.interference.noise.value_or(NoiseDose{}).length, 300us);
  EXPECT_DOUBLE_EQ(request.interference.background_share.value_or(0), 0.25);
  EXPECT_DOUBLE_EQ(request.interference.switches_per_s.value_or(0), 1000.0);
  EXPECT_DOUBLE_EQ(request.interference.memory_bytes_per_s.value_or(0), 1e9);
  EXPECT_EQ(request.interference.cpus, (std::vector<int>{0, 1}));
  EXPECT_EQ(request.interference.priority, InjectorPriority::ordinary);
  EXPECT_FALSE(request.workload.accounts);
}

TEST(InterferenceText, WhatMakesNoSenseNamesItsFlag) {
  const auto problem_of = [](const char* flag, const char* value) -> std::string {
    RunOptions options{.workload = "null", .values = {}, .parameters = {}};
    options.set(flag, value);
    try {
      (void)request_from(options);
    } catch (const CommandError& error) {
      return error.what();
    }
    return "accepted";
  };
  for (const char* flag :
       {"noise", "background", "ctxsw", "membw", "pcie", "inject-on", "inject-from", "inject-priority", "with"}) {
    EXPECT_EQ(problem_of(flag, "nonsense").rfind(std::string("--") + flag, 0), 0U) << problem_of(flag, "nonsense");
  }
  EXPECT_EQ(problem_of("background", "95%").rfind("--background", 0), 0U);
  EXPECT_EQ(problem_of("with", "stress-ng").rfind("--inject-on, --inject-from and --with", 0), 0U);
  EXPECT_EQ(problem_of("pcie", "4GB/s").rfind("--pcie: only a workload on a GPU", 0), 0U);
}

}  // namespace
}  // namespace assay
