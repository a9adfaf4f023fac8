// Networks by oneDNN. A primitive is made for one number of images and for the number of threads that OpenMP has while
// it is made, so both are settled here: one thread, and a program each for 1, 2, 4 and 8 images that share their
// weights wherever the library chooses the same layout for them.
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "kernels/array.hpp"
#include "kernels/models/activation_plan.hpp"
#include "kernels/models/network_executor.hpp"
#include "kernels/models/onednn_api.hpp"

namespace assay {
namespace {

dnnl_dim_t dim(std::size_t size) { return static_cast<dnnl_dim_t>(size); }

/// Zeros below or to the right, as many as the last output needs.
dnnl_dim_t padding_behind(std::size_t in, std::size_t out, std::size_t filter, std::size_t stride,
                          std::size_t padding) {
  return std::max<dnnl_dim_t>(0, dim((out - 1) * stride + filter) - dim(in + padding));
}

/// The parameters of one layer in the layout that a primitive wants.
struct LaidOut {
  dnnl_memory_desc_t description;
  OneDnnOwned<dnnl_memory_t> memory;
};

/// The layers' parameters in the library's layouts, shared by programs.
class Parameters {
 public:
  Parameters(const OneDnnEngine& engine, const NetworkProgram& program)
      : engine_(engine), program_(program), filters_(program.network.layers.size()) {}

  [[nodiscard]] dnnl_memory_desc_t filters(const Layer& layer, dnnl_format_tag_t depthwise,
                                           dnnl_format_tag_t dense) const {
    const auto out = dim(program_.network.output_of(layer).channels);
    const auto in = dim(program_.network.input_of(layer).channels);
    const auto height = dim(layer.filter.height);
    const auto width = dim(layer.filter.width);
    const dnnl_data_type_t type = program_.weights.type() == NetworkType::f32 ? dnnl_f32 : dnnl_s8;
    return layer.kind == LayerKind::depthwise ? engine_.tensor({out, 1, 1, height, width}, type, depthwise)
                                              : engine_.tensor({out, in, height, width}, type, dense);
  }

  [[nodiscard]] dnnl_memory_t laid_out(std::size_t index, const dnnl_memory_desc_t& wanted) {
    for (const LaidOut& known : filters_[index]) {
      if (engine_.api().memory_desc_equal(&known.description, &wanted) != 0) {
        return known.memory.get();
      }
    }
    const LayerWeights& weights = program_.weights.layer(index);
    const void* const data =
        weights.filters.empty() ? static_cast<const void*>(weights.byte_filters.data()) : weights.filters.data();
    const dnnl_memory_desc_t plain = filters(program_.network.layers[index], dnnl_hwigo, dnnl_hwio);
    const auto from = engine_.memory(plain, data);
    auto to = engine_.memory(wanted, DNNL_MEMORY_ALLOCATE);
    const auto reorder = engine_.reorder(plain, wanted);
    check_onednn(engine_.execute(reorder.get(), {{DNNL_ARG_FROM, from.get()}, {DNNL_ARG_TO, to.get()}}),
                 "dnnl_primitive_execute");
    filters_[index].push_back({wanted, std::move(to)});
    return filters_[index].back().memory.get();
  }

  [[nodiscard]] OneDnnOwned<dnnl_memory_t> biases(std::size_t index) const {
    const std::span<const float> biases = program_.weights.layer(index).biases;
    return engine_.memory(engine_.tensor({dim(biases.size())}, dnnl_f32, dnnl_a), biases.data());
  }

 private:
  const OneDnnEngine& engine_;
  const NetworkProgram& program_;
  std::vector<std::vector<LaidOut>> filters_;
};

/// The primitives of a network for one number of images.
class BatchProgram {
 public:
  BatchProgram(const OneDnnEngine& engine, const NetworkProgram& program, Parameters& parameters, std::size_t images)
      : engine_(engine), network_(program.network), weights_(program.weights), images_(images) {
    tensors_.resize(network_.tensors.size());
    steps_.resize(network_.layers.size());
    for (std::size_t i = 0; i < network_.layers.size(); ++i) {
      if (network_.biases(network_.layers[i]) == 0) {
        make_pool(i);
      } else {
        make_convolution(i, parameters);
      }
    }
    std::vector<std::size_t> sizes;
    for (const dnnl_memory_desc_t& tensor : tensors_) {
      sizes.push_back(engine_.api().memory_desc_get_size(&tensor));
    }
    plan_ = plan_activations(network_, sizes);
  }

