// What follows the networks, by hand, and the kernels that are more than a network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "kernels/models/ar_frame.hpp"
#include "kernels/models/ssdlite.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;

/// A frame of 100 x 200 with a grid of 1 x 2 places, one square anchor each: 20 pixels wide, centres at 50 and 150.
/// Box, background and two classes.
Network two_places() {
  NetworkBuilder build("two_places", {.height = 100, .width = 200, .channels = 8});
  const std::size_t average = build.pool(
      "average", 0, {.kind = LayerKind::average_pool, .filter = {100, 100}, .stride = {100, 100}, .padding = {0, 0}});
  build.convolution("boxes", average, {.channels = 7, .is_head = true});
  return build.take();
}
constexpr DetectionDecoder::Shape kTwoClasses{.anchors = 1, .values = 7};

std::vector<float> outputs_of(const std::vector<float>& left, const std::vector<float>& right) {
  std::vector<float> output = left;
  output.insert(output.end(), right.begin(), right.end());
  return output;
}

TEST(DetectionDecoder, MovesAndStretchesAnchors) {
  const Network network = two_places();
  DetectionDecoder decoder(network, kTwoClasses);
  // Left: moved by half its width to the right, twice as high, second class. Right: below the score that counts.
  const float twice = std::log(2.0F) / 0.2F;
  const std::vector<float> output = outputs_of({5, 0, 0, twice, 9, 0, 2}, {0, 0, 0, 0, 9, 1, 1});
  decoder.decode(output);
  ASSERT_EQ(decoder.detections().size(), 1U);
  const Detection& found = decoder.detections()[0];
  EXPECT_NEAR(found.left, 50, 1e-4);
  EXPECT_NEAR(found.right, 70, 1e-4);
  EXPECT_NEAR(found.top, 30, 1e-4);
  EXPECT_NEAR(found.bottom, 70, 1e-4);
  EXPECT_NEAR(found.score, 1 / (1 + std::exp(-2.0)), 1e-6);
  EXPECT_EQ(found.object_class, 1U);
  EXPECT_EQ(decoder.problem(output), "");
}

TEST(DetectionDecoder, OfOverlappingBoxesOfAClassTheBestStays) {
  const Network network = two_places();
  DetectionDecoder decoder(network, kTwoClasses);
  // The right anchor moved by 5 of its widths lies on the left one. Both show class 0; the left one class 1 too.
  const std::vector<float> output = outputs_of({0, 0, 0, 0, 0, 3, 2}, {-50, 0, 0, 0, 0, 4, 0});
  decoder.decode(output);
  ASSERT_EQ(decoder.detections().size(), 2U);
  EXPECT_EQ(decoder.detections()[0].anchor, 1U);
  EXPECT_EQ(decoder.detections()[1].anchor, 0U);
  EXPECT_EQ(decoder.detections()[1].object_class, 1U);
  EXPECT_EQ(decoder.problem(output), "");
  // Half of one covers half of the other: a third of what both cover stays below the limit.
  const std::vector<float> apart = outputs_of({0, 0, 0, 0, 0, 3, 2}, {-45, 0, 0, 0, 0, 4, 0});
  decoder.decode(apart);
  EXPECT_EQ(decoder.detections().size(), 3U);
  EXPECT_EQ(decoder.problem(apart), "");
}

TEST(DetectionDecoder, TheCheckFindsWhatBelongsToOtherOutputs) {
  const Network network = two_places();
  DetectionDecoder decoder(network, kTwoClasses);
  const std::vector<float> output = outputs_of({0, 0, 0, 0, 0, 3, 0}, {0, 0, 0, 0, 0, 4, 0});
  decoder.decode(output);
  EXPECT_EQ(decoder.problem(output), "");
  EXPECT_THAT(decoder.problem(outputs_of({1, 0, 0, 0, 0, 3, 0}, {0, 0, 0, 0, 0, 4, 0})), HasSubstr("edge"));
  EXPECT_THAT(decoder.problem(outputs_of({0, 0, 0, 0, 0, 3, 2}, {0, 0, 0, 0, 0, 4, 0})), HasSubstr("not detected"));
  EXPECT_THAT(decoder.problem(outputs_of({0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 4, 0})), HasSubstr("expected 1"));
}

