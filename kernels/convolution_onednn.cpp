// Convolution by oneDNN. Its descriptors are large structures that only its headers know, so it is built where they
// are; the library itself is opened at run time like the others.
#include <dnnl.h>
#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <type_traits>

#include "kernels/convolution_library.hpp"
#include "kernels/openmp_threads.hpp"
#include "kernels/shared_library.hpp"

namespace assay {
namespace {

struct OneDnn {
  OpenMpThreads threads;
  decltype(&dnnl_version) version = nullptr;
  decltype(&dnnl_engine_create) engine_create = nullptr;
  decltype(&dnnl_engine_destroy) engine_destroy = nullptr;
  decltype(&dnnl_stream_create) stream_create = nullptr;
  decltype(&dnnl_stream_destroy) stream_destroy = nullptr;
  decltype(&dnnl_stream_wait) stream_wait = nullptr;
  decltype(&dnnl_memory_desc_init_by_tag) memory_desc_init_by_tag = nullptr;
  decltype(&dnnl_convolution_forward_desc_init) convolution_forward_desc_init = nullptr;
  decltype(&dnnl_primitive_desc_create) primitive_desc_create = nullptr;
  decltype(&dnnl_primitive_desc_destroy) primitive_desc_destroy = nullptr;
  decltype(&dnnl_primitive_desc_query_md) primitive_desc_query_md = nullptr;
  decltype(&dnnl_reorder_primitive_desc_create) reorder_primitive_desc_create = nullptr;
  decltype(&dnnl_primitive_create) primitive_create = nullptr;
  decltype(&dnnl_primitive_destroy) primitive_destroy = nullptr;
  decltype(&dnnl_primitive_execute) primitive_execute = nullptr;
  decltype(&dnnl_memory_create) memory_create = nullptr;
  decltype(&dnnl_memory_destroy) memory_destroy = nullptr;
  decltype(&dnnl_memory_set_data_handle) memory_set_data_handle = nullptr;
  std::string text;
};

Reading<OneDnn> open_library() {
  // The version that the headers are of: the descriptors differ between major ones.
  static_assert(DNNL_VERSION_MAJOR == 2, "convolution_onednn.cpp is written for the descriptors of oneDNN 2");
  const Reading<SharedLibrary> library = SharedLibrary::open({"libdnnl.so.2"});
  if (!library) {
    return Unavailable{library.reason()};
  }
  OneDnn dnn{.threads = OpenMpThreads(*library)};
  bool complete = true;
  const auto find = [&](auto& function, const char* name) {
    function = library->function<std::remove_reference_t<decltype(function)>>(name);
    complete = complete && function != nullptr;
  };
  find(dnn.version, "dnnl_version");
  find(dnn.engine_create, "dnnl_engine_create"), find(dnn.engine_destroy, "dnnl_engine_destroy");
  find(dnn.stream_create, "dnnl_stream_create"), find(dnn.stream_destroy, "dnnl_stream_destroy");
  find(dnn.stream_wait, "dnnl_stream_wait");
  find(dnn.memory_desc_init_by_tag, "dnnl_memory_desc_init_by_tag");
  find(dnn.convolution_forward_desc_init, "dnnl_convolution_forward_desc_init");
  find(dnn.primitive_desc_create, "dnnl_primitive_desc_create");
  find(dnn.primitive_desc_destroy, "dnnl_primitive_desc_destroy");
  find(dnn.primitive_desc_query_md, "dnnl_primitive_desc_query_md");
  find(dnn.reorder_primitive_desc_create, "dnnl_reorder_primitive_desc_create");
  find(dnn.primitive_create, "dnnl_primitive_create"), find(dnn.primitive_destroy, "dnnl_primitive_destroy");
  find(dnn.primitive_execute, "dnnl_primitive_execute");
  find(dnn.memory_create, "dnnl_memory_create"), find(dnn.memory_destroy, "dnnl_memory_destroy");
  find(dnn.memory_set_data_handle, "dnnl_memory_set_data_handle");
  if (!complete) {
    return Unavailable{library->name() + " lacks a function of oneDNN that is needed"};
  }
  const dnnl_version_t& v = *dnn.version();
  dnn.text = fmt::format("oneDNN {}.{}.{}", v.major, v.minor, v.patch);
  return dnn;
}

const Reading<OneDnn>& library_here() {
  static const Reading<OneDnn> library = open_library();
  return library;
}

void check(dnnl_status_t status, const char* call) {
  if (status != dnnl_success) {
    throw std::runtime_error(fmt::format("oneDNN: {} returned status {}", call, static_cast<int>(status)));
  }
}

/// A handle of the library and the function that releases it.
template <class Handle>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, dnnl_status_t (*)(Handle)>;

class OneDnnConvolution final : public ConvolutionRoutine {
 public:
  OneDnnConvolution(const OneDnn& dnn, const ConvolutionShape& shape, std::span<const float> filters) : dnn_(dnn) {
    const OpenMpThreads::One one(dnn_.threads);
    dnnl_engine_t engine = nullptr;
    check(dnn_.engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create");
    engine_.reset(engine);
    dnnl_stream_t stream = nullptr;
    check(dnn_.stream_create(&stream, engine, dnnl_stream_default_flags), "dnnl_stream_create");
    stream_.reset(stream);
    describe(shape);
    reorder_filters(shape, filters);
    input_ = memory(*dnn_.primitive_desc_query_md(description_.get(), dnnl_query_src_md, 0), DNNL_MEMORY_NONE);
    output_ = memory(*dnn_.primitive_desc_query_md(description_.get(), dnnl_query_dst_md, 0), DNNL_MEMORY_NONE);
  }

  void convolve(const float* input, float* output) noexcept override {
    const OpenMpThreads::One one(dnn_.threads);
    // The interface has one type for memory that is read and memory that is written.
    dnn_.memory_set_data_handle(input_.get(), const_cast<float*>(input));
    dnn_.memory_set_data_handle(output_.get(), output);
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, input_.get()}, {DNNL_ARG_WEIGHTS, filters_.get()}, {DNNL_ARG_DST, output_.get()}};
    dnn_.primitive_execute(convolution_.get(), stream_.get(), 3, arguments);
    dnn_.stream_wait(stream_.get());
  }

