#include "kernels/models/ar_frame.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "kernels/kernel_parameters.hpp"
#include "kernels/models/architectures.hpp"
#include "kernels/models/network_kernel.hpp"
#include "kernels/output_comparison.hpp"

namespace assay {
namespace {

constexpr DetectorShape kTextAnchors{.width = 1.0, .anchors = 3, .values = 6};  // box, background and text

Network text_detector(double width) {
  DetectorShape shape = kTextAnchors;
  shape.width = width;
  Network network = ssdlite(shape);
  network.name = "text_detector";
  return network;
}

NetworkRunner::Options of_crops(NetworkRunner::Options options, std::size_t crops, std::string_view library) {
  options.max_batch = crops;
  options.library = library;
  return options;
}

}  // namespace

ArFrame::ArFrame(KernelIdentity identity, const Shape& shape, const NetworkRunner::Options& options)
    : detector_(text_detector(shape.width), options),
      // The library of the larger network for both.
      recogniser_(text_recogniser(), of_crops(options, shape.crops, detector_.choice().library->name)),
      crops_(shape.crops),
      decoder_(detector_.network(), {.anchors = kTextAnchors.anchors, .values = kTextAnchors.values}),
      identity_(network_identity(std::move(identity), detector_)),
      frame_bytes_(detector_.network().tensor_bytes(0, options.type).count),
      crop_bytes_(recogniser_.network().tensor_bytes(0, options.type).count),
      lines_(shape.crops * kTextColumns) {}

Flops ArFrame::work() const { return detector_.network().work() + recogniser_.network().work() * crops_; }

WorkUnit ArFrame::work_unit() const {
  return detector_.type() == NetworkType::i8 ? WorkUnit::integer_operation : WorkUnit::flop;
}

Bytes ArFrame::traffic() const {
  return detector_.traffic(1) + recogniser_.network().weight_bytes(recogniser_.type()) +
         recogniser_.output_bytes() * crops_;
}

Bytes ArFrame::bus_traffic() const {
  return traffic() + detector_.output_bytes() + recogniser_.output_bytes() * crops_;
}

Bytes ArFrame::memory_per_worker() const {
  return detector_.memory() + recogniser_.memory() + Bytes{kSamples * frame_bytes_ + crops_ * crop_bytes_};
}

void ArFrame::prepare(std::uint64_t seed) {
  frames_ = Array<std::byte>(kSamples * frame_bytes_);
  cut_ = Array<std::byte>(crops_ * crop_bytes_);
  fill_images(detector_.network(), detector_.type(), frames_.span(), seed);
  detector_.prepare(seed);
  recogniser_.prepare(seed + 1);
  const std::uint32_t sample = 0;
  ArFrame::run({&sample, 1});
}

// The frame holds twelve lines of text: six rows of two.
void ArFrame::cut(std::size_t crop, const std::byte* frame, std::byte* to) const noexcept {
  const std::size_t pixel = frame_bytes_ / (kFrameHeight * kFrameWidth);
  const std::size_t place = crop * 5 % 12;
  const std::size_t top = place / 2 * kTextHeight;
  const std::size_t left = place % 2 * kTextWidth;
  for (std::size_t row = 0; row < kTextHeight; ++row) {
    std::memcpy(to + row * kTextWidth * pixel, frame + ((top + row) * kFrameWidth + left) * pixel, kTextWidth * pixel);
  }
}

void ArFrame::run(std::span<const std::uint32_t> samples) noexcept {
  const void* const image = frame(samples[0]);
  detector_.run({&image, 1});
  decoder_.decode(detector_.output(0));
  std::array<const void*, kMostCrops> crops{};
  for (std::size_t crop = 0; crop < crops_; ++crop) {
    std::byte* const to = cut_.data() + crop * crop_bytes_;
    cut(crop, frame(samples[0]), to);
    crops[crop] = to;
  }
  recogniser_.run(std::span(crops).first(crops_));
  characters_ = 0;
  for (std::size_t crop = 0; crop < crops_; ++crop) {
    characters_ +=
        read_text(recogniser_.output(crop), kTextClasses, std::span(lines_).subspan(crop * kTextColumns, kTextColumns));
  }
}

std::size_t ArFrame::output_elements() const {
  return detector_.network().output_elements() + crops_ * recogniser_.network().output_elements();
}

float ArFrame::output_element(std::size_t index) const noexcept {
  const std::size_t of_detector = detector_.network().output_elements();
  if (index < of_detector) {
    return detector_.output(0)[index];
  }
  const std::size_t of_recogniser = recogniser_.network().output_elements();
  return recogniser_.output((index - of_detector) / of_recogniser)[(index - of_detector) % of_recogniser];
}

Kernel::Probe ArFrame::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = output_element(probe_position(i, output_elements()));
  }
  return found;
}

