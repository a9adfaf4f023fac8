#include "kernels/models/onednn_batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace assay {
namespace {

dnnl_dim_t dim(std::size_t size) { return static_cast<dnnl_dim_t>(size); }

/// Zeros below or to the right, as many as the last output needs.
dnnl_dim_t zeros_behind(std::size_t in, std::size_t out, std::size_t filter, std::size_t stride, std::size_t padding) {
  return std::max<dnnl_dim_t>(0, dim((out - 1) * stride + filter) - dim(in + padding));
}

}  // namespace

dnnl_memory_desc_t OneDnnParameters::filters(const Layer& layer, dnnl_format_tag_t depthwise,
                                             dnnl_format_tag_t dense) const {
  const auto out = dim(program_.network.output_of(layer).channels);
  const auto in = dim(program_.network.input_of(layer).channels);
  const auto height = dim(layer.filter.height);
  const auto width = dim(layer.filter.width);
  const dnnl_data_type_t type = program_.weights.type() == NetworkType::f32 ? dnnl_f32 : dnnl_s8;
  return layer.kind == LayerKind::depthwise ? engine_.tensor({out, 1, 1, height, width}, type, depthwise)
                                            : engine_.tensor({out, in, height, width}, type, dense);
}

dnnl_memory_t OneDnnParameters::laid_out(std::size_t index, const dnnl_memory_desc_t& wanted) {
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

OneDnnOwned<dnnl_memory_t> OneDnnParameters::biases(std::size_t index) const {
  const std::span<const float> biases = program_.weights.layer(index).biases;
  return engine_.memory(engine_.tensor({dim(biases.size())}, dnnl_f32, dnnl_a), biases.data());
}

OneDnnBatch::OneDnnBatch(const OneDnnEngine& engine, const NetworkProgram& program, OneDnnParameters& parameters,
                         std::size_t images)
    : engine_(engine),
      network_(program.network),
      weights_(program.weights),
      images_(images),
      tensors_(network_.tensors.size()),
      steps_(network_.layers.size()) {
  for (std::size_t i = 0; i < network_.layers.size(); ++i) {
    if (network_.biases(network_.layers[i]) == 0) {
      make_pool(i);
    } else {
      make_convolution(i, parameters);
    }
  }
  std::vector<std::size_t> sizes;
  sizes.reserve(tensors_.size());
  for (const dnnl_memory_desc_t& tensor : tensors_) {
    sizes.push_back(engine_.api().memory_desc_get_size(&tensor));
  }
  plan_ = plan_activations(network_, sizes);
}

void OneDnnBatch::bind(std::byte* memory, std::byte* scratchpad) {
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
  const dnnl_memory_desc_t plain = tensor(0, dnnl_nhwc);
  if (engine_.api().memory_desc_equal(&plain, tensors_.data()) == 0) {
    image_ = engine_.memory(plain, DNNL_MEMORY_NONE);
    image_reorder_ = engine_.reorder(plain, tensors_[0]);
    image_arguments_ = {{DNNL_ARG_FROM, image_.get()}, {DNNL_ARG_TO, memories_[0].get()}};
  }
  bind_heads();
}

std::string OneDnnBatch::failure() const {
  return failed() ? fmt::format("oneDNN: {} returned status {}", failed_call_, static_cast<int>(status_)) : "";
}

void OneDnnBatch::note(dnnl_status_t status, const char* call) noexcept {
  if (status != dnnl_success && !failed()) {
    failed_call_ = call;
    status_ = status;
  }
}

void OneDnnBatch::execute(const OneDnnOwned<dnnl_primitive_t>& primitive,
                          const std::vector<dnnl_exec_arg_t>& arguments) noexcept {
  if (!failed()) {  // memory that was not pointed to is not to be used
    note(engine_.execute(primitive.get(), arguments), "dnnl_primitive_execute");
  }
}

void OneDnnBatch::point(const OneDnnOwned<dnnl_memory_t>& memory, void* data) noexcept {
  note(engine_.api().memory_set_data_handle(memory.get(), data), "dnnl_memory_set_data_handle");
}

void OneDnnBatch::load(const void* images) noexcept {
  // The interface has one type for memory that is read and memory that is written.
  void* const data = const_cast<void*>(images);
  if (image_reorder_) {
    point(image_, data);
    execute(image_reorder_, image_arguments_);
  } else {
    point(memories_[0], data);
  }
}

void OneDnnBatch::run_layer(std::size_t layer) noexcept {
  const Step& step = steps_[layer];
  if (step.reorder) {
    execute(step.reorder, step.reorder_arguments);
  }
  execute(step.primitive, step.arguments);
}

void OneDnnBatch::run(float* outputs) noexcept {
  for (std::size_t layer = 0; layer < steps_.size(); ++layer) {
    run_layer(layer);
  }
  for (const Head& head : heads_) {
    point(head.output, outputs + head.offset);
    execute(head.reorder, head.arguments);
  }
}

void OneDnnBatch::read(std::size_t tensor, std::span<float> values) noexcept {
  std::fill(values.begin(), values.end(), std::numeric_limits<float>::quiet_NaN());
  try {
    const TensorShape& shape = network_.tensors[tensor];
    const dnnl_memory_desc_t plain =
        engine_.tensor({dim(images_), dim(shape.channels), dim(shape.height), dim(shape.width)}, dnnl_f32, dnnl_nhwc);
    const auto to = engine_.memory(plain, values.data());
    const auto reorder = engine_.reorder(tensors_[tensor], plain);
    execute(reorder, {{DNNL_ARG_FROM, memories_[tensor].get()}, {DNNL_ARG_TO, to.get()}});
  } catch (const std::exception&) {
    return;  // what was not read is no number, and fails the check that wanted it
  }
}

dnnl_data_type_t OneDnnBatch::type_of(std::size_t tensor) const {
  const bool is_head = tensor > 0 && network_.layers[tensor - 1].is_head;
  return weights_.type() == NetworkType::f32 || is_head ? dnnl_f32 : dnnl_u8;
}

dnnl_memory_desc_t OneDnnBatch::tensor(std::size_t index, dnnl_format_tag_t tag) const {
  const TensorShape& shape = network_.tensors[index];
  return engine_.tensor({dim(images_), dim(shape.channels), dim(shape.height), dim(shape.width)}, type_of(index), tag);
}

dnnl_memory_desc_t OneDnnBatch::queried(const OneDnnOwned<dnnl_primitive_desc_t>& description,
                                        dnnl_query_t what) const {
  return *engine_.api().primitive_desc_query_md(description.get(), what, 0);
}

OneDnnBatch::Padding OneDnnBatch::padding_of(const Layer& layer) const {
  const TensorShape& in = network_.input_of(layer);
  const TensorShape& out = network_.output_of(layer);
  return {
      .before = {dim(layer.padding.height), dim(layer.padding.width)},
      .behind = {zeros_behind(in.height, out.height, layer.filter.height, layer.stride.height, layer.padding.height),
                 zeros_behind(in.width, out.width, layer.filter.width, layer.stride.width, layer.padding.width)}};
}

OneDnnBatch::Attributes OneDnnBatch::attributes() const {
  dnnl_primitive_attr_t attributes = nullptr;
  check_onednn(engine_.api().primitive_attr_create(&attributes), "dnnl_primitive_attr_create");
  Attributes owned(attributes, engine_.api().primitive_attr_destroy);
  // The library's own scratchpad belongs to the thread that made the primitive, which need not be the one that runs.
  check_onednn(engine_.api().primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user),
               "dnnl_primitive_attr_set_scratchpad_mode");
  return owned;
}