  [[nodiscard]] std::size_t images() const { return images_; }
  [[nodiscard]] std::size_t memory_bytes() const { return plan_.bytes; }
  [[nodiscard]] std::size_t scratchpad_bytes() const { return scratchpad_bytes_; }

  /// Binds the primitives to memory of those sizes, which programs that do not run at once share.
  void bind(std::byte* memory, std::byte* scratchpad) {
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      memories_.push_back(engine_.memory(tensors_[i], memory + plan_.offsets[i]));
    }
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      Step& step = steps_[i];
      const Layer& layer = network_.layers[i];
      dnnl_memory_t source = memories_[layer.input].get();
      if (step.reorder) {
        step.reordered = engine_.memory(step.source, DNNL_MEMORY_ALLOCATE);
        step.reorder_arguments = {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, step.reordered.get()}};
        source = step.reordered.get();
      }
      step.scratchpad = engine_.memory(step.scratchpad_description, scratchpad);
      step.arguments.push_back({DNNL_ARG_SRC, source});
      step.arguments.push_back({DNNL_ARG_DST, memories_[layer.output].get()});
      step.arguments.push_back({DNNL_ARG_SCRATCHPAD, step.scratchpad.get()});
    }
    const dnnl_memory_desc_t plain = plain_tensor(0);
    image_ = engine_.memory(plain, DNNL_MEMORY_NONE);
    if (engine_.api().memory_desc_equal(&plain, tensors_.data()) == 0) {
      image_reorder_ = engine_.reorder(plain, tensors_[0]);
    }
    bind_heads();
  }

  /// `images` of them one after the other.
  void load(const void* images) noexcept {
    // The interface has one type for memory that is read and memory that is written.
    void* const data = const_cast<void*>(images);
    if (image_reorder_) {
      engine_.api().memory_set_data_handle(image_.get(), data);
      engine_.execute(image_reorder_.get(), {{DNNL_ARG_FROM, image_.get()}, {DNNL_ARG_TO, memories_[0].get()}});
    } else {
      engine_.api().memory_set_data_handle(memories_[0].get(), data);
    }
  }

  void run_layer(std::size_t layer) noexcept {
    const Step& step = steps_[layer];
    if (step.reorder) {
      engine_.execute(step.reorder.get(), step.reorder_arguments);
    }
    engine_.execute(step.primitive.get(), step.arguments);
  }

  void run(float* outputs) noexcept {
    for (std::size_t layer = 0; layer < steps_.size(); ++layer) {
      run_layer(layer);
    }
    for (Head& head : heads_) {
      engine_.api().memory_set_data_handle(head.output.get(), outputs + head.offset);
      engine_.execute(head.reorder.get(), head.arguments);
    }
  }

  void read(std::size_t tensor, std::span<float> values) noexcept {
    std::fill(values.begin(), values.end(), std::numeric_limits<float>::quiet_NaN());
    try {
      const TensorShape& shape = network_.tensors[tensor];
      const dnnl_memory_desc_t plain =
          engine_.tensor({dim(images_), dim(shape.channels), dim(shape.height), dim(shape.width)}, dnnl_f32, dnnl_nhwc);
      const auto to = engine_.memory(plain, values.data());
      const auto reorder = engine_.reorder(tensors_[tensor], plain);
      engine_.execute(reorder.get(), {{DNNL_ARG_FROM, memories_[tensor].get()}, {DNNL_ARG_TO, to.get()}});
    } catch (const std::exception&) {
      return;  // what was not read is no number, and fails the check that wanted it
    }
  }

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

  [[nodiscard]] dnnl_data_type_t type_of(std::size_t tensor) const {
    const bool is_head = tensor > 0 && network_.layers[tensor - 1].is_head;
    return weights_.type() == NetworkType::f32 || is_head ? dnnl_f32 : dnnl_u8;
  }

  [[nodiscard]] dnnl_memory_desc_t tensor(std::size_t index, dnnl_format_tag_t tag) const {
    const TensorShape& shape = network_.tensors[index];
    return engine_.tensor({dim(images_), dim(shape.channels), dim(shape.height), dim(shape.width)}, type_of(index),
                          tag);
  }
  [[nodiscard]] dnnl_memory_desc_t plain_tensor(std::size_t index) const { return tensor(index, dnnl_nhwc); }

  [[nodiscard]] dnnl_memory_desc_t queried(const OneDnnOwned<dnnl_primitive_desc_t>& description,
                                           dnnl_query_t what) const {
    return *engine_.api().primitive_desc_query_md(description.get(), what, 0);
  }

  using Attributes = OneDnnOwned<dnnl_primitive_attr_t>;
  [[nodiscard]] Attributes attributes() const {
    dnnl_primitive_attr_t attributes = nullptr;
    check_onednn(engine_.api().primitive_attr_create(&attributes), "dnnl_primitive_attr_create");
    Attributes owned(attributes, engine_.api().primitive_attr_destroy);
    // The library's own scratchpad belongs to the thread that made the primitive, which need not be the one that runs.
    check_onednn(engine_.api().primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user),
                 "dnnl_primitive_attr_set_scratchpad_mode");
    return owned;
  }

  /// What follows the sums. In bytes the rectifier is the limit of an unsigned byte.
  [[nodiscard]] Attributes attributes_of(std::size_t index) const {
    const OneDnnApi& api = engine_.api();
    const Layer& layer = network_.layers[index];
    Attributes owned = attributes();
    dnnl_post_ops_t operations = nullptr;
    check_onednn(api.post_ops_create(&operations), "dnnl_post_ops_create");
    const OneDnnOwned<dnnl_post_ops_t> owned_operations(operations, api.post_ops_destroy);
    if (layer.added) {
      check_onednn(api.post_ops_append_sum(operations, 1.0F), "dnnl_post_ops_append_sum");
    }
    if (weights_.type() == NetworkType::i8) {
      const std::span<const float> scales = weights_.layer(index).scales;
      constexpr int kOutputChannels = 1 << 1;
      check_onednn(
          api.primitive_attr_set_output_scales(owned.get(), dim(scales.size()), kOutputChannels, scales.data()),
          "dnnl_primitive_attr_set_output_scales");
    } else if (layer.activation != Activation::none) {
      const bool is_relu6 = layer.activation == Activation::relu6;
      check_onednn(api.post_ops_append_eltwise(operations, 1.0F, is_relu6 ? dnnl_eltwise_clip : dnnl_eltwise_relu, 0.0F,
                                               is_relu6 ? 6.0F : 0.0F),
                   "dnnl_post_ops_append_eltwise");
    }
    check_onednn(api.primitive_attr_set_post_ops(owned.get(), operations), "dnnl_primitive_attr_set_post_ops");
    return owned;
  }

  /// The tensors of a layer as its primitive sees them, and a reorder where its input lies in another layout.
  void finish_step(std::size_t index, const OneDnnOwned<dnnl_primitive_desc_t>& description) {
    const Layer& layer = network_.layers[index];
    Step& step = steps_[index];
    step.source = queried(description, dnnl_query_src_md);
    tensors_[layer.output] = queried(description, dnnl_query_dst_md);
    step.scratchpad_description = queried(description, dnnl_query_scratchpad_md);
    scratchpad_bytes_ = std::max(scratchpad_bytes_, engine_.api().memory_desc_get_size(&step.scratchpad_description));
    if (layer.input == 0 && tensors_[0].ndims == 0) {
      tensors_[0] = step.source;  // the image is brought into the layout of what reads it first
    } else if (engine_.api().memory_desc_equal(&tensors_[layer.input], &step.source) == 0) {
      step.reorder = engine_.reorder(tensors_[layer.input], step.source);
    }
    step.primitive = engine_.primitive(description.get());
  }

  void make_convolution(std::size_t index, Parameters& parameters) {
    const Layer& layer = network_.layers[index];
    const TensorShape& in = network_.input_of(layer);
    const TensorShape& out = network_.output_of(layer);
    const auto source = tensor(layer.input, dnnl_format_tag_any);
    const auto filters = parameters.filters(layer, dnnl_format_tag_any, dnnl_format_tag_any);
    const auto biases = engine_.tensor({dim(out.channels)}, dnnl_f32, dnnl_a);
    const auto output = layer.added ? tensors_[*layer.added] : tensor(layer.output, dnnl_format_tag_any);
    const dnnl_dims_t strides{dim(layer.stride.height), dim(layer.stride.width)};
    const dnnl_dims_t before{dim(layer.padding.height), dim(layer.padding.width)};
    const dnnl_dims_t behind{
        padding_behind(in.height, out.height, layer.filter.height, layer.stride.height, layer.padding.height),
        padding_behind(in.width, out.width, layer.filter.width, layer.stride.width, layer.padding.width)};
    dnnl_convolution_desc_t convolution{};
    check_onednn(
        engine_.api().convolution_forward_desc_init(&convolution, dnnl_forward_inference, dnnl_convolution_direct,
                                                    &source, &filters, &biases, &output, strides, before, behind),
        "dnnl_convolution_forward_desc_init");
    const auto description = engine_.describe(&convolution, attributes_of(index).get());
    finish_step(index, description);
    Step& step = steps_[index];
    step.biases = parameters.biases(index);
    step.arguments.push_back(
        {DNNL_ARG_WEIGHTS, parameters.laid_out(index, queried(description, dnnl_query_weights_md))});
    step.arguments.push_back({DNNL_ARG_BIAS, step.biases.get()});
  }

  void make_pool(std::size_t index) {
    const Layer& layer = network_.layers[index];
    const TensorShape& in = network_.input_of(layer);
    const TensorShape& out = network_.output_of(layer);
    if (layer.input == 0 && tensors_[0].ndims == 0) {
      tensors_[0] = plain_tensor(0);
    }
    const auto output = tensor(layer.output, dnnl_format_tag_any);
    const dnnl_dims_t strides{dim(layer.stride.height), dim(layer.stride.width)};
    const dnnl_dims_t filter{dim(layer.filter.height), dim(layer.filter.width)};
    const dnnl_dims_t before{dim(layer.padding.height), dim(layer.padding.width)};
    const dnnl_dims_t behind{
        padding_behind(in.height, out.height, layer.filter.height, layer.stride.height, layer.padding.height),
        padding_behind(in.width, out.width, layer.filter.width, layer.stride.width, layer.padding.width)};
    dnnl_pooling_desc_t pool{};
    check_onednn(engine_.api().pooling_forward_desc_init(
                     &pool, dnnl_forward_inference,
                     layer.kind == LayerKind::max_pool ? dnnl_pooling_max : dnnl_pooling_avg_include_padding,
                     &tensors_[layer.input], &output, strides, filter, before, behind),
                 "dnnl_pooling_forward_desc_init");
    finish_step(index, engine_.describe(&pool, attributes().get()));
  }

  void bind_heads() {
    std::size_t offset = 0;
    for (const std::size_t index : network_.heads()) {
      const std::size_t output = network_.layers[index].output;
      const TensorShape& shape = network_.tensors[output];
      // Channels last, and the heads of an image one after the other.
      const dnnl_dims_t sizes{dim(images_), dim(shape.channels), dim(shape.height), dim(shape.width)};
      const dnnl_dims_t strides{dim(network_.output_elements()), 1, dim(shape.width * shape.channels),
                                dim(shape.channels)};
      dnnl_memory_desc_t plain{};
      check_onednn(engine_.api().memory_desc_init_by_strides(&plain, 4, sizes, dnnl_f32, strides),
                   "dnnl_memory_desc_init_by_strides");
      Head head{.offset = offset};
      head.output = engine_.memory(plain, DNNL_MEMORY_NONE);
      head.reorder = engine_.reorder(tensors_[output], plain);
      head.arguments = {{DNNL_ARG_FROM, memories_[output].get()}, {DNNL_ARG_TO, head.output.get()}};
      heads_.push_back(std::move(head));
      offset += shape.elements();
    }
  }

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
  std::vector<Head> heads_;
};

