#include "scenarios/output_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "tests/scenarios/fake_kernel.hpp"

namespace assay {
namespace {

using test_support::FakeKernel;
using ::testing::HasSubstr;

class OutputChecks : public ::testing::Test {
 protected:
  void SetUp() override { kernel.prepare(0); }
  static LoggedResponse response(std::uint32_t sample, float value) {
    Kernel::Probe probe;
    probe.fill(value);
    LoggedResponse logged{.sample_index = sample, .data = std::vector<std::byte>(sizeof(probe))};
    std::memcpy(logged.data.data(), probe.data(), sizeof(probe));
    return logged;
  }
  FakeKernel kernel{FakeKernel::Fault::none};
};

TEST_F(OutputChecks, RightAnswersPassWithTheirError) {
  const auto check = check_responses(std::vector{response(3, 3.5F), response(4, 4.5F)}, kernel);
  EXPECT_TRUE(check.passed);
  EXPECT_EQ(check.text(), "ok 0.0e+00 (bound 1.0e-06), 2 responses");
}

TEST_F(OutputChecks, OneWrongElementFails) {
  auto responses = std::vector{response(3, 3.5F), response(4, 4.5F)};
  const float wrong = 4.6F;
  std::memcpy(responses[1].data.data() + 5 * sizeof(float), &wrong, sizeof(wrong));
  const auto check = check_responses(responses, kernel);
  EXPECT_FALSE(check.passed);
  EXPECT_THAT(check.text(), HasSubstr("sample 4, probe 5: 4.6 found, 4.5 expected"));
}

TEST_F(OutputChecks, TheAnswerToAnotherSampleFails) {
  EXPECT_FALSE(check_responses(std::vector{response(3, 4.5F)}, kernel).passed);
}

TEST_F(OutputChecks, NotANumberFails) {
  EXPECT_FALSE(check_responses(std::vector{response(3, std::numeric_limits<float>::quiet_NaN())}, kernel).passed);
}

TEST_F(OutputChecks, NothingCheckedIsNotPassed) {
  const auto check = check_responses({}, kernel);
  EXPECT_FALSE(check.passed);
  EXPECT_THAT(check.text(), HasSubstr("no response was checked"));
}

TEST_F(OutputChecks, AnAnswerOfAnotherSizeFails) {
  auto responses = std::vector{response(3, 3.5F)};
  responses[0].data.pop_back();
  EXPECT_THAT(check_responses(responses, kernel).text(), HasSubstr("has 31 bytes, 32 expected"));
}

}  // namespace
}  // namespace assay
