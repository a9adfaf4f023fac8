# The choices a person can make at configure time. AUTO uses what is found; ON stops the configuration when
# it cannot be had; OFF builds the absent twin.
set(ASSAY_WITH_PAPI "AUTO" CACHE STRING "Hardware and software counters by PAPI: AUTO, ON or OFF")
set_property(CACHE ASSAY_WITH_PAPI PROPERTY STRINGS AUTO ON OFF)
set(ASSAY_WITH_XSMM "AUTO" CACHE STRING "Small matrix products by LIBXSMM: AUTO, ON or OFF")
set_property(CACHE ASSAY_WITH_XSMM PROPERTY STRINGS AUTO ON OFF)
set(ASSAY_WITH_DNNL "AUTO" CACHE STRING "Convolutions by oneDNN: AUTO, ON or OFF")
set_property(CACHE ASSAY_WITH_DNNL PROPERTY STRINGS AUTO ON OFF)
set(ASSAY_WITH_WORKBENCH "AUTO" CACHE STRING "The lab in the browser (assay lab serve): AUTO, ON or OFF")
set_property(CACHE ASSAY_WITH_WORKBENCH PROPERTY STRINGS AUTO ON OFF)
set(ASSAY_WITH_CUDA "AUTO" CACHE STRING "The library for NVIDIA GPUs, by nvcc: AUTO, ON or OFF")
set_property(CACHE ASSAY_WITH_CUDA PROPERTY STRINGS AUTO ON OFF)
option(ASSAY_WARNINGS_AS_ERRORS "Treat compiler warnings as errors" OFF)
option(ASSAY_UNITY_BUILD "Compile several sources of a folder as one: half of the time from nothing, more after a change" ON)
option(ASSAY_FUZZERS "Build the fuzz targets with libFuzzer (Clang) instead of as replayed tests" OFF)
set(ASSAY_SANITIZE "" CACHE STRING "Value for -fsanitize=, e.g. address,undefined or thread")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

# Release is what the README builds: optimised, with line tables for profilers and crash reports.
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -g1 -DNDEBUG")