class OneDnnNetwork final : public NetworkExecutor {
 public:
  OneDnnNetwork(const OneDnnApi& api, const NetworkProgram& program) : api_(api), program_(program) {
    const OpenMpThreads::One one(api_.threads);
    std::size_t memory = 0;
    std::size_t scratchpad = 1;
    for (std::size_t images = 1; images <= program.max_batch; images *= 2) {
      programs_.push_back(std::make_unique<BatchProgram>(engine_, program_, parameters_, images));
      memory = std::max(memory, programs_.back()->memory_bytes());
      scratchpad = std::max(scratchpad, programs_.back()->scratchpad_bytes());
    }
    memory_ = Array<std::byte>(memory);
    scratchpad_ = Array<std::byte>(scratchpad);
    for (const auto& batch : programs_) {
      batch->bind(memory_.data(), scratchpad_.data());
    }
    outputs_ = Array<float>(program.network.output_elements() * program.max_batch);
    image_bytes_ = program.network.tensor_bytes(0, program.weights.type()).count;
    if (program.max_batch > 1) {
      images_ = Array<std::byte>(image_bytes_ * programs_.back()->images());
    }
  }

  void run(std::span<const void* const> images) noexcept override {
    const OpenMpThreads::One one(api_.threads);
    std::size_t done = 0;
    while (done < images.size()) {
      std::size_t which = programs_.size() - 1;
      while (programs_[which]->images() > images.size() - done) {
        --which;
      }
      BatchProgram& batch = *programs_[which];
      const void* data = images[done];
      if (batch.images() > 1) {
        for (std::size_t i = 0; i < batch.images(); ++i) {
          std::memcpy(images_.data() + i * image_bytes_, images[done + i], image_bytes_);
        }
        data = images_.data();
      }
      batch.load(data);
      batch.run(outputs_.data() + done * program_.network.output_elements());
      done += batch.images();
    }
  }

