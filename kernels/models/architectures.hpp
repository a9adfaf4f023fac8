#pragma once

#include <cstddef>

#include "kernels/models/network.hpp"

namespace assay {

/// ResNet-50 v1.5 (He et al., CVPR 2016, table 1; the stride of a stage sits in its 3 x 3 convolution, as MLPerf has
/// it), 1000 classes. side: of the square image, a multiple of 32. At 224: 4089 million products, 25.5 million weights.
[[nodiscard]] Network resnet50(std::size_t side);

struct MobileNetShape {
  double width = 1.0;  ///< multiplies the channels, which are rounded to a multiple of 8
  std::size_t side = 224;
};
/// MobileNetV2 (Sandler et al., CVPR 2018, table 2), 1000 classes. The last convolution keeps 1280 channels at widths
/// below 1. At 1.0 and 224: 301 million products, 3.5 million weights.
[[nodiscard]] Network mobilenet_v2(const MobileNetShape& shape);

/// What a detector says about each of its anchors: `values` numbers, of which the first four place the box.
struct DetectorShape {
  double width = 0.5;
  std::size_t anchors = 6;  ///< at each place
  std::size_t values = 25;  ///< four for the box, one a class with the background first
};
inline constexpr std::size_t kFrameHeight = 192;
inline constexpr std::size_t kFrameWidth = 320;
/// SSDLite (Sandler et al., section 6.2) on MobileNetV2 whose last convolution is as wide as the rest, for a frame of
/// 192 x 320: six levels, from the expanded input of the stride-32 stage to a single place. Each level's head is a
/// depthwise 3 x 3 and one 1 x 1 convolution for boxes and classes together. With 6 anchors and 25 values: 134.9
/// million products and 0.97 million weights at width 0.5.
[[nodiscard]] Network ssdlite(const DetectorShape& shape);

inline constexpr std::size_t kTextHeight = 32;
inline constexpr std::size_t kTextWidth = 160;
inline constexpr std::size_t kTextClasses = 97;  ///< printable characters, and the blank between two equal ones
inline constexpr std::size_t kTextColumns = 40;
/// Six convolutions and a classifier of each of 40 columns, for an image of 32 x 160: 27.7 million products, 0.29
/// million weights.
[[nodiscard]] Network text_recogniser();

}  // namespace assay
