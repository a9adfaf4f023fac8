// verify() must find a fault wherever it is: in the first or the last element, in one slot of a batch, as a NaN.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <type_traits>

#include "kernels/attention.hpp"
#include "kernels/chase.hpp"
#include "kernels/conv2d.hpp"
#include "kernels/depthwise.hpp"
#include "kernels/dial.hpp"
#include "kernels/fma.hpp"
#include "kernels/gather.hpp"
#include "kernels/gemm.hpp"
#include "kernels/gemm_batch.hpp"
#include "kernels/gemv.hpp"
#include "kernels/layernorm.hpp"
#include "kernels/mlp.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_choice.hpp"
#include "kernels/softmax.hpp"
#include "kernels/stream.hpp"

namespace assay {
namespace {

struct Fault {
  std::size_t element = 0;
  bool not_a_number = false;
  std::size_t in_batch_of = 1;  ///< the fault strikes only in batches of this size
};

/// A kernel whose output goes wrong in one element after it was computed: by 3 % of itself and of the output scale, a
/// whole number by one.
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
      if constexpr (std::is_integral_v<Element>) {
        element += 1;
      } else {
        const auto size = std::max(element < 0 ? -element : element, static_cast<Element>(this->output_scale()));
        element = fault_.not_a_number ? std::numeric_limits<Element>::quiet_NaN()
                                      : element + static_cast<Element>(0.03) * size;
      }
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

TEST(WrongOutput, StreamFirstAndLast) {
  const Stream::Settings triad{.mix = StreamMix::triad, .size = Bytes{3072}};
  expect_found<Stream>({.element = 0}, "sample 0, element 0:", triad);
  expect_found<Stream>({.element = 127}, "sample 0, element 127:", triad);
  expect_found<Stream>({.element = 64, .not_a_number = true}, "sample 0, element 64:", triad);
  for (const StreamMix mix : {StreamMix::store, StreamMix::update, StreamMix::copy, StreamMix::scale, StreamMix::add}) {
    expect_found<Stream>({.element = 63},
                         "sample 0, element 63:", Stream::Settings{.mix = mix, .size = Stream::smallest_size(mix, 1)});
  }
}

TEST(WrongOutput, Dial) {
  const Dial<double>::Settings settings{.intensity = 1, .size = Bytes{3072}};
  expect_found<Dial<double>>({.element = 0}, "sample 0, element 0:", settings);
  const Dial<float>::Settings narrow{.intensity = 8, .size = Bytes{3072}, .simd = simd_choices().back().name};
  expect_found<Dial<float>>({.element = 11}, "sample 0, element 11:", narrow);
  expect_found<Dial<float>>({.element = 3, .not_a_number = true}, "sample 0, element 3:", narrow);
}

TEST(WrongOutput, Gather) {
  const Gather::Settings settings{.size = Bytes{65536}};
  expect_found<Gather>({.element = 0}, "sample 0, element 0:", settings);
  expect_found<Gather>({.element = 63}, "sample 0, element 63:", settings);
}

/// A chase with one link that leads elsewhere.
class BentChase : public Chase {
 public:
  explicit BentChase(std::size_t from, std::size_t to) : Chase({.size = Bytes{4096}}), from_(from), to_(to) {}
  void prepare(std::uint64_t seed) override {
    Chase::prepare(seed);
    nodes()[from_].next = &nodes()[to_];
  }

 private:
  std::size_t from_;
  std::size_t to_;
};

TEST(WrongOutput, ChaseThatMissesLines) {
  for (const std::size_t from : {0U, 17U, 63U}) {
    BentChase chase(from, 0);  // the walk, which begins there, is back too early unless it comes from the last line
    BentChase itself(from, from);
    for (BentChase* bent : {&chase, &itself}) {
      bent->prepare(3);
      const OutputCheck check = bent->verify();
      EXPECT_FALSE(check.passed) << from;
      EXPECT_THAT(check.detail, ::testing::HasSubstr("is visited again after")) << from;
    }
  }
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
  expect_found<Gemm<BFloat16>>({.element = 33}, "sample 0, element 33:", std::size_t{33}, "own");
  expect_found<Gemm<std::uint8_t>>({.element = 0}, "sample 0, element 0:", std::size_t{33}, "own");
  expect_found<Gemm<std::int8_t>>({.element = 33 * 33 - 1}, "sample 0, element 1088:", std::size_t{33}, "own");
}

TEST(WrongOutput, GemmBatchInTheFirstAndTheLastProduct) {
  using Shape = GemmBatch<float>::Shape;
  expect_found<GemmBatch<float>>({.element = 0}, "sample 0, element 0:", Shape{.n = 8, .count = 3}, "own");
  expect_found<GemmBatch<float>>({.element = 191}, "sample 0, element 191:", Shape{.n = 8, .count = 3}, "own");
  expect_found<GemmBatch<double>>({.element = 70, .not_a_number = true},
                                  "sample 0, element 70:", GemmBatch<double>::Shape{.n = 8, .count = 3}, "own");
}

TEST(WrongOutput, Convolutions) {
  const ConvolutionShape shape{.side = 5, .filter = 3, .channels_in = 4, .channels_out = 6};
  expect_found<Conv2d>({.element = 0}, "sample 0, element 0:", shape, "own");
  expect_found<Conv2d>({.element = 149}, "sample 0, element 149:", shape, "own");
  expect_found<Conv2d>({.element = 77, .not_a_number = true}, "sample 0, element 77:", shape, "own");
  const Depthwise::Shape depthwise{.side = 5, .channels = 8};
  expect_found<Depthwise>({.element = 0}, "sample 0, element 0:", depthwise);
  expect_found<Depthwise>({.element = 199}, "sample 0, element 199:", depthwise);
  expect_found<Depthwise>({.element = 50, .not_a_number = true}, "sample 0, element 50:", depthwise);
}

TEST(WrongOutput, RowsFirstAndLast) {
  const RowKernel::Shape shape{.rows = 3, .columns = 64};
  expect_found<Softmax>({.element = 0}, "sample 0, element 0:", shape);
  expect_found<Softmax>({.element = 191}, "sample 0, element 191:", shape);
  expect_found<Softmax>({.element = 64, .not_a_number = true}, "sample 0, element 64:", shape);
  expect_found<LayerNorm>({.element = 0}, "sample 0, element 0:", shape);
  expect_found<LayerNorm>({.element = 191}, "sample 0, element 191:", shape);
  expect_found<LayerNorm>({.element = 63, .not_a_number = true}, "sample 0, element 63:", shape);
}

TEST(WrongOutput, AttentionInTheFirstAndTheLastHead) {
  const Attention<float>::Shape shape{.heads = 4, .cache_heads = 2, .dim = 64, .context = 64};
  expect_found<Attention<float>>({.element = 0}, "sample 0, element 0:", shape);
  expect_found<Attention<float>>({.element = 255}, "sample 0, element 255:", shape);
  const Attention<BFloat16>::Shape half{.heads = 4, .cache_heads = 2, .dim = 64, .context = 64};
  expect_found<Attention<BFloat16>>({.element = 130, .not_a_number = true}, "sample 0, element 130:", half);
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
