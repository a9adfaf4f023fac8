// What holds for every kernel of the catalogue, in each variant.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <thread>

#include "tests/kernels/small_kernels.hpp"

namespace assay {
namespace {

using test_support::SmallKernel;

class EveryKernel : public ::testing::TestWithParam<SmallKernel> {};

std::vector<std::uint32_t> first_samples(std::size_t count) {
  std::vector<std::uint32_t> samples(count);
  std::iota(samples.begin(), samples.end(), 0U);
  return samples;
}

void expect_close(const Kernel::Probe& found, const Kernel::Probe& expected, const Kernel& kernel) {
  for (std::size_t i = 0; i < Kernel::kProbeSize; ++i) {
    const double size = std::max(std::fabs(static_cast<double>(expected[i])), kernel.output_scale());
    EXPECT_LE(std::fabs(static_cast<double>(found[i]) - static_cast<double>(expected[i])), kernel.tolerance() * size)
        << "probe element " << i;
  }
}

TEST_P(EveryKernel, PassesItsOwnCheck) {
  const auto kernel = GetParam().make();
  kernel->prepare(42);
  const OutputCheck check = kernel->verify();
  EXPECT_TRUE(check.passed) << check.detail;
  EXPECT_EQ(check.detail, "");
  EXPECT_LE(check.worst_relative_error, check.tolerance);
  EXPECT_LT(check.tolerance, 1e-2);  // a bound that anything meets would prove nothing
}

TEST_P(EveryKernel, ProbeOfEachSampleMatchesItsReference) {
  const auto kernel = GetParam().make();
  kernel->prepare(7);
  for (const std::uint32_t sample : first_samples(kernel->sample_count())) {
    kernel->run({&sample, 1});
    SCOPED_TRACE(sample);
    expect_close(kernel->probe(0), kernel->reference_probe(sample), *kernel);
  }
}

TEST_P(EveryKernel, ProbesOfDifferentSamplesDiffer) {
  const auto kernel = GetParam().make();
  kernel->prepare(7);
  for (std::uint32_t sample = 1; sample < kernel->sample_count(); ++sample) {
    EXPECT_NE(kernel->reference_probe(sample), kernel->reference_probe(0)) << sample;
  }
}

TEST_P(EveryKernel, EqualSeedsGiveEqualInputsAndOutputsInTwoInstances) {
  const auto one = GetParam().make();
  const auto other = GetParam().make();
  one->prepare(99);
  other->prepare(99);
  const std::uint32_t last = static_cast<std::uint32_t>(one->sample_count() - 1);
  EXPECT_EQ(one->reference_probe(last), other->reference_probe(last));
  one->run({&last, 1});
  other->run({&last, 1});
  EXPECT_EQ(one->probe(0), other->probe(0));
}

TEST_P(EveryKernel, AnotherSeedGivesOtherInputs) {
  const auto kernel = GetParam().make();
  kernel->prepare(1);
  const Kernel::Probe before = kernel->reference_probe(0);
  kernel->prepare(2);
  EXPECT_NE(kernel->reference_probe(0), before);
}

TEST_P(EveryKernel, ABatchGivesWhatItsSamplesGiveAlone) {
  const auto kernel = GetParam().make();
  kernel->prepare(5);
  for (std::size_t batch = 1; batch <= kernel->max_batch(); ++batch) {
    // Repeated and descending samples: a slot must not be mistaken for a sample.
    std::vector<std::uint32_t> samples;
    for (std::size_t slot = 0; slot < batch; ++slot) {
      samples.push_back(
          static_cast<std::uint32_t>((kernel->sample_count() - 1 - slot / 2 * 3) % kernel->sample_count()));
    }
    kernel->run(samples);
    for (std::size_t slot = 0; slot < batch; ++slot) {
      SCOPED_TRACE(::testing::Message() << "batch " << batch << ", slot " << slot);
      expect_close(kernel->probe(slot), kernel->reference_probe(samples[slot]), *kernel);
    }
  }
}

TEST_P(EveryKernel, WorkersDoNotDisturbEachOther) {
  std::array<OutputCheck, 4> checks;
  {
    std::vector<std::jthread> workers;
    for (OutputCheck& check : checks) {
      workers.emplace_back([&check, seed = workers.size()] {
        const auto kernel = GetParam().make();
        kernel->prepare(seed);
        for (int repetition = 0; repetition < 20; ++repetition) {
          check = kernel->verify();
          if (!check.passed) {
            break;
          }
        }
      });
    }
  }
  for (const OutputCheck& check : checks) {
    EXPECT_TRUE(check.passed) << check.detail;
  }
}

TEST_P(EveryKernel, IdentityMakesTheSameKernelAgain) {
  const auto kernel = GetParam().make();
  const KernelIdentity& identity = kernel->identity();
  EXPECT_EQ(identity.name, GetParam().name);
  for (const auto& [name, value] : GetParam().parameters) {
    EXPECT_EQ(identity.parameters.at(name), value);
  }
  const auto again = find_kernel(identity.name)->make(identity.parameters);
  EXPECT_EQ(again->identity().parameters, identity.parameters);
  EXPECT_EQ(again->work(), kernel->work());
  EXPECT_EQ(again->traffic(), kernel->traffic());
}

TEST_P(EveryKernel, DeclaresPositiveAndConsistentFigures) {
  const auto kernel = GetParam().make();
  EXPECT_GT(kernel->work().count + kernel->traffic().count, 0U);  // a kernel may only move, or only compute
  EXPECT_EQ(kernel->traffic_of_batch(1), kernel->traffic());
  EXPECT_GE(kernel->max_batch(), 1U);
  EXPECT_LE(kernel->max_batch(), kernel->sample_count());
  const std::size_t batch = kernel->max_batch();
  EXPECT_LE(kernel->traffic_of_batch(batch), kernel->traffic() * batch);
  const auto mix = kernel->identity().parameters.find("mix");
  const std::size_t moves = mix != kernel->identity().parameters.end() && mix->second == "update" ? 2 : 1;
  EXPECT_GE(kernel->memory_per_worker() * moves, kernel->traffic_of_batch(batch));
}

TEST_P(EveryKernel, RepeatedStepsAreShareOfARunAndLeaveTheKernelRight) {
  const auto kernel = GetParam().make();
  kernel->prepare(3);
  const RepeatStep step = kernel->repeat_step();
  EXPECT_GT(step.traffic.count, 0U);
  EXPECT_GE(step.bus_traffic, step.traffic);
  // The same proportions as in a run.
  EXPECT_EQ(step.work.count * kernel->traffic().count, kernel->work().count * step.traffic.count);
  EXPECT_EQ(step.bus_traffic.count * kernel->traffic().count, kernel->bus_traffic().count * step.traffic.count);
  kernel->repeat(1);
  kernel->repeat(7);
  const OutputCheck check = kernel->verify();
  EXPECT_TRUE(check.passed) << check.detail;
  kernel->repeat(2);
}

INSTANTIATE_TEST_SUITE_P(
    Catalogue, EveryKernel, ::testing::ValuesIn(test_support::small_kernels()), [](const auto& given) {
      std::string name = test_support::describe(given.param);
      std::replace_if(
          name.begin(), name.end(),
          [](char c) { return c < '0' || c > 'z' || (c > '9' && c < 'A') || (c > 'Z' && c < 'a'); }, '_');
      return name;
    });

}  // namespace
}  // namespace assay