 private:
  dnnl_memory_desc_t tensor(std::initializer_list<std::size_t> sizes, dnnl_format_tag_t tag) const {
    dnnl_dims_t dims{};
    int count = 0;
    for (const std::size_t size : sizes) {
      dims[count++] = static_cast<dnnl_dim_t>(size);
    }
    dnnl_memory_desc_t description{};
    check(dnn_.memory_desc_init_by_tag(&description, count, dims, dnnl_f32, tag), "dnnl_memory_desc_init_by_tag");
    return description;
  }

  [[nodiscard]] Owned<dnnl_memory_t> memory(const dnnl_memory_desc_t& description, void* data) const {
    dnnl_memory_t memory = nullptr;
    check(dnn_.memory_create(&memory, &description, engine_.get(), data), "dnnl_memory_create");
    return {memory, dnn_.memory_destroy};
  }

  void describe(const ConvolutionShape& s) {
    // Channels last for the image, in the order of the interface: images, channels, height, width.
    const auto input = tensor({1, s.channels_in, s.input_side(), s.input_side()}, dnnl_nhwc);
    const auto filters = tensor({s.channels_out, s.channels_in, s.filter, s.filter}, dnnl_format_tag_any);
    const auto output = tensor({1, s.channels_out, s.side, s.side}, dnnl_nhwc);
    const dnnl_dims_t strides{1, 1};
    const dnnl_dims_t no_padding{0, 0};
    dnnl_convolution_desc_t convolution{};
    check(dnn_.convolution_forward_desc_init(&convolution, dnnl_forward_inference, dnnl_convolution_direct, &input,
                                             &filters, nullptr, &output, strides, no_padding, no_padding),
          "dnnl_convolution_forward_desc_init");
    dnnl_primitive_desc_t description = nullptr;
    check(dnn_.primitive_desc_create(&description, &convolution, nullptr, engine_.get(), nullptr),
          "dnnl_primitive_desc_create");
    description_.reset(description);
    dnnl_primitive_t primitive = nullptr;
    check(dnn_.primitive_create(&primitive, description), "dnnl_primitive_create");
    convolution_.reset(primitive);
  }

  void reorder_filters(const ConvolutionShape& s, std::span<const float> filters) {
    const auto plain = tensor({s.channels_out, s.channels_in, s.filter, s.filter}, dnnl_hwio);
    const dnnl_memory_desc_t& wanted = *dnn_.primitive_desc_query_md(description_.get(), dnnl_query_weights_md, 0);
    filters_ = memory(wanted, DNNL_MEMORY_ALLOCATE);
    const auto from = memory(plain, const_cast<float*>(filters.data()));
    dnnl_primitive_desc_t description = nullptr;
    check(dnn_.reorder_primitive_desc_create(&description, &plain, engine_.get(), &wanted, engine_.get(), nullptr),
          "dnnl_reorder_primitive_desc_create");
    const Owned<dnnl_primitive_desc_t> owned_description(description, dnn_.primitive_desc_destroy);
    dnnl_primitive_t reorder = nullptr;
    check(dnn_.primitive_create(&reorder, description), "dnnl_primitive_create");
    const Owned<dnnl_primitive_t> owned_reorder(reorder, dnn_.primitive_destroy);
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from.get()}, {DNNL_ARG_TO, filters_.get()}};
    check(dnn_.primitive_execute(reorder, stream_.get(), 2, arguments), "dnnl_primitive_execute");
    check(dnn_.stream_wait(stream_.get()), "dnnl_stream_wait");
  }

  const OneDnn& dnn_;
  Owned<dnnl_engine_t> engine_{nullptr, dnn_.engine_destroy};
  Owned<dnnl_stream_t> stream_{nullptr, dnn_.stream_destroy};
  Owned<dnnl_primitive_desc_t> description_{nullptr, dnn_.primitive_desc_destroy};
  Owned<dnnl_primitive_t> convolution_{nullptr, dnn_.primitive_destroy};
  Owned<dnnl_memory_t> filters_{nullptr, dnn_.memory_destroy};
  Owned<dnnl_memory_t> input_{nullptr, dnn_.memory_destroy};
  Owned<dnnl_memory_t> output_{nullptr, dnn_.memory_destroy};
};

Reading<std::string> offer() {
  const Reading<OneDnn>& library = library_here();
  if (!library) {
    return Unavailable{library.reason()};
  }
  return library->text;
}

std::unique_ptr<ConvolutionRoutine> routine(const ConvolutionShape& shape, std::span<const float> filters) {
  return std::make_unique<OneDnnConvolution>(*library_here(), shape, filters);
}

}  // namespace

const ConvolutionLibrary& onednn_convolution() {
  static const ConvolutionLibrary library{"onednn", "libdnnl2", offer, routine};
  return library;
}

}  // namespace assay
