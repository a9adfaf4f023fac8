#pragma once

#include <string_view>
#include <vector>

namespace assay {

/// A rectangle that may be turned about its centre, in the coordinates of a picture (y downwards).
struct LabelBox {
  double x = 0.0;  ///< of the centre
  double y = 0.0;
  double width = 0.0;
  double height = 0.0;
  double angle = 0.0;  ///< radians, clockwise as SVG turns
};

/// Keeps labels apart: each place is given once.
class LabelPlaces {
 public:
  /// Takes the place if it lies within the frame and touches none taken before.
  [[nodiscard]] bool take(const LabelBox& box);
  /// Takes it whatever lies there.
  void block(const LabelBox& box) { taken_.push_back(box); }
  void set_frame(double left, double top, double right, double bottom);

 private:
  std::vector<LabelBox> taken_;
  double left_ = -1e9;
  double top_ = -1e9;
  double right_ = 1e9;
  double bottom_ = 1e9;
};

/// About how wide a text of a usual sans-serif letter is; on the safe side.
[[nodiscard]] double text_width(std::string_view text, double font_size);

}  // namespace assay
