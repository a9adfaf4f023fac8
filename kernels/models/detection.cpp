#include "kernels/models/detection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/models/architectures.hpp"

namespace assay {
namespace {

constexpr float kCentreVariance = 0.1F;  // of Liu et al.'s code: how far an output of one moves a box
constexpr float kSizeVariance = 0.2F;

template <class Box>
double overlap(const Box& a, const Box& b) {
  const double width = std::min<double>(a.right, b.right) - std::max<double>(a.left, b.left);
  const double height = std::min<double>(a.bottom, b.bottom) - std::max<double>(a.top, b.top);
  if (!(width > 0.0) || !(height > 0.0)) {
    return 0.0;
  }
  const auto area = [](const Box& box) {
    return (static_cast<double>(box.right) - box.left) * (static_cast<double>(box.bottom) - box.top);
  };
  return width * height / (area(a) + area(b) - width * height);
}

}  // namespace

DetectionDecoder::DetectionDecoder(const Network& network, Shape shape) : shape_(shape) {
  // A square, a larger one, and boxes twice and three times as wide as high and the reverse.
  constexpr std::array<float, 6> kRatios{1.0F, 2.0F, 0.5F, 3.0F, 1.0F / 3, 1.0F};
  constexpr float kSmallest = 0.2F;
  constexpr float kLargest = 0.95F;
  const TensorShape& frame = network.tensors[0];
  const std::vector<std::size_t> heads = network.heads();
  const float step = (kLargest - kSmallest) / static_cast<float>(std::max<std::size_t>(1, heads.size() - 1));
  for (std::size_t level = 0; level < heads.size(); ++level) {
    const TensorShape& grid = network.output_of(network.layers[heads[level]]);
    const float size = (kSmallest + step * static_cast<float>(level)) * static_cast<float>(frame.height);
    for (std::size_t place = 0; place < grid.places(); ++place) {
      const std::size_t row = place / grid.width;
      const std::size_t column = place % grid.width;
      for (std::size_t i = 0; i < shape.anchors; ++i) {
        const float ratio = std::sqrt(kRatios[i % kRatios.size()]);
        const float scale = i == 5 ? size * std::sqrt((kSmallest + step) / kSmallest) : size;
        anchors_.push_back(
            {.x =
                 (static_cast<float>(column) + 0.5F) * static_cast<float>(frame.width) / static_cast<float>(grid.width),
             .y = (static_cast<float>(row) + 0.5F) * static_cast<float>(frame.height) / static_cast<float>(grid.height),
             .width = scale * ratio,
             .height = scale / ratio});
      }
    }
  }
  candidates_.reserve(anchors_.size() * shape.values);
  detections_.reserve(kCandidates);
}

Detection DetectionDecoder::decoded(const Candidate& candidate, std::span<const float> output) const noexcept {
  const Anchor& anchor = anchors_[candidate.anchor];
  const float* const box = output.data() + candidate.anchor * shape_.values;
  const float x = anchor.x + box[0] * kCentreVariance * anchor.width;
  const float y = anchor.y + box[1] * kCentreVariance * anchor.height;
  const float width = anchor.width * std::exp(box[2] * kSizeVariance);
  const float height = anchor.height * std::exp(box[3] * kSizeVariance);
  return {.left = x - width / 2,
          .top = y - height / 2,
          .right = x + width / 2,
          .bottom = y + height / 2,
          .score = 1.0F / (1.0F + std::exp(-candidate.logit)),
          .object_class = candidate.object_class,
          .anchor = candidate.anchor};
}

void DetectionDecoder::decode(std::span<const float> output) noexcept {
  constexpr std::size_t kFirstClass = 5;
  candidates_.clear();
  detections_.clear();
  for (std::uint32_t anchor = 0; anchor < anchors_.size(); ++anchor) {
    const float* const values = output.data() + anchor * shape_.values;
    for (std::size_t i = kFirstClass; i < shape_.values; ++i) {
      if (values[i] > kScoreLogit) {
        candidates_.push_back({values[i], anchor, static_cast<std::uint32_t>(i - kFirstClass)});
      }
    }
  }
  const auto better = [](const Candidate& a, const Candidate& b) {
    return a.logit != b.logit ? a.logit > b.logit
                              : std::pair(a.anchor, a.object_class) < std::pair(b.anchor, b.object_class);
  };
  const std::size_t kept = std::min(kCandidates, candidates_.size());
  const auto end = candidates_.begin() + static_cast<std::ptrdiff_t>(kept);
  std::partial_sort(candidates_.begin(), end, candidates_.end(), better);
  for (auto candidate = candidates_.begin(); candidate != end; ++candidate) {
    const Detection found = decoded(*candidate, output);
    const bool hidden = std::any_of(detections_.begin(), detections_.end(), [&](const Detection& other) {
      return other.object_class == found.object_class && overlap(other, found) > static_cast<double>(kOverlap);
    });
    if (!hidden) {
      detections_.push_back(found);
    }
  }
}

std::vector<Detection> DetectionDecoder::best_in_double(std::span<const float> output) const {
  struct Scored {
    double score;
    std::size_t index;
  };
  std::vector<Scored> all;
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (i % shape_.values >= 5 && output[i] > kScoreLogit) {
      all.push_back({-static_cast<double>(output[i]), i});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Scored& a, const Scored& b) { return a.score < b.score; });
  all.resize(std::min(all.size(), kCandidates));
  std::vector<Detection> best;
  for (const Scored& scored : all) {
    const std::size_t anchor = scored.index / shape_.values;
    const Anchor& at = anchors_[anchor];
    const std::span<const float> box = output.subspan(anchor * shape_.values, 4);
    const auto part = [](float centre, float size, float move, float stretch) {
      const double middle = centre + 0.1 * move * size;
      const double half = size * std::exp(0.2 * stretch) / 2;
      return std::pair(middle - half, middle + half);
    };
    const auto [left, right] = part(at.x, at.width, box[0], box[2]);
    const auto [top, bottom] = part(at.y, at.height, box[1], box[3]);
    best.push_back({.left = static_cast<float>(left),
                    .top = static_cast<float>(top),
                    .right = static_cast<float>(right),
                    .bottom = static_cast<float>(bottom),
                    .score = static_cast<float>(1.0 / (1.0 + std::exp(scored.score))),
                    .object_class = static_cast<std::uint32_t>(scored.index % shape_.values - 5),
                    .anchor = static_cast<std::uint32_t>(anchor)});
  }
  return best;
}

