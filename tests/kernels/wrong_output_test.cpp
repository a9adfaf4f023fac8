// verify() must find a fault wherever it is: in the first or the last element, in one slot of a batch, as a NaN.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "kernels/fma.hpp"
#include "kernels/gemm.hpp"
#include "kernels/gemv.hpp"
#include "kernels/mlp.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/triad.hpp"

namespace assay {
namespace {

struct Fault {
  std::size_t element = 0;
  bool not_a_number = false;
  std::size_t in_batch_of = 1;  ///< the fault strikes only in batches of this size
};

/// A kernel whose output goes wrong in one element after it was computed: by 3 % of itself and of the output scale.
template <class Base>
class Faulty : public Base {
 public:
  template <class... Arguments>
  explicit Faulty(Fault fault, Arguments... arguments) : Base(arguments...), fault_(fault) {}

  void run(std::span<const std::uint32_t> samples) noexcept override {
    Base::run(samples);
    if (samples.size() == fault_.in_batch_of) {
      auto& element = this->output()[fault_.element];
      using Element = std::remove_reference_t<decltype(element)>;
      const auto size = std::max(element < 0 ? -element : element, static_cast<Element>(this->output_scale()));
      element =
          fault_.not_a_number ? std::numeric_limits<Element>::quiet_NaN() : element + static_cast<Element>(0.03) * size;
    }
  }

 private:
  Fault fault_;
};

template <class Base, class... Arguments>
void expect_found(Fault fault, const std::string& place, Arguments... arguments) {
  Faulty<Base> kernel(fault, arguments...);
  kernel.prepare(3);
  const OutputCheck check = kernel.verify();
  EXPECT_FALSE(check.passed);
  EXPECT_GT(check.worst_relative_error, check.tolerance);
  EXPECT_THAT(check.detail, ::testing::StartsWith(place));
}

TEST(WrongOutput, TriadFirstAndLast) {
  const Triad::Settings settings{.size = Bytes{3072}};
  expect_found<Triad>({.element = 0}, "sample 0, element 0:", settings);
  expect_found<Triad>({.element = 127}, "sample 0, element 127:", settings);
  expect_found<Triad>({.element = 64, .not_a_number = true}, "sample 0, element 64:", settings);
}

TEST(WrongOutput, Fma) {
  expect_found<Fma<double>>({.element = 0}, "sample 0, element 0:", std::size_t{100});
  expect_found<Fma<float>>({.element = 767}, "sample 0, element 767:", std::size_t{1000});
  expect_found<Fma<float>>({.element = 9, .not_a_number = true}, "sample 0, element 9:", std::size_t{1000});
}

TEST(WrongOutput, Gemm) {
  expect_found<Gemm<float>>({.element = 33 * 33 - 1}, "sample 0, element 1088:", std::size_t{33});
  expect_found<Gemm<double>>({.element = 40}, "sample 0, element 40:", std::size_t{33});
  expect_found<Gemm<float>>({.element = 5, .not_a_number = true}, "sample 0, element 5:", std::size_t{33});
}

TEST(WrongOutput, GemvAloneAndInTheLastSlotOfABatch) {
  const Gemv<float>::Settings settings{.size = Bytes{std::size_t{8} * 1024 * 4}};
  expect_found<Gemv<float>>({.element = 7}, "sample 0, element 7:", settings);
  expect_found<Gemv<float>>({.element = 7 * 8 + 3, .in_batch_of = 8}, "sample 7, element 3:", settings);
  const Gemv<BFloat16>::Settings half{.size = Bytes{std::size_t{8} * 1024 * 2}};
  expect_found<Gemv<BFloat16>>({.element = 2, .not_a_number = true, .in_batch_of = 8}, "sample 0, element 2:", half);
}

TEST(WrongOutput, MlpAloneAndInTheLastSlotOfABatch) {
  const Mlp::Shape shape{.width = 64, .layers = 2};
  expect_found<Mlp>({.element = 63}, "sample 0, element 63:", shape);
  expect_found<Mlp>({.element = 1984, .in_batch_of = 32}, "sample 31, element 0:", shape);
  expect_found<Mlp>({.element = 64, .not_a_number = true, .in_batch_of = 32}, "sample 1, element 0:", shape);
}

TEST(OutputComparison, HoldsElementsToTheirOwnSizeOrTheScale) {
  OutputComparison comparison(0.01, 2.0);
  comparison.compare(0, 0, 0.0, 0.02);      // exactly tolerance * scale
  comparison.compare(0, 1, 100.0, 100.99);  // within 1 % of itself
  EXPECT_TRUE(comparison.result().passed);
  EXPECT_NEAR(comparison.result().worst_relative_error, 0.01, 1e-12);
  comparison.compare(4, 2, 0.0, 0.03);
  EXPECT_FALSE(comparison.result().passed);
  EXPECT_EQ(comparison.result().detail, "sample 4, element 2: expected 0, found 0.03");
}

TEST(OutputComparison, NothingComparedIsNotAPass) { EXPECT_FALSE(OutputComparison(1.0, 1.0).result().passed); }

}  // namespace
}  // namespace assay
