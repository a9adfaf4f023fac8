#pragma once

#include <map>
#include <memory>
#include <string>

#include "kernels/models/architectures.hpp"
#include "kernels/models/detection.hpp"
#include "kernels/models/network_kernel.hpp"

namespace assay {

/// A camera's frame through the small detector, to boxes: the network and what follows it.
class SsdLite : public NetworkKernel {
 public:
  SsdLite(KernelIdentity identity, const DetectorShape& shape, const NetworkRunner::Options& options);

  void run(std::span<const std::uint32_t> samples) noexcept override;
  /// And the boxes of sample 0 from the network's outputs.
  [[nodiscard]] OutputCheck verify() override;

  /// Of the last image of the last run.
  [[nodiscard]] std::span<const Detection> detections() const { return decoder_.detections(); }

 private:
  DetectionDecoder decoder_;
};

[[nodiscard]] std::unique_ptr<Kernel> make_ssdlite(const std::map<std::string, std::string>& parameters);

}  // namespace assay