std::string DetectionDecoder::problem(std::span<const float> output) const {
  constexpr double kNear = 1e-5;  // an overlap so near the limit may fall on either side of it in float
  const std::vector<Detection> best = best_in_double(output);
  std::size_t next = 0;
  for (const Detection& candidate : best) {
    const bool is_kept = next < detections_.size() && detections_[next].anchor == candidate.anchor &&
                         detections_[next].object_class == candidate.object_class;
    double most = 0.0;
    for (std::size_t i = 0; i < next; ++i) {
      if (detections_[i].object_class == candidate.object_class) {
        most = std::max(most, overlap(detections_[i], candidate));
      }
    }
    if (most > static_cast<double>(kOverlap) + kNear && is_kept) {
      return fmt::format("detection {} overlaps a better one of its class by {:.3f}", next, most);
    }
    if (most < static_cast<double>(kOverlap) - kNear && !is_kept) {
      return fmt::format("anchor {}, class {} with a score of {:.3f} was not detected", candidate.anchor,
                         candidate.object_class, candidate.score);
    }
    if (!is_kept) {
      continue;
    }
    const Detection& found = detections_[next++];
    for (const auto part : {&Detection::left, &Detection::top, &Detection::right, &Detection::bottom}) {
      constexpr float kPixels = 1e-2F;  // a frame's width times a few roundings of float
      if (!(std::fabs(found.*part - candidate.*part) <= kPixels)) {
        return fmt::format("detection {} has an edge at {}, expected {}", next - 1, found.*part, candidate.*part);
      }
    }
  }
  return next == detections_.size() ? "" : fmt::format("{} detections, expected {}", detections_.size(), next);
}

std::size_t read_text(std::span<const float> output, std::size_t classes, std::span<std::uint8_t> line) noexcept {
  std::size_t length = 0;
  std::size_t before = 0;
  for (std::size_t column = 0; column < line.size(); ++column) {
    const auto scores = output.subspan(column * classes, classes);
    const auto best = static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
    if (best != 0 && best != before) {
      line[length++] = static_cast<std::uint8_t>(best);
    }
    before = best;
  }
  return length;
}

}  // namespace assay
