#include "kernels/gpu/gpu_kernel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/gpu/gpu_catalogue.hpp"
#include "kernels/gpu/gpu_datasheet.hpp"
#include "kernels/gpu/gpu_findings.hpp"
#include "tests/kernels/fake_gpu.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

GpuDevice fake_device() {
  const Reading<GpuPlugin> plugin = GpuPlugin::of(fake_gpu_plugin(), "fake");
  return *open_gpu(*plugin, 0);
}

template <class Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(GpuPlugin, RefusesAnotherVersionAndNone) {
  EXPECT_THAT(GpuPlugin::of(fake_plugin_of_other_version(), "x.so").reason(),
              AllOf(HasSubstr("x.so"), HasSubstr("another version")));
  EXPECT_THAT(GpuPlugin::of(nullptr, "x.so").reason(), HasSubstr("no table"));
  EXPECT_TRUE(GpuPlugin::of(fake_gpu_plugin(), "x.so"));
}

TEST(GpuPlugin, SaysWhereItIsNotAndWhatIsNone) {
  EXPECT_THAT(open_gpu_plugin({"/nonexistent/libassay_cuda.so"}).reason(),
              AllOf(HasSubstr("looked at /nonexistent"), HasSubstr("cmake --preset cuda")));
  EXPECT_THAT(open_gpu_plugin({"/proc/self/exe"}).reason(), Not(IsEmpty()));  // a file that is no library of ours
}

TEST(GpuPlugin, OpensALibraryFile) {
  const Reading<GpuPlugin> plugin = open_gpu_plugin({ASSAY_FAKE_GPU_LIBRARY});
  ASSERT_TRUE(plugin) << plugin.reason();
  EXPECT_TRUE(plugin->simulated());
}

TEST(GpuDevice, IsNamedAsCudaCountsAndNothingElseIsTaken) {
  EXPECT_EQ(gpu_index_from("cuda:0"), 0);
  EXPECT_EQ(gpu_index_from("cuda:13"), 13);
  for (const char* bad : {"", "cuda", "cuda:", "cuda:-1", "cuda:1x", "cuda:99999999999", "gpu:0", "CUDA:0"}) {
    EXPECT_THROW((void)gpu_index_from(bad), std::invalid_argument) << bad;
  }
}

TEST(GpuDevice, TellsWhyThereIsNone) {
  const Reading<GpuPlugin> none = GpuPlugin::of(fake_plugin_without_driver(), "fake");
  EXPECT_THAT(open_gpu(*none, 0).reason(), AllOf(HasSubstr("no driver"), HasSubstr("nvidia-smi")));
  const Reading<GpuPlugin> one = GpuPlugin::of(fake_gpu_plugin(), "fake");
  EXPECT_THAT(open_gpu(*one, 1).reason(), HasSubstr("there is no cuda:1; the driver shows 1"));
}

