#include "kernels/cuda/llm/card_graphs.hpp"

namespace assay::cuda {

CardGraphs::~CardGraphs() {
  for (const auto& [sizes, graph] : bodies_) {
    static_cast<void>(cudaGraphExecDestroy(graph));
  }
  for (const auto& [sizes, graph] : heads_) {
    static_cast<void>(cudaGraphExecDestroy(graph));
  }
}

void CardGraphs::make_all(const AssayLlmOptions& options) {
  for (const std::uint32_t bucket : decode_buckets(options.most_outputs)) {
    const PassShape pass{.rows = bucket, .decodes = bucket, .tiles = 0, .outputs = bucket, .bucketed = true};
    static_cast<void>(body_of(pass));
    static_cast<void>(head_of(pass));
  }
  for (const std::uint32_t rows : mixed_row_buckets(options.most_tokens)) {
    for (const std::uint32_t decodes : mixed_decode_buckets(options.most_outputs)) {
      if (decodes <= rows) {
        static_cast<void>(body_of(
            {.rows = rows, .decodes = decodes, .tiles = tiles_of_bucket(rows), .outputs = 1, .bucketed = true}));
      }
    }
  }
}

void CardGraphs::launch(const PassShape& pass) {
  ASSAY_CUDA(cudaGraphLaunch(body_of(pass), stream_));
  if (pass.outputs > 0) {
    ASSAY_CUDA(cudaGraphLaunch(head_of(pass), stream_));
  }
}

cudaGraphExec_t CardGraphs::captured(const std::function<void()>& work) const {
  ASSAY_CUDA(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal));
  cudaGraph_t graph = nullptr;
  try {
    work();
  } catch (...) {
    // The stream must leave its capture even where the work failed; the first error is the one to tell.
    static_cast<void>(cudaStreamEndCapture(stream_, &graph));
    if (graph != nullptr) {
      static_cast<void>(cudaGraphDestroy(graph));
    }
    throw;
  }
  ASSAY_CUDA(cudaStreamEndCapture(stream_, &graph));
  cudaGraphExec_t exec = nullptr;
  const cudaError_t made = cudaGraphInstantiate(&exec, graph, 0);
  static_cast<void>(cudaGraphDestroy(graph));
  check_call(made, "cudaGraphInstantiate");
  ASSAY_CUDA(cudaGraphUpload(exec, stream_));
  return exec;
}

cudaGraphExec_t CardGraphs::body_of(const PassShape& pass) {
  const Sizes sizes{pass.rows, pass.decodes, pass.tiles};
  const auto found = bodies_.find(sizes);
  if (found != bodies_.end()) {
    return found->second;
  }
  const cudaGraphExec_t made = captured([&] { layers_.run_body(pass); });
  bodies_.emplace(sizes, made);
  return made;
}

cudaGraphExec_t CardGraphs::head_of(const PassShape& pass) {
  const HeadSizes sizes{pass.outputs, layers_.product(LlmMatrix::down, pass.rows).leaves_scales()};
  const auto found = heads_.find(sizes);
  if (found != heads_.end()) {
    return found->second;
  }
  const cudaGraphExec_t made = captured([&] { layers_.run_head(pass); });
  heads_.emplace(sizes, made);
  return made;
}

}  // namespace assay::cuda