TEST(ReadText, MergesEqualNeighboursAndLeavesBlanksOut) {
  // Best classes of seven columns: 2 2 0 2 1 1 0.
  std::vector<float> output;
  for (const std::size_t best : {2U, 2U, 0U, 2U, 1U, 1U, 0U}) {
    for (std::size_t i = 0; i < 3; ++i) {
      output.push_back(i == best ? 1.0F : 0.0F);
    }
  }
  std::vector<std::uint8_t> line(7);
  ASSERT_EQ(read_text(output, 3, line), 3U);
  EXPECT_EQ(line[0], 2);
  EXPECT_EQ(line[1], 2);
  EXPECT_EQ(line[2], 1);
}

std::unique_ptr<Kernel> own(const std::string& name, std::map<std::string, std::string> parameters) {
  parameters["library"] = "own";
  return find_kernel(name)->make(parameters);
}

void expect_probes(Kernel& kernel, std::uint32_t sample) {
  kernel.run({&sample, 1});
  const Kernel::Probe found = kernel.probe(0);
  const Kernel::Probe expected = kernel.reference_probe(sample);
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], kernel.tolerance() * std::max(1.0F, std::fabs(expected[i]))) << i;
  }
}

TEST(SsdLite, FindsBoxesInAFrameAsTheReferenceDoes) {
  const auto kernel = own("ssdlite", {{"dtype", "i8"}});
  EXPECT_EQ(kernel->max_batch(), 8U);
  kernel->prepare(3);
  const OutputCheck check = kernel->verify();
  EXPECT_TRUE(check.passed) << check.detail;
  EXPECT_EQ(check.tolerance, 0.0);
  expect_probes(*kernel, 2);
  EXPECT_FALSE(dynamic_cast<SsdLite&>(*kernel).detections().empty());
}

TEST(ArFrame, DetectsAndReadsAsTheReferencesDo) {
  const auto kernel = own("ar_frame", {{"width", "0.5"}, {"crops", "3"}});
  kernel->prepare(4);
  const OutputCheck check = kernel->verify();
  EXPECT_TRUE(check.passed) << check.detail;
  expect_probes(*kernel, 1);
}

TEST(ArFrame, WorksForTheDetectorAndEachPlace) {
  const auto two = own("ar_frame", {{"width", "0.5"}});
  const auto three = own("ar_frame", {{"width", "0.5"}, {"crops", "3"}});
  EXPECT_EQ(two->identity().parameters.at("crops"), "2");
  const Network text = text_recogniser();
  EXPECT_EQ(three->work().count - two->work().count, text.work().count);
  // Its weights are read once for all places.
  EXPECT_EQ(three->traffic().count - two->traffic().count, text.output_elements() * sizeof(float));
}

TEST(LayeredKernel, TheLayersAreTheWorkOfTheWhole) {
  for (const char* name : {"mobilenet_v2", "ssdlite"}) {
    const auto kernel = own(name, {{"width", "0.5"}});
    const auto& layers = dynamic_cast<const LayeredKernel&>(*kernel);
    Flops work;
    for (std::size_t i = 0; i < layers.layer_count(); ++i) {
      const LayeredKernel::LayerFigures layer = layers.layer(i);
      work = work + layer.work;
      EXPECT_FALSE(layer.name.empty());
      EXPECT_GE(layer.bus_traffic, layer.traffic);
    }
    EXPECT_EQ(work, kernel->work()) << name;
  }
  const auto frame = own("ar_frame", {{"crops", "1"}});
  const auto& layers = dynamic_cast<const LayeredKernel&>(*frame);
  EXPECT_EQ(layers.layer(0).name, "stem");
  EXPECT_EQ(layers.layer(layers.layer_count() - 1).name, "text.characters");
}

}  // namespace
}  // namespace assay
