// Every library that this machine has multiplies right, on the calling thread alone; what it lacks is said.
#include "kernels/gemm_library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <stdexcept>

#include "kernels/conv2d.hpp"
#include "kernels/gemm.hpp"
#include "kernels/kernel.hpp"

namespace assay {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Key;

template <class Element>
class GemmLibraries : public ::testing::Test {};
using Elements = ::testing::Types<float, double, BFloat16, std::uint8_t, std::int8_t>;
TYPED_TEST_SUITE(GemmLibraries, Elements);

TYPED_TEST(GemmLibraries, GiveTheRightProductAtSizesThatFitNoBlock) {
  for (const GemmLibrary& library : gemm_libraries()) {
    if (!library.offer(GemmElements<TypeParam>::kType)) {
      continue;
    }
    for (const std::size_t n : {1U, 2U, 17U, 64U, 65U, 97U, 128U, 257U}) {
      Gemm<TypeParam> gemm(n, library.name);
      gemm.prepare(n);
      const OutputCheck check = gemm.verify();
      EXPECT_TRUE(check.passed) << library.name << " n=" << n << ": " << check.detail;
    }
  }
}

TYPED_TEST(GemmLibraries, OfferWithAVersionOrRefuseWithAReason) {
  for (const GemmLibrary& library : gemm_libraries()) {
    const Reading<std::string> offer = library.offer(GemmElements<TypeParam>::kType);
    EXPECT_GT((offer ? *offer : offer.reason()).size(), 10U) << library.name;
  }
  EXPECT_TRUE(own_gemm().offer(GemmElements<TypeParam>::kType)) << "our own code must always be there";
}

std::size_t threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

TYPED_TEST(GemmLibraries, StartNoThreads) {
  for (const GemmLibrary& library : gemm_libraries()) {
    if (!library.offer(GemmElements<TypeParam>::kType)) {
      continue;
    }
    const std::size_t before = threads_of_this_process();  // the threads that OpenBLAS starts when it is loaded idle
    Gemm<TypeParam> gemm(512, library.name);
    gemm.prepare(1);
    EXPECT_EQ(threads_of_this_process(), before) << library.name;
  }
}

TEST(ConvolutionLibraries, StartNoThreads) {
  for (const ConvolutionLibrary& library : convolution_libraries()) {
    if (!library.offer()) {
      continue;
    }
    const std::size_t before = threads_of_this_process();
    Conv2d convolution({.side = 56}, library.name);
    convolution.prepare(1);
    EXPECT_EQ(threads_of_this_process(), before) << library.name;
  }
}

TEST(ConvolutionLibraries, GiveTheRightResultAtSizesThatFitNoBlock) {
  for (const ConvolutionLibrary& library : convolution_libraries()) {
    if (!library.offer()) {
      continue;
    }
    for (const std::size_t filter : {1U, 3U}) {
      for (const std::size_t side : {1U, 2U, 7U, 11U, 14U}) {
        Conv2d convolution({.side = side, .filter = filter, .channels_in = 5, .channels_out = 33}, library.name);
        convolution.prepare(side);
        const OutputCheck check = convolution.verify();
        EXPECT_TRUE(check.passed) << library.name << " side=" << side << " filter=" << filter << ": " << check.detail;
      }
    }
  }
}

TEST(GemmLibrary, AnUnknownNameIsAnError) {
  EXPECT_THROW((void)gemm_library("mkl"), std::invalid_argument);
  EXPECT_THROW((void)convolution_library("mkl"), std::invalid_argument);
}

TEST(GemmLibrary, OneThatCannotIsRefusedWithItsReasonAndARemedy) {
  try {
    (void)find_kernel("gemm")->make({{"dtype", "bf16"}, {"library", "openblas"}});
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("gemm: library=openblas cannot be had for dtype=bf16: "));
    EXPECT_THAT(error.what(), HasSubstr("(package libopenblas0)"));
    EXPECT_THAT(error.what(), EndsWith("library=auto takes the fastest that is here"));
  }
}

TEST(GemmLibrary, AutoNamesItsChoiceAndAllFigures) {
  const auto kernel = find_kernel("gemm")->make({{"n", "48"}});
  const KernelIdentity& identity = kernel->identity();
  const std::string chosen = identity.parameters.at("library");
  EXPECT_THAT(identity.facts.at("choice"), AnyOf(EndsWith("chosen " + chosen), EndsWith("the only one here")));
  for (const GemmLibrary& library : gemm_libraries()) {
    const std::string& place =
        library.offer(GemmType::f32) ? identity.facts.at("choice") : identity.facts.at("not_in_choice");
    EXPECT_THAT(place, AnyOf(HasSubstr(std::string(library.name) + " "), HasSubstr(std::string(library.name) + ":"),
                             HasSubstr(std::string(library.name) + ",")));
  }
  EXPECT_THAT(identity.facts, Contains(Key("implementation")));
  // Every worker gets the same one.
  EXPECT_EQ(find_kernel("gemm")->make({{"n", "48"}})->identity().facts, identity.facts);
}

TEST(GemmLibraryEnvironment, OpeningThemLeavesTheEnvironmentOfChildrenAlone) {
  for (const GemmLibrary& library : gemm_libraries()) {
    (void)library.offer(GemmType::f32);
  }
  // LIBXSMM sets it, and a program with OpenMP that finds it binds itself to one CPU at its start.
  EXPECT_EQ(std::getenv("OMP_PROC_BIND"), nullptr);  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace
}  // namespace assay
