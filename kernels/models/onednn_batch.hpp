#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "kernels/models/activation_plan.hpp"
#include "kernels/models/network_executor.hpp"
#include "kernels/onednn_api.hpp"

namespace assay {

/// The layers' parameters in the library's layouts, shared by programs.
class OneDnnParameters {
 public:
  OneDnnParameters(const OneDnnEngine& engine, const NetworkProgram& program)
      : engine_(engine), program_(program), filters_(program.network.layers.size()) {}

  [[nodiscard]] dnnl_memory_desc_t filters(const Layer& layer, dnnl_format_tag_t depthwise,
                                           dnnl_format_tag_t dense) const;
  /// The filters of a layer as `wanted`.
  [[nodiscard]] dnnl_memory_t laid_out(std::size_t index, const dnnl_memory_desc_t& wanted);
  [[nodiscard]] OneDnnOwned<dnnl_memory_t> biases(std::size_t index) const;

 private:
  struct LaidOut {
    dnnl_memory_desc_t description;
    OneDnnOwned<dnnl_memory_t> memory;
  };

  const OneDnnEngine& engine_;
  const NetworkProgram& program_;
  std::vector<std::vector<LaidOut>> filters_;  ///< of each layer
};

/// The primitives of a network for one number of images.
class OneDnnBatch {
 public:
  OneDnnBatch(const OneDnnEngine& engine, const NetworkProgram& program, OneDnnParameters& parameters,
              std::size_t images);

  [[nodiscard]] std::size_t images() const { return images_; }
  [[nodiscard]] std::size_t memory_bytes() const { return plan_.bytes; }
  [[nodiscard]] std::size_t scratchpad_bytes() const { return scratchpad_bytes_; }

  /// Binds the primitives to memory of those sizes, which batches that do not run at once share.
  void bind(std::byte* memory, std::byte* scratchpad);

  /// The first call of the library's that failed since the batch was made; nothing runs after one.
  [[nodiscard]] bool failed() const noexcept { return failed_call_ != nullptr; }
  [[nodiscard]] std::string failure() const;

  /// `images` of them one after the other.
  void load(const void* images) noexcept;
  void run_layer(std::size_t layer) noexcept;
  /// All layers, and the heads to `outputs`, those of an image one after the other.
  void run(float* outputs) noexcept;
  /// Not a number in each element where the library fails.
  void read(std::size_t tensor, std::span<float> values) noexcept;

 private:
  struct Step {
    OneDnnOwned<dnnl_primitive_t> primitive{nullptr, nullptr};
    std::vector<dnnl_exec_arg_t> arguments;
    dnnl_memory_desc_t source;  ///< the layout in which it reads
    dnnl_memory_desc_t scratchpad_description;
    OneDnnOwned<dnnl_memory_t> biases{nullptr, nullptr};
    OneDnnOwned<dnnl_memory_t> scratchpad{nullptr, nullptr};
    OneDnnOwned<dnnl_primitive_t> reorder{nullptr, nullptr};  ///< where its input has another layout
    OneDnnOwned<dnnl_memory_t> reordered{nullptr, nullptr};
    std::vector<dnnl_exec_arg_t> reorder_arguments;
  };
  struct Head {
    std::size_t offset = 0;  ///< in the output of an image
    OneDnnOwned<dnnl_memory_t> output{nullptr, nullptr};
    OneDnnOwned<dnnl_primitive_t> reorder{nullptr, nullptr};
    std::vector<dnnl_exec_arg_t> arguments;
  };
  using Attributes = OneDnnOwned<dnnl_primitive_attr_t>;
  struct Padding {
    dnnl_dims_t before;
    dnnl_dims_t behind;
  };

  [[nodiscard]] dnnl_data_type_t type_of(std::size_t tensor) const;
  [[nodiscard]] dnnl_memory_desc_t tensor(std::size_t index, dnnl_format_tag_t tag) const;
  [[nodiscard]] dnnl_memory_desc_t queried(const OneDnnOwned<dnnl_primitive_desc_t>& description,
                                           dnnl_query_t what) const;
  [[nodiscard]] Padding padding_of(const Layer& layer) const;
  [[nodiscard]] Attributes attributes() const;
  [[nodiscard]] Attributes attributes_of(std::size_t index) const;
  void finish_step(std::size_t index, const OneDnnOwned<dnnl_primitive_desc_t>& description);
  void make_convolution(std::size_t index, OneDnnParameters& parameters);
  void make_pool(std::size_t index);
  void bind_heads();
  void note(dnnl_status_t status, const char* call) noexcept;
  void execute(const OneDnnOwned<dnnl_primitive_t>& primitive, const std::vector<dnnl_exec_arg_t>& arguments) noexcept;
  void point(const OneDnnOwned<dnnl_memory_t>& memory, void* data) noexcept;

  const OneDnnEngine& engine_;
  const Network& network_;
  const NetworkWeights& weights_;
  std::size_t images_;
  std::vector<dnnl_memory_desc_t> tensors_;
  std::vector<Step> steps_;
  std::size_t scratchpad_bytes_ = 0;
  ActivationPlan plan_;
  std::vector<OneDnnOwned<dnnl_memory_t>> memories_;
  OneDnnOwned<dnnl_memory_t> image_{nullptr, nullptr};
  OneDnnOwned<dnnl_primitive_t> image_reorder_{nullptr, nullptr};
  std::vector<dnnl_exec_arg_t> image_arguments_;
  std::vector<Head> heads_;
  const char* failed_call_ = nullptr;
  dnnl_status_t status_ = dnnl_success;
};

}  // namespace assay
