#include "scenarios/interference/gpu_injector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "harness/machine.hpp"
#include "scenarios/workload.hpp"
#include "tests/kernels/fake_gpu.hpp"

namespace assay {
namespace {

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
  EXPECT_EQ(gpu_dose_of(Knob::noise, request).amount, 80.0);
  EXPECT_EQ(gpu_dose_of(Knob::noise, request).length, std::chrono::milliseconds{2});
  EXPECT_EQ(gpu_dose_of(Knob::background, request).amount, 0.25);
  EXPECT_EQ(gpu_dose_of(Knob::ctxsw, request).amount, 1000.0);
  EXPECT_EQ(gpu_dose_of(Knob::memory, request).amount, 5e11);
}

TEST(GpuInjector, GivesTheCardBackWhenItEnds) {
  const int before = open_fake_works();
  {
    const GpuInjector injector(fake_device(), {.knob = Knob::background, .amount = 0.5}, some_cpu(), 1);
    EXPECT_EQ(open_fake_works(), before + 1);
    EXPECT_EQ(injector.source(), "own, on cuda:0");
    EXPECT_TRUE(injector.use());
  }
  EXPECT_EQ(open_fake_works(), before);
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
