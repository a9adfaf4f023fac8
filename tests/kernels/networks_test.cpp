// The lighthouse networks: their shapes against the published figures, and every executor against the reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "kernels/models/activation_plan.hpp"
#include "kernels/models/architectures.hpp"
#include "kernels/models/network_runner.hpp"
#include "kernels/models/reference_network.hpp"
#include "tests/kernels/counting_scalar.hpp"

namespace assay {
namespace {

using test_support::CountingScalar;

double millions(std::uint64_t count) { return static_cast<double>(count) / 1e6; }

TEST(Architectures, HaveTheProductsAndWeightsOfTheirAuthors) {
  // He et al. and torchvision 0.15: 4.089 Gmac and 25.557 million parameters, 53,120 of which belong to the batch
  // normalisations; folded, these leave a bias for each channel, 26,560.
  const Network resnet = resnet50(224);
  EXPECT_NEAR(millions(resnet.macs()), 4089, 1);
  EXPECT_EQ(resnet.parameters(), 25557032U - 53120 + 26560);
  EXPECT_EQ(resnet.layers.size(), 56U);
  // Sandler et al., table 4: 300 Mmac, 3.4 million parameters; torchvision: 3,504,872, 34,112 of batch normalisations.
  const Network mobile = mobilenet_v2({});
  EXPECT_NEAR(millions(mobile.macs()), 301, 0.5);
  EXPECT_EQ(mobile.parameters(), 3504872U - 34112 + 17056);
  EXPECT_NEAR(millions(mobilenet_v2({.width = 0.5}).macs()), 97, 0.5);
  EXPECT_NEAR(millions(mobilenet_v2({.width = 1.0, .side = 160}).macs()), 154, 0.5);
}

TEST(Architectures, OfTheDetectorAndTheRecogniserHaveTheSizesOfThePresets) {
  const Network half = ssdlite({.width = 0.5});
  EXPECT_NEAR(millions(half.macs()), 134.9, 0.05);
  EXPECT_NEAR(millions(half.parameters()), 0.97, 0.005);
  EXPECT_EQ(half.heads().size(), 6U);
  EXPECT_EQ(half.output_elements(), (20U * 12 + 10 * 6 + 5 * 3 + 3 * 2 + 2 * 1 + 1) * 6 * 25);
  // 289.7 and 1.98 where the prototype's figures say 289.6 and 1.97: it rounded some channel another way.
  EXPECT_NEAR(millions(ssdlite({.width = 0.75}).macs()), 289.6, 0.1);
  EXPECT_NEAR(millions(ssdlite({.width = 0.75}).parameters()), 1.97, 0.015);
  const Network text = text_recogniser();
  EXPECT_NEAR(millions(text.macs()), 27.7, 0.05);
  EXPECT_NEAR(millions(text.parameters()), 0.29, 0.002);
  EXPECT_EQ(text.output_elements(), kTextColumns * kTextClasses);
  // Light and heavy frames of the phone: 175 and 322 million products with two crops.
  const DetectorShape light{.width = 0.5, .anchors = 3, .values = 6};
  const DetectorShape heavy{.width = 0.75, .anchors = 3, .values = 6};
  EXPECT_NEAR(millions(ssdlite(light).macs() + 2 * text.macs()), 175, 1);
  EXPECT_NEAR(millions(ssdlite(heavy).macs() + 2 * text.macs()), 322, 1.5);
}

TEST(NetworkBuilder, RefusesWhatDoesNotFit) {
  NetworkBuilder build("small", {.height = 4, .width = 4, .channels = 8});
  EXPECT_THROW(build.convolution("large", 0, {.channels = 8, .filter = {7, 7}}), std::invalid_argument);
  const std::size_t smaller = build.depthwise("halved", 0, 2, Activation::none);
  EXPECT_THROW(build.convolution("sum", 0, {.channels = 8, .added = smaller}), std::invalid_argument);
}

/// Every kind of layer, odd sizes, borders on both sides, channels that fill no vector, two heads, and a sum longer
/// than float adds bytes exactly.
Network every_layer() {
  NetworkBuilder build("every_layer", {.height = 13, .width = 11, .channels = 3});
  std::size_t x = build.convolution(
      "stem", 0,
      {.channels = 24, .filter = {3, 3}, .stride = {2, 2}, .padding = {1, 1}, .activation = Activation::relu6});
  x = build.pool("pool", x, {.kind = LayerKind::max_pool, .filter = {3, 3}, .stride = {1, 1}, .padding = {1, 1}});
  const std::size_t linear = build.convolution("linear", x, {.channels = 16});
  const std::size_t wide = build.convolution("wide", linear, {.channels = 144, .activation = Activation::relu6});
  const std::size_t filtered = build.depthwise("filtered", wide, 1, Activation::relu6);
  x = build.convolution("sum", filtered, {.channels = 16, .added = linear});
  x = build.convolution("deep", x, {.channels = 144, .activation = Activation::relu});
  const std::size_t block = build.convolution(
      "long", x, {.channels = 40, .filter = {3, 3}, .padding = {1, 1}, .activation = Activation::relu});
  const std::size_t shortcut = build.convolution("shortcut", x, {.channels = 40});
  x = build.convolution("rectified sum", block, {.channels = 40, .activation = Activation::relu, .added = shortcut});
  const std::size_t halved = build.depthwise("halved", x, 2, Activation::relu6);
  build.convolution("left head", halved, {.channels = 21, .is_head = true});
  x = build.pool("average", halved, {.kind = LayerKind::average_pool, .filter = {3, 3}, .stride = {1, 1}});
  x = build.convolution("columns", halved, {.channels = 1200, .filter = {2, 1}, .activation = Activation::relu6});
  build.convolution("right head", x, {.channels = 37, .is_head = true});
  return build.take();
}

TEST(Network, CountsOfAllLayersAreWhatTheReferenceDoes) {
  const Network network = every_layer();
  const NetworkWeights weights(network, NetworkType::f32, 1);
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    if (layer.kind == LayerKind::max_pool) {
      continue;  // comparisons are no work
    }
    const std::vector<CountingScalar> input(network.input_of(layer).elements(), CountingScalar(1));
    const std::vector<CountingScalar> added(layer.added ? network.output_of(layer).elements() : 0, CountingScalar(1));
    const auto run = [&] { (void)reference_layer<CountingScalar>(network, layer, weights.layer(i), input, added); };
    EXPECT_EQ(CountingScalar::operations_of(run), network.work(layer).count) << layer.name;
  }
}

TEST(Network, BytesByHand) {
  const Network network = every_layer();
  const Layer& linear = network.layers[2];  // 7 x 6 places, 24 to 16 channels
  EXPECT_EQ(network.weight_bytes(linear, NetworkType::f32).count, 4U * (24 * 16 + 16));
  EXPECT_EQ(network.weight_bytes(linear, NetworkType::i8).count, 24U * 16 + 8 * 16);
  EXPECT_EQ(network.activation_bytes(linear, NetworkType::f32).count, 4U * 42 * (24 + 16));
  EXPECT_EQ(network.activation_bytes(linear, NetworkType::i8).count, 42U * (24 + 16));
  const Layer& sum = network.layers[5];  // 144 to 16 channels, and 16 added
  EXPECT_EQ(network.activation_bytes(sum, NetworkType::f32).count, 4U * 42 * (144 + 16 + 16));
}

TEST(ActivationPlan, KeepsApartWhatIsNeededAtTheSameTime) {
  const Network network = mobilenet_v2({.width = 0.5, .side = 32});
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < network.tensors.size(); ++i) {
    sizes.push_back(network.tensor_bytes(i, NetworkType::f32).count);
  }
  const ActivationPlan plan = plan_activations(network, sizes);
  EXPECT_LT(plan.bytes, std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}) / 4);
  for (const Layer& layer : network.layers) {
    const auto apart = [&](std::size_t a, std::size_t b) {
      return plan.offsets[a] + sizes[a] <= plan.offsets[b] || plan.offsets[b] + sizes[b] <= plan.offsets[a];
    };
    EXPECT_TRUE(apart(layer.input, layer.output)) << layer.name;
    if (layer.added) {
      EXPECT_EQ(plan.offsets[*layer.added], plan.offsets[layer.output]) << layer.name;
    }
  }
}

