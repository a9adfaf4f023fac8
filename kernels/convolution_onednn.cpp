#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "kernels/convolution_library.hpp"
#include "kernels/onednn_api.hpp"

namespace assay {
namespace {

dnnl_dim_t dim(std::size_t size) { return static_cast<dnnl_dim_t>(size); }

class OneDnnConvolution final : public ConvolutionRoutine {
 public:
  OneDnnConvolution(const OneDnnApi& api, const ConvolutionShape& shape, std::span<const float> filters)
      : engine_(api), output_size_(shape.output_size()) {
    const OpenMpThreads::One one(api.threads);
    const OneDnnOwned<dnnl_primitive_desc_t> description = describe(shape);
    const auto queried = [&](dnnl_query_t what) { return *api.primitive_desc_query_md(description.get(), what, 0); };
    convolution_ = engine_.primitive(description.get());
    reorder_filters(shape, filters, queried(dnnl_query_weights_md));
    input_ = engine_.memory(queried(dnnl_query_src_md), DNNL_MEMORY_NONE);
    output_ = engine_.memory(queried(dnnl_query_dst_md), DNNL_MEMORY_NONE);
    arguments_ = {{DNNL_ARG_SRC, input_.get()}, {DNNL_ARG_WEIGHTS, filters_.get()}, {DNNL_ARG_DST, output_.get()}};
  }

  void convolve(const float* input, float* output) noexcept override {
    const OneDnnApi& api = engine_.api();
    const OpenMpThreads::One one(api.threads);
    // The interface has one type for memory that is read and memory that is written.
    const bool pointed = api.memory_set_data_handle(input_.get(), const_cast<float*>(input)) == dnnl_success &&
                         api.memory_set_data_handle(output_.get(), output) == dnnl_success;
    if (!pointed || engine_.execute(convolution_.get(), arguments_) != dnnl_success) {
      // The output of an earlier call must not pass for this one's.
      std::fill_n(output, output_size_, std::numeric_limits<float>::quiet_NaN());
    }
  }

 private:
  [[nodiscard]] dnnl_memory_desc_t filters_of(const ConvolutionShape& s, dnnl_format_tag_t tag) const {
    return engine_.tensor({dim(s.channels_out), dim(s.channels_in), dim(s.filter), dim(s.filter)}, dnnl_f32, tag);
  }

  [[nodiscard]] OneDnnOwned<dnnl_primitive_desc_t> describe(const ConvolutionShape& s) const {
    // Channels last for the image, in the order of the interface: images, channels, height, width.
    const auto input =
        engine_.tensor({1, dim(s.channels_in), dim(s.input_side()), dim(s.input_side())}, dnnl_f32, dnnl_nhwc);
    const auto filters = filters_of(s, dnnl_format_tag_any);
    const auto output = engine_.tensor({1, dim(s.channels_out), dim(s.side), dim(s.side)}, dnnl_f32, dnnl_nhwc);
    const dnnl_dims_t strides{1, 1};
    const dnnl_dims_t no_padding{0, 0};
    dnnl_convolution_desc_t convolution{};
    check_onednn(engine_.api().convolution_forward_desc_init(&convolution, dnnl_forward_inference,
                                                             dnnl_convolution_direct, &input, &filters, nullptr,
                                                             &output, strides, no_padding, no_padding),
                 "dnnl_convolution_forward_desc_init");
    return engine_.describe(&convolution, nullptr);
  }

  void reorder_filters(const ConvolutionShape& s, std::span<const float> filters, const dnnl_memory_desc_t& wanted) {
    const dnnl_memory_desc_t plain = filters_of(s, dnnl_hwio);
    filters_ = engine_.memory(wanted, DNNL_MEMORY_ALLOCATE);
    const auto from = engine_.memory(plain, filters.data());
    const auto reorder = engine_.reorder(plain, wanted);
    check_onednn(engine_.execute(reorder.get(), {{DNNL_ARG_FROM, from.get()}, {DNNL_ARG_TO, filters_.get()}}),
                 "dnnl_primitive_execute");
  }

  OneDnnEngine engine_;
  std::size_t output_size_;
  OneDnnOwned<dnnl_primitive_t> convolution_{nullptr, engine_.api().primitive_destroy};
  OneDnnOwned<dnnl_memory_t> filters_{nullptr, engine_.api().memory_destroy};
  OneDnnOwned<dnnl_memory_t> input_{nullptr, engine_.api().memory_destroy};
  OneDnnOwned<dnnl_memory_t> output_{nullptr, engine_.api().memory_destroy};
  std::vector<dnnl_exec_arg_t> arguments_;
};

Reading<std::string> offer() {
  const Reading<OneDnnApi>& api = onednn_api();
  if (!api) {
    return Unavailable{api.reason()};
  }
  return api->text;
}

std::unique_ptr<ConvolutionRoutine> routine(const ConvolutionShape& shape, std::span<const float> filters) {
  return std::make_unique<OneDnnConvolution>(*onednn_api(), shape, filters);
}

}  // namespace

const ConvolutionLibrary& onednn_convolution() {
  static const ConvolutionLibrary library{"onednn", "libdnnl2", offer, routine};
  return library;
}

}  // namespace assay
