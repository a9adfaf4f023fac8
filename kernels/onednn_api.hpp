#pragma once

// The descriptors of oneDNN are large structures that only its headers know: this is included where they are.
#include <dnnl.h>

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "harness/unavailable.hpp"
#include "kernels/openmp_threads.hpp"

namespace assay {

/// The functions of oneDNN that we call, from the library that was opened at run time.
struct OneDnnApi {
  OpenMpThreads threads;
  decltype(&dnnl_version) version = nullptr;
  decltype(&dnnl_get_effective_cpu_isa) get_effective_cpu_isa = nullptr;
  decltype(&dnnl_engine_create) engine_create = nullptr;
  decltype(&dnnl_engine_destroy) engine_destroy = nullptr;
  decltype(&dnnl_stream_create) stream_create = nullptr;
  decltype(&dnnl_stream_destroy) stream_destroy = nullptr;
  decltype(&dnnl_stream_wait) stream_wait = nullptr;
  decltype(&dnnl_memory_desc_init_by_tag) memory_desc_init_by_tag = nullptr;
  decltype(&dnnl_memory_desc_init_by_strides) memory_desc_init_by_strides = nullptr;
  decltype(&dnnl_memory_desc_equal) memory_desc_equal = nullptr;
  decltype(&dnnl_memory_desc_get_size) memory_desc_get_size = nullptr;
  decltype(&dnnl_convolution_forward_desc_init) convolution_forward_desc_init = nullptr;
  decltype(&dnnl_pooling_forward_desc_init) pooling_forward_desc_init = nullptr;
  decltype(&dnnl_primitive_attr_create) primitive_attr_create = nullptr;
  decltype(&dnnl_primitive_attr_destroy) primitive_attr_destroy = nullptr;
  decltype(&dnnl_primitive_attr_set_scratchpad_mode) primitive_attr_set_scratchpad_mode = nullptr;
  decltype(&dnnl_primitive_attr_set_output_scales) primitive_attr_set_output_scales = nullptr;
  decltype(&dnnl_primitive_attr_set_post_ops) primitive_attr_set_post_ops = nullptr;
  decltype(&dnnl_post_ops_create) post_ops_create = nullptr;
  decltype(&dnnl_post_ops_destroy) post_ops_destroy = nullptr;
  decltype(&dnnl_post_ops_append_sum) post_ops_append_sum = nullptr;
  decltype(&dnnl_post_ops_append_eltwise) post_ops_append_eltwise = nullptr;
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
  std::string text;  ///< version and instruction set
};

/// Opened when it is first asked for.
[[nodiscard]] const Reading<OneDnnApi>& onednn_api();

/// Throws std::runtime_error naming the call and the library's status.
void check_onednn(dnnl_status_t status, const char* call);

/// A handle of the library and the function that releases it.
template <class Handle>
using OneDnnOwned = std::unique_ptr<std::remove_pointer_t<Handle>, dnnl_status_t (*)(Handle)>;

/// The processor and the calling thread as oneDNN sees them, and what is made for them.
class OneDnnEngine {
 public:
  explicit OneDnnEngine(const OneDnnApi& api);

  [[nodiscard]] const OneDnnApi& api() const { return api_; }
  [[nodiscard]] dnnl_engine_t engine() const { return engine_.get(); }

  /// A description of a tensor whose layout the library may choose (dnnl_format_tag_any) or not.
  [[nodiscard]] dnnl_memory_desc_t tensor(const std::vector<dnnl_dim_t>& sizes, dnnl_data_type_t type,
                                          dnnl_format_tag_t tag) const;
  [[nodiscard]] OneDnnOwned<dnnl_memory_t> memory(const dnnl_memory_desc_t& description, const void* data) const;
  [[nodiscard]] OneDnnOwned<dnnl_primitive_desc_t> describe(const_dnnl_op_desc_t operation,
                                                            const_dnnl_primitive_attr_t attributes) const;
  [[nodiscard]] OneDnnOwned<dnnl_primitive_t> primitive(const_dnnl_primitive_desc_t description) const;
  [[nodiscard]] OneDnnOwned<dnnl_primitive_t> reorder(const dnnl_memory_desc_t& from,
                                                      const dnnl_memory_desc_t& to) const;
  /// Runs it to its end. A failure of what has run before is an error of our own, which the output shows.
  dnnl_status_t execute(const_dnnl_primitive_t primitive, const std::vector<dnnl_exec_arg_t>& arguments) const noexcept;

 private:
  const OneDnnApi& api_;
  OneDnnOwned<dnnl_engine_t> engine_;
  OneDnnOwned<dnnl_stream_t> stream_;
};

}  // namespace assay
