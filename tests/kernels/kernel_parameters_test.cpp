#include "kernels/kernel_parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "harness/quantity.hpp"
#include "kernels/chase.hpp"
#include "kernels/dial.hpp"
#include "kernels/fma.hpp"
#include "kernels/gather.hpp"
#include "kernels/gemm.hpp"
#include "kernels/gemv.hpp"
#include "kernels/mlp.hpp"
#include "kernels/simd_choice.hpp"
#include "kernels/stream.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refusal(const std::string& kernel, const std::map<std::string, std::string>& parameters) {
  try {
    (void)find_kernel(kernel)->make(parameters);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(KernelParameters, UnknownNameListsTheKnownOnes) {
  EXPECT_EQ(refusal("gemm", {{"m", "3"}}), "gemm: no parameter 'm' (given as m=3); it has: n, dtype, library");
}

TEST(KernelParameters, BadValuesNameParameterValueAndRange) {
  EXPECT_EQ(refusal("gemm", {{"n", "0"}}), "gemm: n=0 is not accepted; n is a whole number from 1 to 2048");
  EXPECT_EQ(refusal("fma", {{"dtype", "f16"}}), "fma: dtype=f16 is not accepted; dtype is one of: f64, f32");
  EXPECT_EQ(refusal("mlp", {{"width", "100"}}),
            "mlp: width=100 is not accepted; width is a whole number from 64 to 8192, a multiple of 64");
  EXPECT_EQ(refusal("triad", {{"size", "1000"}}),
            "triad: size=1000 is not accepted; size is a size from 1536B to 1TiB such as 64MiB, or auto");
}

TEST(KernelParameters, StreamsRefusesWhatThereIsNoLoopFor) {
  EXPECT_EQ(refusal("stream", {{"mix", "copy"}, {"streams", "3"}}),
            "stream: streams=3 needs mix=load; copy has streams=1");
  EXPECT_EQ(refusal("stream", {{"mix", "load"}, {"stores", "streaming"}}),
            "stream: stores=streaming needs a mix that stores; load has stores=regular");
  EXPECT_THAT(refusal("stream", {{"simd", "mmx"}}),
              AllOf(HasSubstr("stream: simd=mmx is not accepted; simd is one of: auto, "),
                    HasSubstr(simd_choices().back().name)));
  EXPECT_THAT(refusal("dial", {{"intensity", "5"}, {"size", "1kB"}}),
              AllOf(HasSubstr("dial: intensity=5 is not accepted; intensity is one of: 0.0625, 0.125, "),
                    HasSubstr("dial: size=1kB is not accepted; size is a size from 3KiB to 1TiB")));
}

TEST(KernelParameters, NumbersAreWholeAndComplete) {
  for (const char* const value : {"", "x", "12x", "-3", "+3", " 3", "3 ", "2.5", "1e3", "99999999999999999999999"}) {
    EXPECT_THAT(refusal("gemm", {{"n", value}}), HasSubstr(std::string("n=") + value + " is not accepted")) << value;
  }
}

TEST(KernelParameters, EveryBadValueIsToldAtOnce) {
  EXPECT_THAT(refusal("gemv", {{"size", "big"}, {"dtype", "int4"}, {"rows", "2"}}),
              AllOf(HasSubstr("size=big"), HasSubstr("dtype=int4"), HasSubstr("no parameter 'rows'")));
}

TEST(KernelParameters, ConstructorsRefuseWhatTheCatalogueRefuses) {
  EXPECT_THROW(Stream({.mix = StreamMix::triad, .size = Bytes{1535}}), std::invalid_argument);
  EXPECT_THROW(Dial<double>({.intensity = 5, .size = Bytes{8192}}), std::invalid_argument);
  EXPECT_THROW(Dial<float>({.intensity = 1, .size = Bytes{3071}}), std::invalid_argument);
  EXPECT_THROW(Chase({.size = Bytes{1023}}), std::invalid_argument);
  EXPECT_THROW(Gather({.size = Bytes{1 << 20}, .row = Bytes{100}}), std::invalid_argument);
  EXPECT_THROW(Gather({.size = Bytes{1 << 20}, .lookups = 1}), std::invalid_argument);
  EXPECT_THROW(Gather({.size = Bytes{4095}}), std::invalid_argument);
  EXPECT_THROW(Fma<float>(0), std::invalid_argument);
  EXPECT_THROW(Fma<double>(1'000'001), std::invalid_argument);
  EXPECT_THROW(Gemm<float>(2049), std::invalid_argument);
  EXPECT_THROW(Gemv<BFloat16>({.size = Bytes{8191}}), std::invalid_argument);
  EXPECT_THROW(Mlp({.width = 65, .layers = 1}), std::invalid_argument);
  EXPECT_THROW(Mlp({.width = 64, .layers = 0}), std::invalid_argument);
}

TEST(Catalogue, NamesAreUniqueAndFound) {
  std::set<std::string> names;
  for (const KernelEntry& entry : kernel_catalogue()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_EQ(find_kernel(entry.name), &entry);
    EXPECT_FALSE(entry.summary.empty());
  }
  for (const char* name :
       {"mlp", "gemm", "gemv", "triad", "stream", "dial", "chase", "gather", "fma", "peak", "dot_peak"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  EXPECT_EQ(find_kernel("nothing"), nullptr);
}

TEST(Catalogue, EveryEntryConstructsWithItsDefaultsAndResolvesThem) {
  for (const KernelEntry& entry : kernel_catalogue()) {
    const auto kernel = entry.make({});  // takes no memory yet
    EXPECT_EQ(kernel->identity().name, entry.name);
    EXPECT_EQ(kernel->identity().parameters.size(), entry.parameters.size());
    for (const KernelParameter& parameter : entry.parameters) {
      const std::string& value = kernel->identity().parameters.at(parameter.name);
      if (parameter.default_value == "auto") {
        EXPECT_NE(value, "auto") << entry.name << " " << parameter.name;
        if (parameter.name == "size") {
          EXPECT_GE(parse_size(value), Bytes{1 << 20}) << entry.name << " size=" << value;
        }
      } else {
        EXPECT_EQ(value, parameter.default_value);
      }
    }
  }
}

}  // namespace
}  // namespace assay