  [[nodiscard]] std::span<const float> output(std::size_t slot) const noexcept override {
    const std::size_t elements = program_.network.output_elements();
    return outputs_.span().subspan(slot * elements, elements);
  }

  void load(const void* image) noexcept override {
    const OpenMpThreads::One one(api_.threads);
    programs_.front()->load(image);
  }
  void run_layer(std::size_t layer) noexcept override {
    const OpenMpThreads::One one(api_.threads);
    programs_.front()->run_layer(layer);
  }
  void read(std::size_t tensor, std::span<float> values) noexcept override {
    const OpenMpThreads::One one(api_.threads);
    programs_.front()->read(tensor, values);
  }

 private:
  const OneDnnApi& api_;
  NetworkProgram program_;
  OneDnnEngine engine_{api_};
  Parameters parameters_{engine_, program_};
  std::vector<std::unique_ptr<BatchProgram>> programs_;  ///< for 1, 2, 4 ... images
  Array<std::byte> memory_;
  Array<std::byte> scratchpad_;
  Array<std::byte> images_;
  Array<float> outputs_;
  std::size_t image_bytes_ = 0;
};

Reading<std::string> offer(NetworkType /*type*/) {
  const Reading<OneDnnApi>& api = onednn_api();
  if (!api) {
    return Unavailable{api.reason()};
  }
  return api->text;
}

std::unique_ptr<NetworkExecutor> executor(const NetworkProgram& program) {
  return std::make_unique<OneDnnNetwork>(*onednn_api(), program);
}

}  // namespace

const NetworkLibrary& onednn_network() {
  static const NetworkLibrary library{"onednn", "libdnnl2", offer, executor};
  return library;
}

}  // namespace assay
