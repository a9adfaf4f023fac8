#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/array.hpp"
#include "kernels/kernel.hpp"
#include "kernels/models/layered_kernel.hpp"
#include "kernels/models/network_runner.hpp"

namespace assay {

/// A network with seeded weights as a kernel: a sample is an image. Its output is the network's, all heads. oneDNN
/// allocates inside a run what it needs there.
class NetworkKernel : public Kernel, public LayeredKernel {
 public:
  static constexpr std::size_t kMaxBatch = 8;

  /// identity: name and parameters but `dtype` and `library`, which come from the options.
  NetworkKernel(KernelIdentity identity, Network network, const NetworkRunner::Options& options);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return runner_.network().work(); }
  [[nodiscard]] WorkUnit work_unit() const override {
    return runner_.type() == NetworkType::i8 ? WorkUnit::integer_operation : WorkUnit::flop;
  }
  [[nodiscard]] Bytes traffic() const override { return traffic_of_batch(1); }
  [[nodiscard]] Bytes traffic_of_batch(std::size_t samples) const override { return runner_.traffic(samples); }
  [[nodiscard]] Bytes bus_traffic() const override { return traffic() + runner_.output_bytes(); }
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  [[nodiscard]] std::size_t max_batch() const override { return runner_.max_batch(); }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] bool failed() const noexcept override { return runner_.failed(); }
  [[nodiscard]] std::string failure() const override { return runner_.failure(); }
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override { return runner_.tolerance(); }
  [[nodiscard]] double output_scale() const override { return NetworkRunner::output_scale(); }
  /// Each layer of sample 0 against the reference of that layer, and a full batch against its samples alone.
  [[nodiscard]] OutputCheck verify() override;

  [[nodiscard]] std::size_t layer_count() const override { return runner_.network().layers.size(); }
  [[nodiscard]] LayerFigures layer(std::size_t index) const override { return runner_.figures(index); }
  void run_up_to_layer(std::size_t index) noexcept override { runner_.run_up_to(index, image(0)); }
  void run_layer(std::size_t index) noexcept override { runner_.run_layer(index); }
  [[nodiscard]] OutputCheck check_layer(std::size_t index) override { return runner_.check_layers(image(0), index); }

  [[nodiscard]] NetworkRunner& runner() { return runner_; }
  [[nodiscard]] const NetworkRunner& runner() const { return runner_; }
  [[nodiscard]] const void* image(std::uint32_t sample) const { return images_.data() + sample * image_bytes_; }

 private:
  static constexpr std::size_t kSamples = 8;

  NetworkRunner runner_;
  KernelIdentity identity_;
  std::size_t image_bytes_;
  Array<std::byte> images_;
};

/// Images of a network one after the other, from the seed alone.
void fill_images(const Network& network, NetworkType type, std::span<std::byte> images, std::uint64_t seed);

/// The identity of a kernel of one network.
[[nodiscard]] KernelIdentity network_identity(KernelIdentity identity, const NetworkRunner& runner);

[[nodiscard]] std::unique_ptr<Kernel> make_resnet50(const std::map<std::string, std::string>& parameters);
[[nodiscard]] std::unique_ptr<Kernel> make_mobilenet_v2(const std::map<std::string, std::string>& parameters);

}  // namespace assay
