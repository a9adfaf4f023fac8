# The sources of libassay_cuda.so as paths from this folder: for the main tree and for tools/gpu_check/standalone.
set(cuda_sources
  chase_work.cu
  cuda_call.cpp
  device.cu
  fma_kernels.cu
  fma_work.cpp
  gemm_operands.cu
  gemm_work.cpp
  launch_work.cu
  matmul.cpp
  output_check.cpp
  plugin.cpp
  settings.cpp
  stream_kernels.cu
  stream_work.cpp
  stretch_timer.cu
  timed_work.cpp
  transfer_work.cpp
  work_catalogue.cpp)

# The decoder: llm/sources.cmake sets cuda_llm_sources to its own sources, as paths from that folder. Where it is there,
# ASSAY_CUDA_LLM is defined and plugin.cpp includes llm/llm_extension.hpp for
#   const void* assay::cuda::llm_extension(std::uint32_t version);
set(cuda_has_llm OFF)
if(EXISTS "${CMAKE_CURRENT_LIST_DIR}/llm/sources.cmake")
  include("${CMAKE_CURRENT_LIST_DIR}/llm/sources.cmake")
  list(TRANSFORM cuda_llm_sources PREPEND "llm/")
  list(APPEND cuda_sources ${cuda_llm_sources})
  set(cuda_has_llm ON)
endif()
