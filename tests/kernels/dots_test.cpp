#include "kernels/dots.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "kernels/kernel.hpp"
#include "kernels/library_comparison.hpp"

namespace assay {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const KernelParameter* parameter_of(const KernelEntry& entry, const std::string& name) {
  for (const KernelParameter& parameter : entry.parameters) {
    if (parameter.name == name) {
      return &parameter;
    }
  }
  return nullptr;
}

// The kernels are not made here: choosing their libraries at these sizes takes longer than a test should.
TEST(Dots, NameKernelsAndParametersOfTheCatalogue) {
  std::set<std::string> kernels;
  std::set<std::string> labels;
  for (const DotVariant& dot : dot_variants()) {
    const KernelEntry* const entry = find_kernel(dot.kernel);
    ASSERT_NE(entry, nullptr) << dot.kernel;
    for (const auto& [name, value] : dot.parameters) {
      EXPECT_NE(parameter_of(*entry, name), nullptr) << dot.kernel << " " << name;
    }
    EXPECT_TRUE(labels.insert(dot.label + " " + dot.dtype).second) << dot.label << " is there twice";
    kernels.insert(dot.kernel);
  }
  for (const char* const kernel :
       {"gemm", "gemm_batch", "gemv", "conv2d", "depthwise", "softmax", "layernorm", "attention", "mlp"}) {
    EXPECT_THAT(kernels, Contains(kernel));
  }
}

TEST(Dots, TheSmallOnesCanBeMadeAndAgreeWithTheirDtype) {
  for (DotVariant dot : dot_variants()) {
    if (dot.parameters.contains("library") || dot.kernel == "gemm" || dot.kernel == "conv2d") {
      dot.parameters["library"] = "own";
    }
    const auto kernel = find_kernel(dot.kernel)->make(dot.parameters);
    EXPECT_EQ(kernel->work_unit() == WorkUnit::integer_operation, dot.dtype == "i8") << dot.label;
    EXPECT_LE(kernel->memory_per_worker().count, std::uint64_t{1} << 30) << dot.label;
  }
}

TEST(LibraryComparison, NamesEveryLibraryOnce) {
  for (const LibraryComparison& comparison : library_comparisons()) {
    EXPECT_EQ(comparison.each.size() + comparison.absent.size(), 5U) << comparison.dtype;
    EXPECT_EQ(comparison.chosen.parameters.at("library"), "auto");
    for (const DotVariant& variant : comparison.each) {
      EXPECT_EQ(variant.parameters.at("library"), variant.label);
      EXPECT_EQ(variant.parameters.at("n"), std::to_string(comparison.n));
      EXPECT_EQ(variant.dtype, comparison.dtype);
    }
    for (const std::string& absent : comparison.absent) {
      EXPECT_THAT(absent, HasSubstr(": "));
    }
  }
}

}  // namespace
}  // namespace assay
