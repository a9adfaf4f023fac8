#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kernels/models/network.hpp"

namespace assay {

/// A box in pixels of the frame and what is in it.
struct Detection {
  float left = 0.0F;
  float top = 0.0F;
  float right = 0.0F;
  float bottom = 0.0F;
  float score = 0.0F;  ///< logistic function of the class's output
  std::uint32_t object_class = 0;
  std::uint32_t anchor = 0;  ///< the one that it comes from
};

/// From the outputs of a detector to boxes: the boxes of the best-scored pairs of anchor and class are decoded (Liu et
/// al., SSD, ECCV 2016, section 2.2), and of those of one class that overlap by more than half the best one stays.
class DetectionDecoder {
 public:
  static constexpr std::size_t kCandidates = 100;
  static constexpr float kScoreLogit = 1.5F;  ///< a score of 0.82; below is no candidate
  static constexpr float kOverlap = 0.5F;     ///< intersection over union

  struct Shape {
    std::size_t anchors = 6;
    std::size_t values = 25;  ///< four for the box, the background, the classes
  };
  /// The heads of `network` are the levels, from the finest grid to the coarsest.
  DetectionDecoder(const Network& network, Shape shape);

  /// `output`: of one image, all heads one after the other. Allocates nothing.
  void decode(std::span<const float> output) noexcept;
  [[nodiscard]] std::span<const Detection> detections() const { return {detections_.data(), detections_.size()}; }

  /// What is wrong with the detections that decode() left for this output, by the definition of the two steps and in
  /// double; empty if nothing is.
  [[nodiscard]] std::string problem(std::span<const float> output) const;

 private:
  struct Anchor {
    float x, y, width, height;  ///< centre and size in pixels
  };
  struct Candidate {
    float logit;
    std::uint32_t anchor;
    std::uint32_t object_class;
  };
  [[nodiscard]] Detection decoded(const Candidate& candidate, std::span<const float> output) const noexcept;
  [[nodiscard]] std::vector<Detection> best_in_double(std::span<const float> output) const;

  Shape shape_;
  std::vector<Anchor> anchors_;
  std::vector<Candidate> candidates_;
  std::vector<Detection> detections_;
};

/// Characters of a line of text from a recogniser's output: the best class of each column, equal neighbours merged and
/// blanks, which are class 0, left out (Graves et al., ICML 2006, section 3.2). Returns how many were written to
/// `line`, which holds one for each column.
std::size_t read_text(std::span<const float> output, std::size_t classes, std::span<std::uint8_t> line) noexcept;

}  // namespace assay