Kernel::Probe ArFrame::reference_probe(std::uint32_t sample) const {
  std::vector<double> output = detector_.reference(frame(sample));
  std::vector<std::byte> crop(crop_bytes_);
  for (std::size_t i = 0; i < crops_; ++i) {
    cut(i, frame(sample), crop.data());
    const std::vector<double> read = recogniser_.reference(crop.data());
    output.insert(output.end(), read.begin(), read.end());
  }
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    expected[i] = static_cast<float>(output[probe_position(i, output.size())]);
  }
  return expected;
}

double ArFrame::tolerance() const { return std::max(detector_.tolerance(), recogniser_.tolerance()); }

OutputCheck ArFrame::verify() {
  OutputCheck check = detector_.check_layers(frame(0));
  for (std::size_t crop = 0; crop < crops_ && check.passed; ++crop) {
    cut(crop, frame(0), cut_.data());
    const OutputCheck read = recogniser_.check_layers(cut_.data());
    check.worst_relative_error = std::max(check.worst_relative_error, read.worst_relative_error);
    check.tolerance = std::max(check.tolerance, read.tolerance);
    check.passed = read.passed;
    check.detail = read.detail;
  }
  const std::uint32_t sample = 0;
  run({&sample, 1});
  const std::string problem = decoder_.problem(detector_.output(0));
  if (check.passed && !problem.empty()) {
    check.passed = false;
    check.detail = problem;
  }
  return check;
}

std::size_t ArFrame::layer_count() const { return detector_layers() + recogniser_.network().layers.size(); }

LayeredKernel::LayerFigures ArFrame::layer(std::size_t index) const {
  if (index < detector_layers()) {
    return detector_.figures(index);
  }
  LayerFigures figures = recogniser_.figures(index - detector_layers());
  figures.name = "text." + figures.name;
  return figures;
}

void ArFrame::run_up_to_layer(std::size_t index) noexcept {
  if (index < detector_layers()) {
    detector_.run_up_to(index, frame(0));
    return;
  }
  cut(0, frame(0), cut_.data());
  recogniser_.run_up_to(index - detector_layers(), cut_.data());
}

void ArFrame::run_layer(std::size_t index) noexcept {
  if (index < detector_layers()) {
    detector_.run_layer(index);
  } else {
    recogniser_.run_layer(index - detector_layers());
  }
}

OutputCheck ArFrame::check_layer(std::size_t index) {
  if (index < detector_layers()) {
    return detector_.check_layers(frame(0), index);
  }
  cut(0, frame(0), cut_.data());
  return recogniser_.check_layers(cut_.data(), index - detector_layers());
}

std::unique_ptr<Kernel> make_ar_frame(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("ar_frame"), parameters);
  const std::string width = given.choice("width", {"0.75", "0.5", "1.0"});
  const std::uint64_t crops = given.integer("crops", {1, ArFrame::kMostCrops});
  const std::string dtype = given.choice("dtype", {"f32", "i8"});
  const std::string library = given.choice("library", {"auto", "onednn", "openblas", "own"});
  given.throw_if_bad();
  return std::make_unique<ArFrame>(
      KernelIdentity{.name = "ar_frame", .parameters = {{"width", width}, {"crops", std::to_string(crops)}}},
      ArFrame::Shape{.width = std::stod(width), .crops = crops},
      NetworkRunner::Options{.type = dtype == "i8" ? NetworkType::i8 : NetworkType::f32, .library = library});
}

}  // namespace assay
