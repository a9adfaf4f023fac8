#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/array.hpp"
#include "kernels/kernel.hpp"
#include "kernels/models/detection.hpp"
#include "kernels/models/layered_kernel.hpp"
#include "kernels/models/network_runner.hpp"

namespace assay {

/// What a phone does with one frame when it translates what the camera sees: a detector looks for text, and a
/// recogniser reads `crops` places of the frame. The weights are not trained and find nothing that is there; so the
/// places are fixed ones, of the size that the recogniser reads, and the outputs can be checked to the last element.
/// The output is the detector's and then that of each place.
class ArFrame : public Kernel, public LayeredKernel {
 public:
  static constexpr std::size_t kMostCrops = 8;

  struct Shape {
    double width = 0.75;  ///< of the detector
    std::size_t crops = 2;
  };
  ArFrame(KernelIdentity identity, const Shape& shape, const NetworkRunner::Options& options);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override;
  [[nodiscard]] WorkUnit work_unit() const override;
  /// Weights of both once, the frame and the outputs.
  [[nodiscard]] Bytes traffic() const override;
  [[nodiscard]] Bytes bus_traffic() const override;
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] bool failed() const noexcept override { return detector_.failed() || recogniser_.failed(); }
  [[nodiscard]] std::string failure() const override {
    return detector_.failed() ? detector_.failure() : recogniser_.failure();
  }
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  [[nodiscard]] double output_scale() const override { return NetworkRunner::output_scale(); }
  [[nodiscard]] OutputCheck verify() override;

  /// Those of the detector, and then of the recogniser for the first place.
  [[nodiscard]] std::size_t layer_count() const override;
  [[nodiscard]] LayerFigures layer(std::size_t index) const override;
  void run_up_to_layer(std::size_t index) noexcept override;
  void run_layer(std::size_t index) noexcept override;
  [[nodiscard]] OutputCheck check_layer(std::size_t index) override;

  [[nodiscard]] std::span<const Detection> detections() const { return decoder_.detections(); }

 private:
  static constexpr std::size_t kSamples = 4;

  [[nodiscard]] const std::byte* frame(std::uint32_t sample) const { return frames_.data() + sample * frame_bytes_; }
  [[nodiscard]] std::size_t detector_layers() const { return detector_.network().layers.size(); }
  void cut(std::size_t crop, const std::byte* frame, std::byte* to) const noexcept;
  [[nodiscard]] float output_element(std::size_t index) const noexcept;
  [[nodiscard]] std::size_t output_elements() const;

  NetworkRunner detector_;
  NetworkRunner recogniser_;
  std::size_t crops_;
  DetectionDecoder decoder_;
  KernelIdentity identity_;
  std::size_t frame_bytes_;
  std::size_t crop_bytes_;
  Array<std::byte> frames_;
  Array<std::byte> cut_;             ///< crops_ places
  std::vector<std::uint8_t> lines_;  ///< what was read, kTextColumns a place
  std::size_t characters_ = 0;
};

[[nodiscard]] std::unique_ptr<Kernel> make_ar_frame(const std::map<std::string, std::string>& parameters);

}  // namespace assay
