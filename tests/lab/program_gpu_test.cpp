// Commands with --device, end to end: without a GPU, and on a simulated one, which every result says that it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/lab/program.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// Names the library that the program opens, for as long as it lives.
class Plugin {
 public:
  explicit Plugin(const char* file) { setenv("ASSAY_CUDA_PLUGIN", file, 1); }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  ~Plugin() { unsetenv("ASSAY_CUDA_PLUGIN"); }
};

TEST(ProgramGpu, WithoutOneEachCommandSaysSoInOneLine) {
  const test_support::ScratchFolder folder;
  const Plugin none("/nonexistent/libassay_cuda.so");
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"roofline", "--device", "cuda:0"},
                                                    {"run", "gemm", "--device", "cuda:0"},
                                                    {"run", "gpu_stream"},
                                                    {"tail", "gemm", "--slo", "10ms", "--device", "cuda:0"},
                                                    {"soak", "gemm", "--for", "10s", "--device", "cuda:0"}}) {
    const test_support::ProgramResult refused = test_support::run_assay(folder, arguments);
    EXPECT_EQ(refused.exit_code, 4) << arguments.front() << ": " << refused.err;
    EXPECT_THAT(refused.err, AllOf(HasSubstr("no GPU: "), HasSubstr("cmake --preset cuda"))) << arguments.front();
  }
}

TEST(ProgramGpu, WhatMakesNoSenseIsAUsageError) {
  const test_support::ScratchFolder folder;
  const Plugin fake(ASSAY_FAKE_GPU_LIBRARY);
  const test_support::ProgramResult device = test_support::run_assay(folder, {"run", "gemm", "--device", "tpu:0"});
  EXPECT_EQ(device.exit_code, 2);
  EXPECT_THAT(device.err, HasSubstr("expected cpu, or cuda:N"));
  const test_support::ProgramResult workload =
      test_support::run_assay(folder, {"run", "resnet50", "--device", "cuda:0"});
  EXPECT_EQ(workload.exit_code, 2);
  EXPECT_THAT(workload.err, HasSubstr("has no code for a GPU"));
  const test_support::ProgramResult parameter =
      test_support::run_assay(folder, {"run", "gemm", "--device", "cuda:0", "--param", "n=odd"});
  EXPECT_EQ(parameter.exit_code, 2);
  EXPECT_THAT(parameter.err, HasSubstr("multiple of 16"));
  const test_support::ProgramResult unsupported =
      test_support::run_assay(folder, {"run", "gemm", "--device", "cuda:0", "--param", "dtype=f8"});
  EXPECT_EQ(unsupported.exit_code, 4);
  EXPECT_THAT(unsupported.err, HasSubstr("this card has no f8"));
  const test_support::ProgramResult roofline =
      test_support::run_assay(folder, {"roofline", "--device", "cuda:0", "--simd", "sse"});
  EXPECT_EQ(roofline.exit_code, 2);
  EXPECT_THAT(roofline.err, HasSubstr("--simd is of the processor's roofline"));
}

TEST(ProgramGpu, ARunNamesTheCardAndThatItIsSimulated) {
  const test_support::ScratchFolder folder;
  const Plugin fake(ASSAY_FAKE_GPU_LIBRARY);
  const test_support::ProgramResult outcome = test_support::run_assay(
      folder, {"run", "gemm", "--device", "cuda:0", "--duration", "200ms", "--out", folder / "results", "--json"});
  ASSERT_THAT(outcome.exit_code, AnyOf(0, 3)) << outcome.err;
  const auto file = nlohmann::json::parse(outcome.out);
  EXPECT_THAT(file.dump(),
              AllOf(HasSubstr("gpu_gemm"), HasSubstr("cuda:0"), HasSubstr("NVIDIA H200"), HasSubstr("SIMULATED")));
}

TEST(ProgramGpu, ARooflineHasItsSharesOfTheDatasheet) {
  const test_support::ScratchFolder folder;
  const Plugin fake(ASSAY_FAKE_GPU_LIBRARY);
  const test_support::ProgramResult outcome = test_support::run_assay(
      folder, {"roofline", "--device", "cuda:0", "--duration", "1s", "--out", folder / "results"});
  ASSERT_THAT(outcome.exit_code, AnyOf(0, 3)) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("Shares of what is stated of NVIDIA H200 SXM"), HasSubstr("HBM read"),
                                 HasSubstr("NVIDIA H200, beside ")));
  EXPECT_THAT(outcome.out + outcome.err, HasSubstr("SIMULATED"));
}

