# Finds the CUDA toolkit: nvcc, the headers and cublasLt, wherever `nvcc` on PATH leads, a wrapper script included, since
# nvcc itself is asked where it lives. Nothing here is an error: ASSAY_CUDA_MISSING says what is not there, empty if all is.
#
# Sets CMAKE_CUDA_COMPILER, CMAKE_CUDA_ARCHITECTURES, ASSAY_CUBLASLT, ASSAY_CUDA_INCLUDE_DIR and ASSAY_CUDA_LIBRARY_DIR.
# Needs C++ enabled; `enable_language(CUDA)` comes after it.
set(ASSAY_CUDA_MISSING "")
if(CMAKE_CUDA_COMPILER)
  set(CUDAToolkit_NVCC_EXECUTABLE "${CMAKE_CUDA_COMPILER}")
elseif(DEFINED ENV{CUDACXX})
  find_program(CUDAToolkit_NVCC_EXECUTABLE NAMES "$ENV{CUDACXX}")  # a path, or a name on PATH
else()
  find_program(CUDAToolkit_NVCC_EXECUTABLE NAMES nvcc HINTS ENV CUDA_PATH ENV CUDA_HOME PATHS /usr/local/cuda /opt/cuda
    PATH_SUFFIXES bin)
  mark_as_advanced(CUDAToolkit_NVCC_EXECUTABLE)
endif()
if(CUDAToolkit_NVCC_EXECUTABLE)
  find_package(CUDAToolkit QUIET)
endif()

if(NOT CUDAToolkit_NVCC_EXECUTABLE)
  set(ASSAY_CUDA_MISSING "nvcc is neither named by CUDACXX, nor on PATH, nor in /usr/local/cuda/bin")
elseif(NOT CUDAToolkit_FOUND)
  set(ASSAY_CUDA_MISSING "${CUDAToolkit_NVCC_EXECUTABLE} leads to no toolkit with libcudart")
elseif(CUDAToolkit_VERSION VERSION_LESS 13)
  set(ASSAY_CUDA_MISSING "the toolkit of ${CUDAToolkit_NVCC_EXECUTABLE} is version ${CUDAToolkit_VERSION}, 13 or later is needed")
else()
  # NVIDIA's packages for a run-time alone have the library without the name that a linker looks for.
  find_library(ASSAY_CUBLASLT NAMES cublasLt libcublasLt.so.13
    HINTS "${CUDAToolkit_LIBRARY_DIR}" "${CUDAToolkit_BIN_DIR}/.." PATH_SUFFIXES lib lib64 NO_DEFAULT_PATH)
  find_path(ASSAY_CUBLASLT_INCLUDE cublasLt.h HINTS ${CUDAToolkit_INCLUDE_DIRS} NO_DEFAULT_PATH)
  mark_as_advanced(ASSAY_CUBLASLT ASSAY_CUBLASLT_INCLUDE)
  if(NOT ASSAY_CUBLASLT)
    set(ASSAY_CUDA_MISSING "libcublasLt.so is not in ${CUDAToolkit_LIBRARY_DIR}")
  elseif(NOT ASSAY_CUBLASLT_INCLUDE)
    set(ASSAY_CUDA_MISSING "cublasLt.h is not in ${CUDAToolkit_INCLUDE_DIRS}")
  else()
    set(ASSAY_CUDA_INCLUDE_DIR ${CUDAToolkit_INCLUDE_DIRS} "${ASSAY_CUBLASLT_INCLUDE}")
    list(REMOVE_DUPLICATES ASSAY_CUDA_INCLUDE_DIR)
    get_filename_component(ASSAY_CUDA_LIBRARY_DIR "${ASSAY_CUBLASLT}" DIRECTORY)
    set(CMAKE_CUDA_ARCHITECTURES OFF)  # named by our own options, in AssayCuda.cmake
    if(NOT CMAKE_CUDA_COMPILER)
      # A compiler that cannot build for the host compiler here is a toolkit that is not usable, not a failed configuration.
      set(ENV{CUDACXX} "${CUDAToolkit_NVCC_EXECUTABLE}")
      include(CheckLanguage)
      check_language(CUDA)
      if(NOT CMAKE_CUDA_COMPILER)
        unset(CMAKE_CUDA_COMPILER CACHE)  # asked again next time
        set(ASSAY_CUDA_MISSING "${CUDAToolkit_NVCC_EXECUTABLE} does not compile with the host's compiler here")
      endif()
    endif()
  endif()
endif()
