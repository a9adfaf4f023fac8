#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/array.hpp"
#include "kernels/models/layered_kernel.hpp"
#include "kernels/models/network_choice.hpp"
#include "kernels/models/network_executor.hpp"
#include "kernels/output_comparison.hpp"

namespace assay {

/// A network with its weights and the library that runs it: what the kernels of networks have in common.
class NetworkRunner {
 public:
  struct Options {
    NetworkType type = NetworkType::f32;
    std::string_view library = "auto";
    std::size_t max_batch = 1;
  };
  /// Throws as choose_network_library() does.
  NetworkRunner(Network network, const Options& options);

  [[nodiscard]] const Network& network() const { return network_; }
  [[nodiscard]] NetworkType type() const { return type_; }
  [[nodiscard]] std::size_t max_batch() const { return max_batch_; }
  [[nodiscard]] const NetworkLibraryChoice& choice() const { return choice_; }

  /// Weights once, images read and outputs written; what passes between layers stays in the caches where it fits.
  [[nodiscard]] Bytes traffic(std::size_t images) const;
  [[nodiscard]] Bytes output_bytes() const { return {network_.output_elements() * sizeof(float)}; }
  /// Weights as given and in the library's order, activations and workspace: an upper estimate for all libraries.
  [[nodiscard]] Bytes memory() const;

  /// Fills the weights from the seed alone and brings them into the library's order, on the calling thread.
  void prepare(std::uint64_t seed);

  void run(std::span<const void* const> images) noexcept { executor_->run(images); }
  [[nodiscard]] std::span<const float> output(std::size_t slot) const noexcept { return executor_->output(slot); }

  /// What the executor says of the library.
  [[nodiscard]] bool failed() const noexcept { return executor_ != nullptr && executor_->failed(); }
  [[nodiscard]] std::string failure() const;

  /// Leaves the layers before `layer` computed for `image`, so that run_layer() finds what it reads.
  void run_up_to(std::size_t layer, const void* image) noexcept;
  void run_layer(std::size_t layer) noexcept { executor_->run_layer(layer); }

  [[nodiscard]] LayeredKernel::LayerFigures figures(std::size_t layer) const;

  [[nodiscard]] std::vector<double> reference(const void* image) const;

  /// Bound on the error of an output element, and the size of a typical one.
  [[nodiscard]] double tolerance() const;
  [[nodiscard]] static double output_scale() { return 1.0; }

  /// The bound on one layer's error and the size of its typical output.
  struct LayerBound {
    double tolerance = 0.0;
    double scale = 1.0;
  };
  [[nodiscard]] LayerBound layer_bound(std::size_t layer) const;

  /// Compares every element that each layer writes with the reference of that layer from what it read, so that an error
  /// is found where it is made; `only` one layer. The element is named by its index among all of them.
  [[nodiscard]] OutputCheck check_layers(const void* image, std::optional<std::size_t> only = {});

 private:
  [[nodiscard]] std::vector<double> tensor_in_double(std::size_t tensor);

  Network network_;
  NetworkType type_;
  std::size_t max_batch_;
  NetworkLibraryChoice choice_;
  std::optional<NetworkWeights> weights_;
  std::unique_ptr<NetworkExecutor> executor_;
};

}  // namespace assay
