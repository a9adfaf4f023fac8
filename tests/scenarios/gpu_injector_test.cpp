#include "scenarios/interference/gpu_injector.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "harness/machine.hpp"
#include "scenarios/interference/gpu_injector_process.hpp"
#include "scenarios/workload.hpp"
#include "tests/kernels/fake_gpu.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;

GpuDevice fake_device() { return *open_gpu(*GpuPlugin::of(fake_gpu_plugin(), "fake"), 0); }
int some_cpu() { return detect_machine().allowed_cpus().front(); }

TEST(GpuInjector, WaitsUntilTheNextPieceIsDue) {
  EXPECT_DOUBLE_EQ(wait_for_dose(100.0, 1.0, 100.0), 0.0);                                   // exactly on time
  EXPECT_DOUBLE_EQ(wait_for_dose(100.0, 1.0, 150.0), 0.5);                                   // half a second ahead
  EXPECT_DOUBLE_EQ(wait_for_dose(100.0, 1.0, 10.0), 0.0);                                    // behind
  EXPECT_DOUBLE_EQ(wait_for_dose(std::numeric_limits<double>::infinity(), 1.0, 1e30), 0.0);  // as fast as it can
}

TEST(GpuInjector, TakesEachKnobsAmountFromTheRequest) {
  InterferenceRequest request;
  request.noise = NoiseDose{.rate_per_s = 80.0, .length = std::chrono::milliseconds{2}};
  request.background_share = 0.25;
  request.switches_per_s = 1000.0;
  request.memory_bytes_per_s = 5e11;
  request.pcie_bytes_per_s = 2e10;
  EXPECT_EQ(gpu_dose_of(Knob::noise, request).amount, 80.0);
  EXPECT_EQ(gpu_dose_of(Knob::noise, request).length, std::chrono::milliseconds{2});
  EXPECT_EQ(gpu_dose_of(Knob::background, request).amount, 0.25);
  EXPECT_EQ(gpu_dose_of(Knob::ctxsw, request).amount, 1000.0);
  EXPECT_EQ(gpu_dose_of(Knob::memory, request).amount, 5e11);
  EXPECT_EQ(gpu_dose_of(Knob::pcie, request).amount, 2e10);
}

TEST(GpuInjector, GivesTheCardBackWhenItEnds) {
  const int before = open_fake_works();
  {
    const GpuInjector injector(fake_device(), {.knob = Knob::background, .amount = 0.5}, some_cpu(), 1);
    EXPECT_EQ(open_fake_works(), before + 1);
    EXPECT_EQ(injector.source(), "own thread, on cuda:0");
    EXPECT_TRUE(injector.use());
  }
  EXPECT_EQ(open_fake_works(), before);
}

// The simulated card moves 3 GB a step of "transfer": whole pieces are counted, and nothing of other works. A piece is
// one copy where a millisecond at that rate is less, and 16 of them at full rate.
TEST(GpuInjector, CountsTheBytesThatItCopies) {
  for (const Knob knob : {Knob::memory, Knob::pcie}) {
    for (const auto& [amount, copies] :
         {std::pair{std::numeric_limits<double>::infinity(), 16U}, std::pair{1e12, 1U}}) {
      const GpuInjector injector(fake_device(), {.knob = knob, .amount = amount}, some_cpu(), 1);
      InjectorUse use;
      while (use.events < 3) {
        use = injector.use().value_or(InjectorUse{});
      }
      EXPECT_EQ(use.bytes, use.events * copies * 3'000'000'000) << name_of(knob) << ' ' << amount;
    }
  }
}

TEST(GpuInjectorProcess, SaysWhyItDidNotBegin) {
  GpuInjectorProcess::Plan plan{.order = {.cpu = some_cpu()}, .program = "/bin/false"};
  try {
    const GpuInjectorProcess process(plan);
    FAIL() << "a program that does nothing injects";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the process that was to load cuda:0: it ended with code 1");
  }
  plan.program = "/nonexistent";
  EXPECT_THROW(GpuInjectorProcess{plan}, std::runtime_error);
}

TEST(GpuInjectorProcess, NeedsTheMemoryOfItsParent) {
  EXPECT_THROW((void)be_gpu_injector({}, -1), std::invalid_argument);
  const int nothing = open("/dev/null", O_RDWR);
  EXPECT_THROW((void)be_gpu_injector({}, nothing), std::invalid_argument);
  close(nothing);
}

// The child's side within the test: no such card, so it says why on the board.
TEST(GpuInjectorProcess, TheReasonIsOnTheBoard) {
  const int memory = memfd_create("board", 0);
  ASSERT_EQ(ftruncate(memory, sizeof(GpuInjectorBoard)), 0);
  setenv("ASSAY_CUDA_PLUGIN", "/nonexistent/libassay_cuda.so", 1);
  EXPECT_FALSE(be_gpu_injector({.cpu = some_cpu()}, memory));
  unsetenv("ASSAY_CUDA_PLUGIN");
  std::string told(sizeof(GpuInjectorBoard), '\0');
  ASSERT_EQ(pread(memory, told.data(), told.size(), 0), static_cast<ssize_t>(told.size()));
  EXPECT_THAT(told, HasSubstr("no GPU: "));
  close(memory);
}

TEST(GpuInjector, KnowsTheCardThatAWorkloadWorksOn) {
  EXPECT_EQ(injected_gpu({.name = "gpu_gemm"}), "cuda:0");
  EXPECT_EQ(injected_gpu({.name = "gpu_stream", .parameters = {{"device", "cuda:1"}}}), "cuda:1");
  EXPECT_EQ(injected_gpu({.name = "llama", .parameters = {{"device", "cuda:0"}}}), "cuda:0");
  EXPECT_EQ(injected_gpu({.name = "llama"}), std::nullopt);
  EXPECT_EQ(injected_gpu({.name = "gemm"}), std::nullopt);
  EXPECT_EQ(injected_gpu({.name = "lib:mine.so", .parameters = {{"device", "cuda:0"}}}), std::nullopt);
}

TEST(GpuInjector, AProcessorHasNoLinkToLoad) {
  InterferenceRequest request;
  request.pcie_bytes_per_s = 1e9;
  EXPECT_THROW((void)start_injector({.knob = Knob::pcie, .cpu = some_cpu()}, request), std::invalid_argument);
}

TEST(GpuInjector, IsForWorkloadsOfAGpuOnly) {
  InterferenceRequest request;
  request.background_share = 0.1;
  const auto injector = injectors_for({.name = "mlp"})(
      {.knob = Knob::background, .cpu = some_cpu(), .seed = 1, .time_limit = std::chrono::seconds{5}}, request);
  EXPECT_EQ(injector->source(), "own");
}

TEST(GpuInjector, StressNgCannotLoadACard) {
  InterferenceRequest request;
  request.background_share = 0.5;
  request.source = InjectorSource::stress_ng;
  EXPECT_THROW((void)gpu_injectors(fake_device())({.knob = Knob::background}, request), std::invalid_argument);
}

}  // namespace
}  // namespace assay
