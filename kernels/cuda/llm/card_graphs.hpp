#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <functional>
#include <map>
#include <utility>

#include "kernels/cuda/llm/card_layers.hpp"

namespace assay::cuda {

/// The passes of buckets as CUDA graphs: 850 launches become two. All kernels read their numbers of tokens, pages and
/// lengths from memory, so that one graph serves every pass of its sizes.
class CardGraphs {
 public:
  CardGraphs(const CardLayers& layers, StreamHandle stream) : layers_(layers), stream_(stream) {}
  CardGraphs(const CardGraphs&) = delete;
  CardGraphs& operator=(const CardGraphs&) = delete;
  ~CardGraphs();

  /// Makes the graphs of every bucket, so that none is made while requests wait.
  void make_all(const AssayLlmOptions& options);
  /// Starts a pass of a bucket; makes its graphs if make_all() did not.
  void launch(const PassShape& pass);
  [[nodiscard]] std::size_t count() const { return bodies_.size() + heads_.size(); }

 private:
  struct Sizes {
    std::uint32_t rows = 0, decodes = 0, tiles = 0;
    friend auto operator<=>(const Sizes&, const Sizes&) = default;
  };
  /// Outputs, and whether the last product of the layers left its scales to the head's norm.
  using HeadSizes = std::pair<std::uint32_t, bool>;

  [[nodiscard]] cudaGraphExec_t captured(const std::function<void()>& work) const;
  [[nodiscard]] cudaGraphExec_t body_of(const PassShape& pass);
  [[nodiscard]] cudaGraphExec_t head_of(const PassShape& pass);

  const CardLayers& layers_;
  StreamHandle stream_;
  std::map<Sizes, cudaGraphExec_t> bodies_;
  std::map<HeadSizes, cudaGraphExec_t> heads_;
};

}  // namespace assay::cuda