/// What follows the sums. In bytes the rectifier is the limit of an unsigned byte.
OneDnnBatch::Attributes OneDnnBatch::attributes_of(std::size_t index) const {
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
    check_onednn(api.primitive_attr_set_output_scales(owned.get(), dim(scales.size()), kOutputChannels, scales.data()),
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
void OneDnnBatch::finish_step(std::size_t index, const OneDnnOwned<dnnl_primitive_desc_t>& description) {
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

void OneDnnBatch::make_convolution(std::size_t index, OneDnnParameters& parameters) {
  const Layer& layer = network_.layers[index];
  const auto source = tensor(layer.input, dnnl_format_tag_any);
  const auto filters = parameters.filters(layer, dnnl_format_tag_any, dnnl_format_tag_any);
  const auto biases = engine_.tensor({dim(network_.biases(layer))}, dnnl_f32, dnnl_a);
  const auto output = layer.added ? tensors_[*layer.added] : tensor(layer.output, dnnl_format_tag_any);
  const dnnl_dims_t strides{dim(layer.stride.height), dim(layer.stride.width)};
  const Padding padding = padding_of(layer);
  dnnl_convolution_desc_t convolution{};
  check_onednn(engine_.api().convolution_forward_desc_init(&convolution, dnnl_forward_inference,
                                                           dnnl_convolution_direct, &source, &filters, &biases, &output,
                                                           strides, padding.before, padding.behind),
               "dnnl_convolution_forward_desc_init");
  const auto description = engine_.describe(&convolution, attributes_of(index).get());
  finish_step(index, description);
  Step& step = steps_[index];
  step.biases = parameters.biases(index);
  step.arguments.push_back({DNNL_ARG_WEIGHTS, parameters.laid_out(index, queried(description, dnnl_query_weights_md))});
  step.arguments.push_back({DNNL_ARG_BIAS, step.biases.get()});
}

void OneDnnBatch::make_pool(std::size_t index) {
  const Layer& layer = network_.layers[index];
  if (layer.input == 0 && tensors_[0].ndims == 0) {
    tensors_[0] = tensor(0, dnnl_nhwc);
  }
  const auto output = tensor(layer.output, dnnl_format_tag_any);
  const dnnl_dims_t strides{dim(layer.stride.height), dim(layer.stride.width)};
  const dnnl_dims_t filter{dim(layer.filter.height), dim(layer.filter.width)};
  const Padding padding = padding_of(layer);
  dnnl_pooling_desc_t pool{};
  check_onednn(engine_.api().pooling_forward_desc_init(
                   &pool, dnnl_forward_inference,
                   layer.kind == LayerKind::max_pool ? dnnl_pooling_max : dnnl_pooling_avg_include_padding,
                   &tensors_[layer.input], &output, strides, filter, padding.before, padding.behind),
               "dnnl_pooling_forward_desc_init");
  finish_step(index, engine_.describe(&pool, attributes().get()));
}

void OneDnnBatch::bind_heads() {
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

}  // namespace assay
