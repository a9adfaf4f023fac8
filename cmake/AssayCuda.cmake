# How the sources of kernels/cuda are compiled, by the main tree and by tools/gpu-check alike,
# after AssayCudaToolkit has found the toolkit.
#
# Machine code for the cards of the lab, and PTX of the oldest and of the newest, so that a card in between or after runs
# too. sm_90a is the only one with the instructions of Hopper's matrix units; it runs on every card of capability 9.0.
set(ASSAY_CUDA_CODE
  -gencode=arch=compute_80,code=[sm_80,compute_80]
  -gencode=arch=compute_89,code=sm_89
  -gencode=arch=compute_90a,code=sm_90a
  -gencode=arch=compute_100,code=[sm_100,compute_100]
  CACHE STRING "Code that nvcc makes, as its own options")
mark_as_advanced(ASSAY_CUDA_CODE)
set(assay_cuda_root "${CMAKE_CURRENT_LIST_DIR}/..")
get_filename_component(assay_cuda_root "${assay_cuda_root}" ABSOLUTE)

# What every target with CUDA sources gets.
function(assay_cuda_options target)
  target_include_directories(${target} PRIVATE "${assay_cuda_root}")
  # Host code is C++ for the host's compiler, which is faster than five passes of nvcc.
  target_include_directories(${target} SYSTEM PRIVATE ${ASSAY_CUDA_INCLUDE_DIR})
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_definitions(${target} PRIVATE "ASSAY_CUDA_TOOLKIT=\"${CMAKE_CUDA_COMPILER_VERSION}\"")
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20 -O3 -lineinfo ${ASSAY_CUDA_CODE} --threads=2 --expt-relaxed-constexpr
      -Xptxas=--warning-as-error -Xcompiler=-Wall,-Wextra,-Wno-unused-parameter,-fvisibility=hidden>)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -Wconversion -Wno-missing-field-initializers>)
  if(ASSAY_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings>
                           $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
  endif()
  # ptxas reports a matrix instruction that it had to serialise, or a register count that it ignored, as information
  # (C75xx) and makes slow code: those words stop the build.
  set(launcher "${assay_cuda_root}/cmake/nvcc-strict")
  if(CMAKE_CUDA_COMPILER_LAUNCHER)
    list(APPEND launcher ${CMAKE_CUDA_COMPILER_LAUNCHER})
  elseif(CMAKE_CXX_COMPILER_LAUNCHER)
    list(APPEND launcher ${CMAKE_CXX_COMPILER_LAUNCHER})
  endif()
  set_target_properties(${target} PROPERTIES
    CUDA_COMPILER_LAUNCHER "${launcher}"
    CUDA_RUNTIME_LIBRARY Static CUDA_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON
    BUILD_RPATH "${ASSAY_CUDA_LIBRARY_DIR}" INSTALL_RPATH "${ASSAY_CUDA_LIBRARY_DIR}")
  target_link_libraries(${target} PRIVATE "${ASSAY_CUBLASLT}")
endfunction()

function(assay_cuda_library target)
  add_library(${target} SHARED ${ARGN})
  assay_cuda_options(${target})
endfunction()
