// The declared work of each kernel is the number of operations that its loop does on a scalar that counts them.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "harness/cpu_features.hpp"
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
#include "kernels/peak.hpp"
#include "kernels/simd_choice.hpp"
#include "kernels/softmax.hpp"
#include "kernels/stream.hpp"
#include "kernels/stream_loops.hpp"
#include "tests/kernels/counting_scalar.hpp"

namespace assay {
namespace {

using test_support::CountingScalar;

TEST(DeclaredWork, CountingScalarCountsEachOperationOnceAndComputes) {
  CountingScalar result;
  EXPECT_EQ(
      CountingScalar::operations_of([&result] { result = CountingScalar(2) * CountingScalar(5) + CountingScalar(1); }),
      2U);
  EXPECT_EQ(result.value(), 11.0);
}

/// By hand: bytes of an element that are counted and that the bus carries with regular stores.
struct StreamTraffic {
  StreamMix mix;
  std::uint64_t counted;
  std::uint64_t on_the_bus;
};

TEST(DeclaredWork, StreamCountsFlopsOperandsAndAllocatedLines) {
  for (const StreamTraffic& expected :
       {StreamTraffic{StreamMix::load, 8, 8}, StreamTraffic{StreamMix::store, 8, 16},
        StreamTraffic{StreamMix::update, 16, 16}, StreamTraffic{StreamMix::copy, 16, 24},
        StreamTraffic{StreamMix::scale, 16, 24}, StreamTraffic{StreamMix::add, 24, 32},
        StreamTraffic{StreamMix::triad, 24, 32}}) {
    SCOPED_TRACE(std::string(name_of(expected.mix)));
    const bool in_place = facts_of(expected.mix).in_place;
    const Bytes size{128 * expected.counted / (in_place ? 2 : 1)};
    const Stream stream({.mix = expected.mix, .size = size});
    const auto loop = [&expected] {
      for (int i = 0; i < 128; ++i) {
        (void)reference_stream<CountingScalar>(expected.mix, 1.5, 2.0, 3.0);
      }
    };
    EXPECT_EQ(CountingScalar::operations_of(loop), stream.work().count);
    EXPECT_EQ(stream.traffic().count, 128 * expected.counted);
    EXPECT_EQ(stream.bus_traffic().count, 128 * expected.on_the_bus);
    const bool streams =
        find_stream_loop({.target = simd_choice("auto").target, .mix = expected.mix, .stores = Stores::streaming}) !=
        nullptr;
#if defined(__x86_64__)  // an arm64 has no such stores
    EXPECT_EQ(streams, expected.mix != StreamMix::load && !in_place);
#endif
    if (streams) {
      const Stream streaming({.mix = expected.mix, .stores = Stores::streaming, .size = size});
      EXPECT_EQ(streaming.bus_traffic(), streaming.traffic());
    }
  }
  EXPECT_EQ(reference_stream<CountingScalar>(StreamMix::triad, 1.5, 2.0, 3.0).value(), 7.5);
}

TEST(DeclaredWork, AStepOfALargeStreamIsAWindow) {
  const Stream triad({.mix = StreamMix::triad, .size = Bytes{1 << 20}});
  const RepeatStep step = triad.repeat_step();
  EXPECT_EQ(step.traffic.count, 65536 / 24 / 64 * 64 * 24U);
  EXPECT_EQ(step.work.count, step.traffic.count / 12);
  EXPECT_EQ(step.bus_traffic.count, step.traffic.count / 3 * 4);
}

template <class Real>
void expect_declared_dial_work() {
  for (std::size_t setting = 0; setting < kDialIntensities.size(); ++setting) {
    SCOPED_TRACE(kDialIntensities[setting]);
    const Dial<Real> dial({.intensity = kDialIntensities[setting], .size = Bytes{12288}});
    EXPECT_EQ(dial.traffic().count, 12288U);
    EXPECT_EQ(static_cast<double>(dial.work().count), kDialIntensities[setting] * 12288);
    const std::vector<Real> values(12288 / sizeof(Real), Real{1});
    const DialPass<Real> pass{.source = values.data(), .elements = values.size(), .factor = Real{0.5}};
    std::vector<CountingScalar> state(dial.shape().chains * dial.shape().lanes);
    const auto loop = [&] {
      reference_dial<CountingScalar, Real>(pass, dial.shape(), dial_eighths<Real>(setting), state);
    };
    EXPECT_EQ(CountingScalar::operations_of(loop), dial.work().count);
  }
}

TEST(DeclaredWork, DialInFloat) { expect_declared_dial_work<float>(); }
TEST(DeclaredWork, DialInDouble) { expect_declared_dial_work<double>(); }

TEST(DeclaredWork, GatherAddsAllRowsButTheFirst) {
  const Gather gather({.size = Bytes{65536}, .row = Bytes{128}, .lookups = 10});
  const std::vector<float> rows(65536 / 4, 1.0F);
  const std::vector<std::uint32_t> indices{0, 1, 2, 3, 4, 5, 6, 7, 8, 511};
  const GatherTable table{.rows = rows.data(), .width = 32};
  const auto loop = [&] {
    for (std::size_t i = 0; i < 32; ++i) {
      EXPECT_EQ((reference_gather<CountingScalar>(table, indices, i).value()), 10.0);
    }
  };
  EXPECT_EQ(CountingScalar::operations_of(loop), gather.work().count);
  EXPECT_EQ(gather.traffic().count, 10U * 128 + 10 * 4 + 128);
  EXPECT_EQ(gather.bus_traffic().count, gather.traffic().count + 128);
}

TEST(DeclaredWork, ChaseCountsAccessesAndLines) {
  const Chase chase({.size = Bytes{1 << 20}});
  EXPECT_EQ(chase.work_unit(), WorkUnit::access);
  EXPECT_EQ(chase.work().count * 64, chase.traffic().count);
  EXPECT_EQ(chase.repeat_step().work.count * 64, chase.repeat_step().traffic.count);
}

template <class Real>
void expect_declared_fma_work() {
  const std::size_t chains = Fma<Real>::kChains;
  const std::vector<Real> seeds(chains, Real{1});
  std::vector<CountingScalar> results(chains);
  const FmaChainSet<Real> set{.iterations = 50, .factor = Real{0.5}, .addend = Real{1}};
  const auto loop = [&] { reference_fma_chains<CountingScalar, Real>(seeds, set, results); };
  EXPECT_EQ(CountingScalar::operations_of(loop), Fma<Real>(50).work().count);
  // Seed and result of each chain.
  EXPECT_EQ(Fma<Real>(50).traffic().count, 2 * chains * sizeof(Real));
}

TEST(DeclaredWork, FmaChainsInFloat) { expect_declared_fma_work<float>(); }
TEST(DeclaredWork, FmaChainsInDouble) { expect_declared_fma_work<double>(); }

TEST(DeclaredWork, PeakIsWhatItsChainsDo) {
  const std::vector<std::string> names = simd_extensions();
  const std::vector<std::string_view> isa(names.begin(), names.end());
  for (const PeakLoop& loop : peak_loops(isa)) {
    if (loop.dtype != "f64") {
      continue;
    }
    const Peak<double> peak(loop, 7);
    const std::size_t lanes = loop.simd == "scalar" ? 1 : loop.vector_bytes / sizeof(double);
    std::vector<CountingScalar> values(loop.shape().chains() * lanes, CountingScalar(1));
    const auto chains = [&] { reference_peak_chains<CountingScalar, double>(loop.shape(), 7, 0.5, 1.0, values); };
    EXPECT_EQ(CountingScalar::operations_of(chains), peak.work().count) << loop.simd << " " << name_of(loop.mix);
  }
}

TEST(DeclaredWork, GemmIsTwoNCubed) {
  const std::size_t n = 24;
  const std::vector<float> matrix(n * n, 1.0F);
  std::vector<CountingScalar> row(n);
  const auto loop = [&] {
    for (std::size_t i = 0; i < n; ++i) {
      reference_gemm_row<CountingScalar, float, float>(std::span(matrix).subspan(i * n, n), matrix, row);
    }
  };
  EXPECT_EQ(CountingScalar::operations_of(loop), Gemm<float>(n, "own").work().count);
  EXPECT_EQ(row[0].value(), 24.0);
  EXPECT_EQ(Gemm<float>(n, "own").traffic().count, 3 * n * n * 4);
  EXPECT_EQ(Gemm<double>(n, "own").traffic().count, 3 * n * n * 8);
  EXPECT_EQ(Gemm<BFloat16>(n, "own").traffic().count, (2 + 2 + 4) * n * n);
  EXPECT_EQ(Gemm<std::uint8_t>(n, "own").traffic().count, (1 + 1 + 4) * n * n);
  EXPECT_EQ(Gemm<std::uint8_t>(n, "own").work_unit(), WorkUnit::integer_operation);
  EXPECT_EQ(Gemm<std::int8_t>(n, "own").work_unit(), WorkUnit::integer_operation);
  EXPECT_EQ(Gemm<float>(n, "own").work_unit(), WorkUnit::flop);
}

TEST(DeclaredWork, GemmBatchIsThatOfItsProducts) {
  const std::size_t n = 16;
  const GemmBatch<double> batch({.n = n, .count = 3}, "own");
  const std::vector<double> matrix(n * n, 1.0);
  std::vector<CountingScalar> row(n);
  const auto loop = [&] {
    for (std::size_t i = 0; i < 3 * n; ++i) {
      reference_gemm_row<CountingScalar, double, double>(std::span(matrix).subspan(i % n * n, n), matrix, row);
    }
  };
  EXPECT_EQ(CountingScalar::operations_of(loop), batch.work().count);
  EXPECT_EQ(batch.traffic().count, 3 * 3 * n * n * 8);
}

void expect_declared_convolution_work(const ConvolutionShape& shape) {
  const Conv2d kernel(shape, "own");
  const std::vector<float> input(shape.input_size(), 1.0F);
  const std::vector<float> filters(shape.filters_size(), 0.5F);
  std::vector<CountingScalar> pixel(shape.channels_out);
  const auto loop = [&] {
    for (std::size_t row = 0; row < shape.side; ++row) {
      for (std::size_t column = 0; column < shape.side; ++column) {
        reference_convolution<CountingScalar>(shape, input.data(), filters.data(), row, column, pixel);
      }
    }
  };
  EXPECT_EQ(CountingScalar::operations_of(loop), kernel.work().count);
  EXPECT_EQ(pixel[1].value(), 0.5 * static_cast<double>(shape.filter * shape.filter * shape.channels_in));
}

TEST(DeclaredWork, ConvolutionIsTwoFlopsATap) {
  expect_declared_convolution_work({.side = 5, .filter = 3, .channels_in = 4, .channels_out = 6});
  expect_declared_convolution_work({.side = 3, .filter = 1, .channels_in = 8, .channels_out = 2});
  const Conv2d kernel({.side = 5, .filter = 3, .channels_in = 4, .channels_out = 6}, "own");
  EXPECT_EQ(kernel.traffic().count, 4U * (7 * 7 * 4 + 9 * 4 * 6 + 5 * 5 * 6));
}

TEST(DeclaredWork, DepthwiseIsEighteenFlopsAnElement) {
  const Depthwise kernel({.side = 6, .channels = 8});
  const std::vector<float> input(std::size_t{8} * 8 * 8, 1.0F);
  const std::vector<float> filters(std::size_t{9} * 8, 2.0F);
  const DepthwiseConvolution convolution{
      .height = 6, .width = 6, .channels = 8, .input = input.data(), .filters = filters.data()};
  std::vector<CountingScalar> pixel(8);
  const auto loop = [&] {
    for (std::size_t place = 0; place < 36; ++place) {
      reference_depthwise<CountingScalar>(convolution, place / 6, place % 6, pixel);
    }
  };
  EXPECT_EQ(CountingScalar::operations_of(loop), kernel.work().count);
  EXPECT_EQ(pixel[7].value(), 18.0);
  EXPECT_EQ(kernel.traffic().count, 4U * (8 * 8 * 8 + 9 * 8 + 6 * 6 * 8));
}

TEST(DeclaredWork, SoftmaxCountsAnExponentialAsOne) {
  const Softmax kernel({.rows = 3, .columns = 64});
  std::vector<CountingScalar> result;
  const auto loop = [&] {
    for (int row = 0; row < 3; ++row) {
      result = reference_softmax(std::vector<CountingScalar>(64, CountingScalar(2)));
    }
  };
  EXPECT_EQ(CountingScalar::operations_of(loop), kernel.work().count);
  EXPECT_EQ(result[5].value(), 1.0 / 64);
  EXPECT_EQ(kernel.traffic().count, 2U * 3 * 64 * 4);
}

TEST(DeclaredWork, LayerNormCountsARootAsOne) {
  const LayerNorm kernel({.rows = 2, .columns = 64});
  const std::vector<float> gain(64, 3.0F);
  const std::vector<float> shift(64, 0.25F);
  std::vector<CountingScalar> result;
  const auto loop = [&] {
    for (int row = 0; row < 2; ++row) {
      result = reference_layer_norm(std::vector<CountingScalar>(64, CountingScalar(2)), gain, shift);
    }
  };
  EXPECT_EQ(CountingScalar::operations_of(loop), kernel.work().count);
  EXPECT_EQ(result[5].value(), 0.25);
  EXPECT_EQ(kernel.traffic().count, 2U * 2 * 64 * 4 + 2 * 64 * 4);
}

TEST(DeclaredWork, AttentionIsFourFlopsAnElementOfTheCacheAndASoftmax) {
  const Attention<float> kernel({.heads = 4, .cache_heads = 2, .dim = 64, .context = 128});
  const std::vector<float> query(64, 1.0F);
  const std::vector<float> cache(std::size_t{128} * 64, 0.5F);
  std::vector<CountingScalar> result;
  const auto loop = [&] {
    for (int head = 0; head < 4; ++head) {
      result = reference_attention_head<CountingScalar, float>(query, cache, cache);
    }
  };
  EXPECT_EQ(CountingScalar::operations_of(loop), kernel.work().count);
  EXPECT_NEAR(result[9].value(), 0.5, 1e-12);
  EXPECT_EQ(kernel.traffic().count, 2U * 2 * 128 * 64 * 4 + 2 * 4 * 64 * 4);
  EXPECT_EQ(Attention<BFloat16>({.heads = 4, .cache_heads = 2, .dim = 64, .context = 128}).traffic().count,
            2U * 2 * 128 * 64 * 2 + 2 * 4 * 64 * 4);
}

TEST(DeclaredWork, GemvIsTwoFlopsAWeight) {
  const Gemv<float> gemv({.size = Bytes{std::size_t{8} * 1024 * 4}});
  const std::vector<float> row(1024, 0.5F);
  const std::vector<float> x(1024, 2.0F);
  const auto loop = [&] {
    for (int i = 0; i < 8; ++i) {
      EXPECT_EQ((reference_dot<CountingScalar, float, float>(row, x).value()), 1024.0);
    }
  };
  EXPECT_EQ(CountingScalar::operations_of(loop), gemv.work().count);
  EXPECT_EQ(gemv.traffic().count, (8U * 1024 + 1024 + 8) * 4);
  EXPECT_EQ(Gemv<BFloat16>({.size = Bytes{std::size_t{8} * 1024 * 2}}).traffic().count, 8U * 1024 * 2 + (1024 + 8) * 4);
}

TEST(DeclaredWork, GemvReadsItsWeightsOnceABatch) {
  const Gemv<float> gemv({.size = Bytes{std::size_t{8} * 1024 * 4}});
  EXPECT_EQ(gemv.traffic_of_batch(8).count, 8U * 1024 * 4 + 8 * (1024 + 8) * 4);
}

TEST(DeclaredWork, MlpCountsWeightsAndBiases) {
  const std::size_t width = 64;
  const Mlp mlp({.width = width, .layers = 3});
  const std::vector<float> weights(width * width, 0.25F);
  const std::vector<float> biases(width, 1.0F);
  const auto loop = [&] {
    std::vector<CountingScalar> x(width, CountingScalar(1));
    for (int layer = 0; layer < 3; ++layer) {
      x = reference_layer<CountingScalar>(weights, biases, x, layer < 2);
    }
  };
  EXPECT_EQ(CountingScalar::operations_of(loop), mlp.work().count);
  EXPECT_EQ(mlp.traffic().count, 4 * (3 * (width * width + width) + 2 * width));
  EXPECT_EQ(mlp.traffic_of_batch(32).count, 4 * (3 * (width * width + width) + std::size_t{32} * 2 * width));
}

}  // namespace
}  // namespace assay
