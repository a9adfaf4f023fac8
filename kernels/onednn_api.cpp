#include "kernels/onednn_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "kernels/shared_library.hpp"

namespace assay {
namespace {

/// Looks the functions up and remembers whether one was missing.
class Finder {
 public:
  explicit Finder(const SharedLibrary& library) : library_(library) {}
  template <class Function>
  void operator()(Function& function, const char* name) {
    function = library_.function<Function>(name);
    complete_ = complete_ && function != nullptr;
  }
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  const SharedLibrary& library_;
  bool complete_ = true;
};

void find_descriptions(OneDnnApi& api, Finder& find) {
  find(api.memory_desc_init_by_tag, "dnnl_memory_desc_init_by_tag");
  find(api.memory_desc_init_by_strides, "dnnl_memory_desc_init_by_strides");
  find(api.memory_desc_equal, "dnnl_memory_desc_equal");
  find(api.memory_desc_get_size, "dnnl_memory_desc_get_size");
  find(api.convolution_forward_desc_init, "dnnl_convolution_forward_desc_init");
  find(api.pooling_forward_desc_init, "dnnl_pooling_forward_desc_init");
  find(api.primitive_attr_create, "dnnl_primitive_attr_create");
  find(api.primitive_attr_destroy, "dnnl_primitive_attr_destroy");
  find(api.primitive_attr_set_scratchpad_mode, "dnnl_primitive_attr_set_scratchpad_mode");
  find(api.primitive_attr_set_output_scales, "dnnl_primitive_attr_set_output_scales");
  find(api.primitive_attr_set_post_ops, "dnnl_primitive_attr_set_post_ops");
  find(api.post_ops_create, "dnnl_post_ops_create"), find(api.post_ops_destroy, "dnnl_post_ops_destroy");
  find(api.post_ops_append_sum, "dnnl_post_ops_append_sum");
  find(api.post_ops_append_eltwise, "dnnl_post_ops_append_eltwise");
}

void find_objects(OneDnnApi& api, Finder& find) {
  find(api.version, "dnnl_version"), find(api.get_effective_cpu_isa, "dnnl_get_effective_cpu_isa");
  find(api.engine_create, "dnnl_engine_create"), find(api.engine_destroy, "dnnl_engine_destroy");
  find(api.stream_create, "dnnl_stream_create"), find(api.stream_destroy, "dnnl_stream_destroy");
  find(api.stream_wait, "dnnl_stream_wait");
  find(api.primitive_desc_create, "dnnl_primitive_desc_create");
  find(api.primitive_desc_destroy, "dnnl_primitive_desc_destroy");
  find(api.primitive_desc_query_md, "dnnl_primitive_desc_query_md");
  find(api.reorder_primitive_desc_create, "dnnl_reorder_primitive_desc_create");
  find(api.primitive_create, "dnnl_primitive_create"), find(api.primitive_destroy, "dnnl_primitive_destroy");
  find(api.primitive_execute, "dnnl_primitive_execute");
  find(api.memory_create, "dnnl_memory_create"), find(api.memory_destroy, "dnnl_memory_destroy");
  find(api.memory_set_data_handle, "dnnl_memory_set_data_handle");
}

Reading<OneDnnApi> open_library() {
  // The version that the headers are of: the descriptors differ between major ones.
  static_assert(DNNL_VERSION_MAJOR == 2, "onednn_api.cpp is written for the descriptors of oneDNN 2");
  const Reading<SharedLibrary> library = SharedLibrary::open({"libdnnl.so.2"});
  if (!library) {
    return Unavailable{library.reason()};
  }
  OneDnnApi api{.threads = OpenMpThreads(*library)};
  Finder find(*library);
  find_descriptions(api, find);
  find_objects(api, find);
  if (!find.complete()) {
    return Unavailable{library->name() + " lacks a function of oneDNN that is needed"};
  }
  const dnnl_version_t& v = *api.version();
  api.text = fmt::format("oneDNN {}.{}.{}, isa {:#x}", v.major, v.minor, v.patch,
                         static_cast<unsigned>(api.get_effective_cpu_isa()));
  return api;
}

dnnl_engine_t new_engine(const OneDnnApi& api) {
  dnnl_engine_t engine = nullptr;
  check_onednn(api.engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create");
  return engine;
}

dnnl_stream_t new_stream(const OneDnnApi& api, dnnl_engine_t engine) {
  dnnl_stream_t stream = nullptr;
  check_onednn(api.stream_create(&stream, engine, dnnl_stream_default_flags), "dnnl_stream_create");
  return stream;
}

}  // namespace

const Reading<OneDnnApi>& onednn_api() {
  static const Reading<OneDnnApi> api = open_library();
  return api;
}

void check_onednn(dnnl_status_t status, const char* call) {
  if (status != dnnl_success) {
    throw std::runtime_error(fmt::format("oneDNN: {} returned status {}", call, static_cast<int>(status)));
  }
}

OneDnnEngine::OneDnnEngine(const OneDnnApi& api)
    : api_(api),
      engine_(new_engine(api), api.engine_destroy),
      stream_(new_stream(api, engine_.get()), api.stream_destroy) {}

dnnl_memory_desc_t OneDnnEngine::tensor(const std::vector<dnnl_dim_t>& sizes, dnnl_data_type_t type,
                                        dnnl_format_tag_t tag) const {
  dnnl_dims_t dims{};
  std::copy(sizes.begin(), sizes.end(), dims);
  dnnl_memory_desc_t description{};
  check_onednn(api_.memory_desc_init_by_tag(&description, static_cast<int>(sizes.size()), dims, type, tag),
               "dnnl_memory_desc_init_by_tag");
  return description;
}

OneDnnOwned<dnnl_memory_t> OneDnnEngine::memory(const dnnl_memory_desc_t& description, const void* data) const {
  dnnl_memory_t memory = nullptr;
  // The interface has one type for memory that is read and memory that is written.
  check_onednn(api_.memory_create(&memory, &description, engine_.get(), const_cast<void*>(data)), "dnnl_memory_create");
  return {memory, api_.memory_destroy};
}

OneDnnOwned<dnnl_primitive_desc_t> OneDnnEngine::describe(const_dnnl_op_desc_t operation,
                                                          const_dnnl_primitive_attr_t attributes) const {
  dnnl_primitive_desc_t description = nullptr;
  check_onednn(api_.primitive_desc_create(&description, operation, attributes, engine_.get(), nullptr),
               "dnnl_primitive_desc_create");
  return {description, api_.primitive_desc_destroy};
}

OneDnnOwned<dnnl_primitive_t> OneDnnEngine::primitive(const_dnnl_primitive_desc_t description) const {
  dnnl_primitive_t primitive = nullptr;
  check_onednn(api_.primitive_create(&primitive, description), "dnnl_primitive_create");
  return {primitive, api_.primitive_destroy};
}

OneDnnOwned<dnnl_primitive_t> OneDnnEngine::reorder(const dnnl_memory_desc_t& from,
                                                    const dnnl_memory_desc_t& to) const {
  dnnl_primitive_desc_t description = nullptr;
  check_onednn(api_.reorder_primitive_desc_create(&description, &from, engine_.get(), &to, engine_.get(), nullptr),
               "dnnl_reorder_primitive_desc_create");
  const OneDnnOwned<dnnl_primitive_desc_t> owned(description, api_.primitive_desc_destroy);
  return primitive(description);
}

dnnl_status_t OneDnnEngine::execute(const_dnnl_primitive_t primitive,
                                    const std::vector<dnnl_exec_arg_t>& arguments) const noexcept {
  const dnnl_status_t status =
      api_.primitive_execute(primitive, stream_.get(), static_cast<int>(arguments.size()), arguments.data());
  const dnnl_status_t end = api_.stream_wait(stream_.get());
  return status != dnnl_success ? status : end;
}

}  // namespace assay