TEST(ActivationPlan, RefusesAShortcutThatIsReadAfterItsSum) {
  NetworkBuilder build("late", {.height = 2, .width = 2, .channels = 8});
  const std::size_t a = build.convolution("a", 0, {.channels = 8});
  const std::size_t b = build.convolution("b", a, {.channels = 8, .added = a});
  build.convolution("c", a, {.channels = 8});
  build.convolution("d", b, {.channels = 8, .is_head = true});
  const Network network = build.take();
  EXPECT_THROW((void)plan_activations(network, std::vector<std::size_t>(network.tensors.size(), 128)),
               std::invalid_argument);
}

struct Variant {
  const char* library;
  NetworkType type;
};

class EveryExecutor : public ::testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    const Reading<std::string> offer = network_library(GetParam().library).offer(GetParam().type);
    if (!offer) {
      GTEST_SKIP() << offer.reason();
    }
  }

  static std::vector<std::byte> image_of(const Network& network, std::uint64_t number) {
    std::vector<std::byte> image(network.tensor_bytes(0, GetParam().type).count);
    if (GetParam().type == NetworkType::i8) {
      fill_image(std::span(reinterpret_cast<std::uint8_t*>(image.data()), image.size()), 3, number);
    } else {
      fill_image(std::span(reinterpret_cast<float*>(image.data()), image.size() / sizeof(float)), 3, number);
    }
    return image;
  }
};

