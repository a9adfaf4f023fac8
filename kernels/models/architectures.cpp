#include "kernels/models/architectures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace assay {
namespace {

/// To a multiple of 8, down by no more than a tenth: the rule of the MobileNets' authors.
std::size_t scaled(std::size_t channels, double width) {
  constexpr double kStep = 8;
  const double wanted = static_cast<double>(channels) * width;
  const double rounded = std::max(kStep, std::floor((wanted + kStep / 2) / kStep) * kStep);
  return static_cast<std::size_t>(rounded < 0.9 * wanted ? rounded + kStep : rounded);
}

/// A bottleneck of ResNet-50: 1 x 1, 3 x 3, 1 x 1 and the shortcut.
std::size_t bottleneck(NetworkBuilder& build, const std::string& name, std::size_t input, std::size_t width,
                       std::size_t stride) {
  constexpr std::size_t kExpansion = 4;
  std::size_t shortcut = input;
  const std::size_t reduced =
      build.convolution(name + ".reduce", input, {.channels = width, .activation = Activation::relu});
  const std::size_t convolved = build.convolution(name + ".conv", reduced,
                                                  {.channels = width,
                                                   .filter = {3, 3},
                                                   .stride = {stride, stride},
                                                   .padding = {1, 1},
                                                   .activation = Activation::relu});
  if (stride != 1 || build.shape(input).channels != kExpansion * width) {
    shortcut =
        build.convolution(name + ".shortcut", input, {.channels = kExpansion * width, .stride = {stride, stride}});
  }
  return build.convolution(name + ".expand", convolved,
                           {.channels = kExpansion * width, .activation = Activation::relu, .added = shortcut});
}

/// The tensors of a MobileNetV2 that a detector looks at.
struct MobileNetTaps {
  std::size_t stride_16 = 0;  ///< the expanded input of the first block of stride 32
  std::size_t last = 0;
};

std::size_t inverted_residual(NetworkBuilder& build, const std::string& name, std::size_t input,
                              const NetworkBuilder::Convolution& projected, std::size_t expansion, std::size_t stride,
                              std::size_t& expanded) {
  const std::size_t channels = build.shape(input).channels;
  expanded = input;
  if (expansion != 1) {
    expanded =
        build.convolution(name + ".expand", input, {.channels = expansion * channels, .activation = Activation::relu6});
  }
  const std::size_t filtered = build.depthwise(name + ".depthwise", expanded, stride, Activation::relu6);
  NetworkBuilder::Convolution project = projected;
  if (stride == 1 && projected.channels == channels) {
    project.added = input;
  }
  return build.convolution(name + ".project", filtered, project);
}

MobileNetTaps mobilenet_features(NetworkBuilder& build, double width, std::size_t last_channels) {
  struct Stage {
    std::size_t expansion, channels, blocks, stride;
  };
  constexpr std::array<Stage, 7> kStages{
      {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}}};
  MobileNetTaps taps;
  std::size_t x = build.convolution("stem", 0,
                                    {.channels = scaled(32, width),
                                     .filter = {3, 3},
                                     .stride = {2, 2},
                                     .padding = {1, 1},
                                     .activation = Activation::relu6});
  std::size_t number = 0;
  for (const Stage& stage : kStages) {
    for (std::size_t block = 0; block < stage.blocks; ++block) {
      std::size_t expanded = 0;
      x = inverted_residual(build, fmt::format("block{}", number), x, {.channels = scaled(stage.channels, width)},
                            stage.expansion, block == 0 ? stage.stride : 1, expanded);
      constexpr std::size_t kFirstOfStride32 = 13;
      if (number == kFirstOfStride32) {
        taps.stride_16 = expanded;
      }
      ++number;
    }
  }
  taps.last = build.convolution("last", x, {.channels = last_channels, .activation = Activation::relu6});
  return taps;
}

}  // namespace