TEST(ProgramGpu, TheKnobsLoadTheCard) {
  const test_support::ScratchFolder folder;
  const Plugin fake(ASSAY_FAKE_GPU_LIBRARY);
  const test_support::ProgramResult outcome =
      test_support::run_assay(folder, {"run", "gemm", "--device", "cuda:0", "--duration", "200ms", "--background",
                                       "20%", "--out", folder / "results", "--json"});
  ASSERT_THAT(outcome.exit_code, AnyOf(0, 3)) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("own thread, on cuda:0"));
}

TEST(ProgramGpu, TheLinkIsLoadedAndWhatWasAskedAndDeliveredIsInTheResult) {
  const test_support::ScratchFolder folder;
  const Plugin fake(ASSAY_FAKE_GPU_LIBRARY);
  const test_support::ProgramResult outcome =
      test_support::run_assay(folder, {"run", "gemm", "--device", "cuda:0", "--duration", "200ms", "--pcie", "200GB/s",
                                       "--out", folder / "results", "--json"});
  ASSERT_THAT(outcome.exit_code, AnyOf(0, 3)) << outcome.err;
  const auto file = nlohmann::json::parse(outcome.out);
  const auto& doses = file.at("interference").at("doses");
  ASSERT_EQ(doses.size(), 1U);
  EXPECT_EQ(doses[0].at("knob"), "pcie");
  EXPECT_EQ(doses[0].at("unit"), "bytes/s");
  EXPECT_EQ(doses[0].at("requested"), 2e11);
  EXPECT_GT(doses[0].at("achieved").get<double>(), 0.0);
  EXPECT_GT(doses[0].at("achieved_alone").get<double>(), 0.0);
  EXPECT_EQ(doses[0].at("source"), "own thread, on cuda:0");
}

TEST(ProgramGpu, AProcessOfItsOwnLoadsTheCard) {
  const test_support::ScratchFolder folder;
  const Plugin fake(ASSAY_FAKE_GPU_LIBRARY);
  const test_support::ProgramResult outcome =
      test_support::run_assay(folder, {"run", "gemm", "--device", "cuda:0", "--duration", "200ms", "--pcie", "200GB/s",
                                       "--inject-from", "process", "--out", folder / "results", "--json"});
  ASSERT_THAT(outcome.exit_code, AnyOf(0, 3)) << outcome.err;
  const auto file = nlohmann::json::parse(outcome.out);
  const auto& dose = file.at("interference").at("doses").at(0);
  EXPECT_EQ(dose.at("source"), "own process, on cuda:0");
  EXPECT_GT(dose.at("achieved").get<double>(), 0.0);
}

TEST(ProgramGpu, WhatLoadsTheCardMustHaveOne) {
  const test_support::ScratchFolder folder;
  const test_support::ProgramResult process =
      test_support::run_assay(folder, {"run", "gemm", "--background", "10%", "--inject-from", "process"});
  EXPECT_EQ(process.exit_code, 2);
  EXPECT_THAT(process.err, HasSubstr("--inject-from process: "));
  const test_support::ProgramResult link = test_support::run_assay(folder, {"run", "gemm", "--pcie", "1GB/s"});
  EXPECT_EQ(link.exit_code, 2);
  EXPECT_THAT(link.err, HasSubstr("--pcie: only a workload on a GPU has that link"));
  const test_support::ProgramResult typed =
      test_support::run_assay(folder, {"gpu-injector", "--device=cuda:0", "--knob=pcie", "--amount=1", "--length-ns=0",
                                       "--cpu=0", "--seed=0", "--time-limit-ns=1000", "--board=99"});
  EXPECT_EQ(typed.exit_code, 2);
  EXPECT_THAT(typed.err, HasSubstr("assay starts this command itself"));
}

TEST(ProgramGpu, TheListShowsItsWorkloads) {
  const test_support::ScratchFolder folder;
  EXPECT_THAT(test_support::run_assay(folder, {"list", "workloads"}).out, HasSubstr("gpu_gemm"));
}

}  // namespace
}  // namespace assay