TEST(GpuKernel, TakesItsShapeAndSettingsFromTheLibrary) {
  const auto kernel = make_gpu_kernel(fake_device(), "gpu_gemm", {{"device", "cuda:0"}, {"dtype", "bf16"}});
  EXPECT_EQ(kernel->identity().name, "gpu_gemm");
  EXPECT_EQ(kernel->identity().parameters.at("dtype"), "bf16");
  EXPECT_EQ(kernel->identity().parameters.at("device"), "cuda:0");
  EXPECT_EQ(kernel->work(), Flops{500'000'000'000});
  EXPECT_EQ(kernel->work_unit(), WorkUnit::flop);
  EXPECT_EQ(kernel->sample_count(), 2U);
  EXPECT_FALSE(kernel->identity().facts.contains("algorithm"));
  kernel->prepare(1);
  EXPECT_EQ(kernel->identity().facts.at("algorithm"), "the only one");
  EXPECT_EQ(make_gpu_kernel(fake_device(), "gpu_gemm", {{"dtype", "i8"}})->work_unit(), WorkUnit::integer_operation);
}

TEST(GpuKernel, OnlyPageLockedMemoryIsTheHosts) {
  EXPECT_EQ(make_gpu_kernel(fake_device(), "gpu_stream", {})->memory_per_worker(), Bytes{0});
  EXPECT_EQ(make_gpu_kernel(fake_device(), "gpu_transfer", {})->memory_per_worker(), Bytes{3'000'000'000});
}

TEST(GpuKernel, ClosesWhatItOpened) {
  const int before = open_fake_works();
  {
    const auto kernel = make_gpu_kernel(fake_device(), "gpu_stream", {});
    EXPECT_EQ(open_fake_works(), before + 1);
    EXPECT_THROW((void)make_gpu_kernel(fake_device(), "gpu_stream", {{"fail", "open"}}), std::runtime_error);
  }
  EXPECT_EQ(open_fake_works(), before);
}

TEST(GpuKernel, TellsAMistakeFromWhatTheCardCannotDo) {
  EXPECT_THROW((void)make_gpu_kernel(fake_device(), "gpu_gemm", {{"n", "odd"}}), std::invalid_argument);
  EXPECT_THAT(message_of([] {
                (void)make_gpu_kernel(fake_device(), "gpu_gemm", {{"n", "odd"}});
              }),
              HasSubstr("multiple of 16"));
  EXPECT_THAT(message_of([] {
                (void)make_gpu_kernel(fake_device(), "gpu_gemm", {{"dtype", "f8"}});
              }),
              HasSubstr("no f8"));
}

TEST(GpuKernel, ProbesMatchTheReferenceOfTheSampleThatRan) {
  const auto kernel = make_gpu_kernel(fake_device(), "gpu_gemm", {});
  kernel->prepare(1);
  const std::uint32_t sample = 1;
  kernel->run({&sample, 1});
  EXPECT_EQ(kernel->probe(0), kernel->reference_probe(1));
  EXPECT_NE(kernel->probe(0), kernel->reference_probe(0));
  EXPECT_TRUE(kernel->verify().passed);
}

TEST(GpuKernel, AWrongOutputFailsItsCheck) {
  const auto kernel = make_gpu_kernel(fake_device(), "gpu_gemm", {{"wrong", "1"}});
  kernel->prepare(1);
  const OutputCheck check = kernel->verify();
  EXPECT_FALSE(check.passed);
  EXPECT_EQ(check.detail, "8 of 8 values are wrong");
}

TEST(GpuKernel, AFailedCallIsKeptWithItsWords) {
  const auto kernel = make_gpu_kernel(fake_device(), "gpu_stream", {{"fail", "run"}});
  kernel->prepare(1);
  EXPECT_FALSE(kernel->failed());
  const std::uint32_t sample = 0;
  kernel->run({&sample, 1});
  EXPECT_TRUE(kernel->failed());
  EXPECT_EQ(kernel->failure(), "stream on cuda:0: run: told to fail");
}

TEST(GpuKernel, AFailedProbeIsNoNumber) {
  const auto kernel = make_gpu_kernel(fake_device(), "gpu_stream", {{"fail", "probe"}});
  kernel->prepare(1);
  EXPECT_TRUE(std::isnan(kernel->probe(0)[0]));
}

TEST(GpuKernel, AStretchHasTheCardsTimeAndItsClockWhereItIsLongEnough) {
  const auto kernel = make_gpu_kernel(fake_device(), "gpu_launch", {});
  kernel->prepare(1);
  const GpuStretch brief = kernel->timed_repeat(10);
  EXPECT_DOUBLE_EQ(brief.device_s, 10e-6);
  EXPECT_FALSE(brief.sm_clock_hz);
  EXPECT_DOUBLE_EQ(kernel->timed_repeat(1000).sm_clock_hz.value(), 1.5e9);
  const auto failing = make_gpu_kernel(fake_device(), "gpu_launch", {{"fail", "repeat"}});
  failing->prepare(1);
  EXPECT_THROW((void)failing->timed_repeat(1), std::runtime_error);
}

TEST(GpuCatalogue, AnswersToItsOwnNamesAndTheProcessors) {
  for (const KernelEntry& entry : gpu_kernel_catalogue()) {
    EXPECT_EQ(find_gpu_kernel(entry.name), &entry);
    EXPECT_EQ(find_kernel(entry.name), nullptr) << "a GPU's kernel is none of the processor's";
    EXPECT_FALSE(entry.parameters.empty());
    EXPECT_EQ(entry.parameters.front().name, "device");
  }
  ASSERT_NE(find_gpu_kernel("gemm"), nullptr);
  EXPECT_EQ(find_gpu_kernel("gemm")->name, "gpu_gemm");
  EXPECT_EQ(find_gpu_kernel("resnet50"), nullptr);
  EXPECT_THAT(gpu_kernel_names(), HasSubstr("gemm, stream"));
}

TEST(GpuFindings, NameTheCardAndSayThatItIsSimulated) {
  const auto findings = gpu_findings(fake_device(), Unavailable{"no NVML here"});
  EXPECT_THAT(findings, Contains(AllOf(Field(&Finding::check, kGpuName), Field(&Finding::fact, "NVIDIA H200"))));
  EXPECT_THAT(findings,
              Contains(AllOf(Field(&Finding::check, "gpu_state"), Field(&Finding::fact, HasSubstr("no NVML")))));
  EXPECT_THAT(warnings_of(findings), Contains(HasSubstr("SIMULATED")));
}

TEST(GpuFindings, WarnOfForeignProcessesAndOfACutCard) {
  GpuBoardState state;
  state.mig = true;
  state.processes = std::vector<GpuProcess>{{.pid = 4'000'000'001}, {.pid = 4'000'000'002}};
  const auto warnings = warnings_of(gpu_findings(fake_device(), state));
  EXPECT_THAT(warnings, Contains(HasSubstr("4000000001, 4000000002")));
  EXPECT_THAT(warnings, Contains(HasSubstr("MIG on")));
  state.mig = false;
  state.processes = std::vector<GpuProcess>{{.pid = 4'000'000'001}};  // a number of no process that can be seen
  EXPECT_THAT(warnings_of(gpu_findings(fake_device(), state)), ::testing::SizeIs(1));
  state.processes = std::vector<GpuProcess>{};
  EXPECT_THAT(warnings_of(gpu_findings(fake_device(), state)), ::testing::SizeIs(1));  // that it is simulated
}

TEST(GpuDatasheet, IsFoundOnlyWhereTheNameTellsTheProduct) {
  EXPECT_EQ(datasheet_of_gpu("NVIDIA H100 80GB HBM3"), "h100-sxm");
  EXPECT_EQ(datasheet_of_gpu("NVIDIA H200"), "h200");
  EXPECT_EQ(datasheet_of_gpu("NVIDIA H200 NVL"), "");
  EXPECT_EQ(datasheet_of_gpu("NVIDIA H100 PCIe"), "");
}

}  // namespace
}  // namespace assay