Network resnet50(std::size_t side) {
  struct Stage {
    std::size_t width, blocks, stride;
  };
  constexpr std::array<Stage, 4> kStages{{{64, 3, 1}, {128, 4, 2}, {256, 6, 2}, {512, 3, 2}}};
  NetworkBuilder build("resnet50", {.height = side, .width = side, .channels = 3});
  std::size_t x = build.convolution(
      "stem", 0,
      {.channels = 64, .filter = {7, 7}, .stride = {2, 2}, .padding = {3, 3}, .activation = Activation::relu});
  x = build.pool("pool", x, {.kind = LayerKind::max_pool, .filter = {3, 3}, .stride = {2, 2}, .padding = {1, 1}});
  for (std::size_t stage = 0; stage < kStages.size(); ++stage) {
    for (std::size_t block = 0; block < kStages[stage].blocks; ++block) {
      x = bottleneck(build, fmt::format("stage{}.{}", stage + 1, block), x, kStages[stage].width,
                     block == 0 ? kStages[stage].stride : 1);
    }
  }
  x = build.global_average("average", x);
  build.convolution("classes", x, {.channels = 1000, .is_head = true});
  return build.take();
}

Network mobilenet_v2(const MobileNetShape& shape) {
  NetworkBuilder build("mobilenet_v2", {.height = shape.side, .width = shape.side, .channels = 3});
  const MobileNetTaps taps = mobilenet_features(build, shape.width, scaled(1280, std::max(1.0, shape.width)));
  const std::size_t average = build.global_average("average", taps.last);
  build.convolution("classes", average, {.channels = 1000, .is_head = true});
  return build.take();
}

Network ssdlite(const DetectorShape& shape) {
  constexpr std::array<std::size_t, 4> kExtras{512, 256, 256, 64};
  NetworkBuilder build("ssdlite", {.height = kFrameHeight, .width = kFrameWidth, .channels = 3});
  const MobileNetTaps taps = mobilenet_features(build, shape.width, scaled(1280, shape.width));
  std::vector<std::size_t> levels{taps.stride_16, taps.last};
  for (std::size_t i = 0; i < kExtras.size(); ++i) {
    const std::string name = fmt::format("extra{}", i);
    const std::size_t channels = scaled(kExtras[i], shape.width);
    const std::size_t squeezed = build.convolution(name + ".squeeze", levels.back(),
                                                   {.channels = channels / 2, .activation = Activation::relu6});
    const std::size_t filtered = build.depthwise(name + ".depthwise", squeezed, 2, Activation::relu6);
    levels.push_back(
        build.convolution(name + ".expand", filtered, {.channels = channels, .activation = Activation::relu6}));
  }
  for (std::size_t level = 0; level < levels.size(); ++level) {
    const std::string name = fmt::format("head{}", level);
    const std::size_t filtered = build.depthwise(name + ".depthwise", levels[level], 1, Activation::relu6);
    build.convolution(name + ".boxes", filtered, {.channels = shape.anchors * shape.values, .is_head = true});
  }
  return build.take();
}

Network text_recogniser() {
  NetworkBuilder build("text_recogniser", {.height = kTextHeight, .width = kTextWidth, .channels = 3});
  struct Step {
    std::size_t channels;
    Extent stride;
  };
  constexpr std::array<Step, 5> kSteps{{{24, {2, 2}}, {32, {2, 2}}, {40, {1, 1}}, {104, {2, 1}}, {152, {2, 1}}}};
  std::size_t x = 0;
  for (std::size_t i = 0; i < kSteps.size(); ++i) {
    x = build.convolution(fmt::format("conv{}", i), x,
                          {.channels = kSteps[i].channels,
                           .filter = {3, 3},
                           .stride = kSteps[i].stride,
                           .padding = {1, 1},
                           .activation = Activation::relu6});
  }
  x = build.convolution("columns", x, {.channels = 224, .filter = {2, 1}, .activation = Activation::relu6});
  build.convolution("characters", x, {.channels = kTextClasses, .is_head = true});
  return build.take();
}

}  // namespace assay
