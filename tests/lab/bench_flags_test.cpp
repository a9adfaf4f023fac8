#include "lab/bench_flags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::string refusal(const std::string& text) {
  try {
    (void)parse_kernel_choice(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(BenchFlag, IsTheLastOneOfItsName) {
  EXPECT_EQ(bench_flag({}, "benchmark_nothing"), std::nullopt);
  EXPECT_EQ(bench_flag({"--benchmark_out=a", "--benchmark_out=b", "--benchmark_out_format=csv"}, "benchmark_out"), "b");
  EXPECT_EQ(bench_flag({"--benchmark_list_tests"}, "benchmark_list_tests"), "");
  EXPECT_EQ(bench_flag({"--benchmark_list_testsX"}, "benchmark_list_tests"), std::nullopt);
}

TEST(BenchFlag, IsOnAsGoogleBenchmarkSeesIt) {
  for (const char* on : {"", "1", "true", "yes", "on", "2"}) {
    EXPECT_TRUE(is_on(on)) << on;
  }
  for (const char* off : {"0", "f", "n", "N", "false", "no", "Off"}) {
    EXPECT_FALSE(is_on(off)) << off;
  }
  EXPECT_FALSE(is_on(std::nullopt));
}

TEST(KernelChoice, NamesAKernelAndItsParameters) {
  const KernelEntry& first = kernel_catalogue().front();
  EXPECT_EQ(parse_kernel_choice(first.name).entry, &first);
  EXPECT_THAT(parse_kernel_choice(first.name).parameters, IsEmpty());
  EXPECT_THAT(parse_kernel_choice(first.name + ":n=512,dtype=f64").parameters,
              UnorderedElementsAre(Pair("n", "512"), Pair("dtype", "f64")));
}

TEST(KernelChoice, RefusesInOneLine) {
  const std::string& name = kernel_catalogue().front().name;
  EXPECT_THAT(refusal("nope:n=1"), HasSubstr("there is no kernel 'nope'"));
  EXPECT_THAT(refusal(name + ":n"), HasSubstr("'n' is no NAME=VALUE"));
  EXPECT_THAT(refusal(name + ":"), HasSubstr("'' is no NAME=VALUE"));
  EXPECT_THAT(refusal(name + ":n=1,"), HasSubstr("'' is no NAME=VALUE"));
  EXPECT_THAT(refusal(name + ":=1"), HasSubstr("'=1' is no NAME=VALUE"));
  EXPECT_THAT(refusal(name + ":n="), HasSubstr("'n=' is no NAME=VALUE"));
  EXPECT_THAT(refusal(name + ":n=1,n=2"), HasSubstr("'n' is given twice"));
}

}  // namespace
}  // namespace assay
