#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "harness/unavailable.hpp"
#include "harness/units.hpp"
#include "kernels/models/network.hpp"
#include "kernels/models/network_weights.hpp"

namespace assay {

/// A network in the memory of one worker, ready to run by one library on the calling thread alone. Images and outputs
/// are channels last; an image is of floats or of bytes, as the network's type says.
class NetworkExecutor {
 public:
  NetworkExecutor() = default;
  NetworkExecutor(const NetworkExecutor&) = delete;
  NetworkExecutor& operator=(const NetworkExecutor&) = delete;
  virtual ~NetworkExecutor() = default;

  /// Computes the outputs of 1 to max_batch images.
  virtual void run(std::span<const void* const> images) noexcept = 0;

  /// What the last run() left for position `slot`: the heads one after the other. After layers that ran alone too.
  [[nodiscard]] virtual std::span<const float> output(std::size_t slot) const noexcept = 0;

  /// True once the library has failed since the executor was made, and why; no output is to be used then.
  [[nodiscard]] virtual bool failed() const noexcept { return false; }
  [[nodiscard]] virtual std::string failure() const { return {}; }

  // One image, layer by layer: load(), then each layer in its order. A layer can be repeated; one that adds a shortcut
  // adds to its own sum then.
  virtual void load(const void* image) noexcept = 0;
  virtual void run_layer(std::size_t layer) noexcept = 0;
  /// The elements of a tensor, as long as no layer has taken its place.
  virtual void read(std::size_t tensor, std::span<float> values) noexcept = 0;
};

struct NetworkProgram {
  const Network& network;  ///< outlives the executor, as the weights do
  const NetworkWeights& weights;
  std::size_t max_batch = 1;
};

struct NetworkLibrary {
  std::string_view name;     ///< the value of a kernel's parameter `library`
  std::string_view package;  ///< of Debian, that brings it
  /// The version and the code path for this processor, or why it cannot do this type here.
  Reading<std::string> (*offer)(NetworkType type);
  /// Brings the weights into the library's own order, on the thread whose memory they shall lie in. Only where it is
  /// offered; throws std::runtime_error with the library's status where it declines.
  std::unique_ptr<NetworkExecutor> (*executor)(const NetworkProgram& program);
};

/// oneDNN, OpenBLAS and our own code, in the order in which they are preferred where they are equal.
[[nodiscard]] std::span<const NetworkLibrary> network_libraries();

/// Throws std::invalid_argument if there is none of that name.
[[nodiscard]] const NetworkLibrary& network_library(std::string_view name);

[[nodiscard]] const NetworkLibrary& onednn_network();
[[nodiscard]] const NetworkLibrary& openblas_network();
[[nodiscard]] const NetworkLibrary& own_network();

}  // namespace assay