void expect_near(std::span<const float> found, const std::vector<double>& expected, const NetworkRunner& runner) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double size = std::max(std::fabs(expected[i]), NetworkRunner::output_scale());
    ASSERT_LE(std::fabs(static_cast<double>(found[i]) - expected[i]) / size, runner.tolerance()) << i;
  }
}

TEST_P(EveryExecutor, ComputesEachLayerOfEveryKind) {
  NetworkRunner runner(every_layer(), {.type = GetParam().type, .library = GetParam().library});
  runner.prepare(5);
  const std::vector<std::byte> image = image_of(runner.network(), 0);
  const OutputCheck check = runner.check_layers(image.data());
  EXPECT_TRUE(check.passed) << check.detail;
  EXPECT_EQ(check.detail, "");
}

TEST_P(EveryExecutor, ComputesABatchOfAnySize) {
  NetworkRunner runner(every_layer(), {.type = GetParam().type, .library = GetParam().library, .max_batch = 7});
  runner.prepare(6);
  std::vector<std::vector<std::byte>> images;
  std::vector<const void*> pointers;
  std::vector<std::vector<double>> expected;
  for (std::size_t i = 0; i < 7; ++i) {
    images.push_back(image_of(runner.network(), i));
    pointers.push_back(images.back().data());
    expected.push_back(runner.reference(images.back().data()));
  }
  for (std::size_t batch = 1; batch <= 7; ++batch) {
    runner.run(std::span(pointers).last(batch));
    for (std::size_t slot = 0; slot < batch; ++slot) {
      SCOPED_TRACE(::testing::Message() << "batch " << batch << ", slot " << slot);
      expect_near(runner.output(slot), expected[7 - batch + slot], runner);
    }
  }
}

TEST_P(EveryExecutor, ComputesWholeNetworks) {
  for (const Network& network : {mobilenet_v2({.width = 0.5, .side = 32}), text_recogniser()}) {
    SCOPED_TRACE(network.name);
    NetworkRunner runner(network, {.type = GetParam().type, .library = GetParam().library});
    runner.prepare(7);
    const std::vector<std::byte> image = image_of(runner.network(), 0);
    const void* const pointer = image.data();
    runner.run({&pointer, 1});
    const std::vector<double> expected = runner.reference(pointer);
    expect_near(runner.output(0), expected, runner);
    double squares = 0.0;
    for (const double value : expected) {
      squares += value * value;
    }
    // The weights keep activations at one size: neither dying out nor growing. Less is left where most taps of a filter
    // fall on the border, as in maps of 2 x 2 and single places.
    const double size = std::sqrt(squares / static_cast<double>(expected.size()));
    EXPECT_GT(size, 0.05);
    EXPECT_LT(size, 5.0);
  }
}

TEST_P(EveryExecutor, GivesALayerWhatTheOnesBeforeItLeave) {
  NetworkRunner runner(every_layer(), {.type = GetParam().type, .library = GetParam().library});
  runner.prepare(8);
  const std::vector<std::byte> image = image_of(runner.network(), 0);
  for (std::size_t layer = 0; layer < runner.network().layers.size(); ++layer) {
    const OutputCheck check = runner.check_layers(image.data(), layer);
    EXPECT_TRUE(check.passed) << check.detail;
  }
}

INSTANTIATE_TEST_SUITE_P(Libraries, EveryExecutor,
                         ::testing::Values(Variant{"onednn", NetworkType::f32}, Variant{"onednn", NetworkType::i8},
                                           Variant{"openblas", NetworkType::f32}, Variant{"own", NetworkType::f32},
                                           Variant{"own", NetworkType::i8}),
                         [](const auto& given) {
                           return std::string(given.param.library) + "_" + name_of(given.param.type);
                         });

}  // namespace
}  // namespace assay
