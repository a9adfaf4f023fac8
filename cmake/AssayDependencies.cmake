# Everything comes from Debian packages; nothing is downloaded. Each failure names the package to install.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(benchmark REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
# Boost's own package file: CMake 3.30 warns of the module that it brings itself.
find_package(Boost 1.74 CONFIG REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(tomlplusplus REQUIRED)
find_package(SQLite3 3.31 REQUIRED)
pkg_check_modules(HWLOC REQUIRED IMPORTED_TARGET hwloc)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(HWY_CONTRIB REQUIRED IMPORTED_TARGET libhwy-contrib)

# Only scenarios/toml_reader.hpp names TOML: the headers alone serve it, and the program needs no library of it where it runs.
add_library(assay_toml INTERFACE)
target_include_directories(assay_toml SYSTEM INTERFACE
                           $<TARGET_PROPERTY:tomlplusplus::tomlplusplus,INTERFACE_INCLUDE_DIRECTORIES>)

set(ASSAY_HAVE_PAPI OFF)
if(NOT ASSAY_WITH_PAPI STREQUAL "OFF")
  pkg_check_modules(PAPI IMPORTED_TARGET papi)
  if(PAPI_FOUND)
    set(ASSAY_HAVE_PAPI ON)
  elseif(ASSAY_WITH_PAPI STREQUAL "ON")
    message(FATAL_ERROR "ASSAY_WITH_PAPI=ON, but PAPI was not found. Install libpapi-dev or configure with AUTO.")
  endif()
endif()

# Libraries of matrix products are opened at run time. LIBXSMM exists as a static library only and is linked where it is.
set(ASSAY_HAVE_XSMM OFF)
if(NOT ASSAY_WITH_XSMM STREQUAL "OFF")
  # libxsmmnoblas answers for the BLAS that libxsmm falls back to, which no product of ours does. It has to follow in the
  # link line, where its pkg-config file puts it first.
  find_path(ASSAY_XSMM_HEADERS libxsmm.h)
  find_library(ASSAY_XSMM_LIBRARY libxsmm.a)
  find_library(ASSAY_XSMM_NOBLAS libxsmmnoblas.a)
  mark_as_advanced(ASSAY_XSMM_HEADERS ASSAY_XSMM_LIBRARY ASSAY_XSMM_NOBLAS)
  if(ASSAY_XSMM_HEADERS AND ASSAY_XSMM_LIBRARY AND ASSAY_XSMM_NOBLAS)
    set(ASSAY_HAVE_XSMM ON)
  elseif(ASSAY_WITH_XSMM STREQUAL "ON")
    message(FATAL_ERROR "ASSAY_WITH_XSMM=ON, but LIBXSMM was not found. Install libxsmm-dev or configure with AUTO.")
  endif()
endif()

# Only the descriptors of a convolution need the headers of oneDNN, of its major version 2; nothing is linked. Its own
# CMake package is not asked: it wants what the library links, down to the headers of OpenCL.
set(ASSAY_HAVE_DNNL OFF)
if(NOT ASSAY_WITH_DNNL STREQUAL "OFF")
  find_path(ASSAY_DNNL_HEADERS oneapi/dnnl/dnnl_version.h)
  mark_as_advanced(ASSAY_DNNL_HEADERS)
  if(ASSAY_DNNL_HEADERS)
    file(STRINGS "${ASSAY_DNNL_HEADERS}/oneapi/dnnl/dnnl_version.h" dnnl_two REGEX "define DNNL_VERSION_MAJOR 2$")
  endif()
  if(dnnl_two)
    set(ASSAY_HAVE_DNNL ON)
  elseif(ASSAY_WITH_DNNL STREQUAL "ON")
    message(FATAL_ERROR "ASSAY_WITH_DNNL=ON, but oneDNN 2 was not found. Install libdnnl-dev or configure with AUTO.")
  endif()
endif()

# The headers of Boost, which are needed anyway, hold the server too; OFF spares their compile time and leaves no server in
# the program.
set(ASSAY_HAVE_WORKBENCH OFF)
if(NOT ASSAY_WITH_WORKBENCH STREQUAL "OFF")
  find_path(ASSAY_BEAST_HEADERS boost/beast/version.hpp HINTS ${Boost_INCLUDE_DIRS})
  mark_as_advanced(ASSAY_BEAST_HEADERS)
  if(ASSAY_BEAST_HEADERS)
    set(ASSAY_HAVE_WORKBENCH ON)
  elseif(ASSAY_WITH_WORKBENCH STREQUAL "ON")
    message(FATAL_ERROR "ASSAY_WITH_WORKBENCH=ON, but Boost.Beast was not found. Install libboost-dev or configure with AUTO.")
  endif()
endif()

# libassay_cuda.so is opened at run time: a build without nvcc makes the same program without that file beside it.
set(ASSAY_HAVE_CUDA OFF)
if(NOT ASSAY_WITH_CUDA STREQUAL "OFF")
  include(AssayCudaToolkit)
  if(NOT ASSAY_CUDA_MISSING)
    set(ASSAY_HAVE_CUDA ON)
    enable_language(CUDA)
  elseif(ASSAY_WITH_CUDA STREQUAL "ON")
    message(FATAL_ERROR "ASSAY_WITH_CUDA=ON, but ${ASSAY_CUDA_MISSING}. Install the CUDA toolkit (13 or later), "
                        "put its bin folder on PATH, or configure with AUTO.")
  endif()
endif()
