# assay_build carries the language level, warnings and sanitizers to every target of ours; no global flags.
add_library(assay_build INTERFACE)
target_compile_features(assay_build INTERFACE cxx_std_20)
target_include_directories(assay_build INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(assay_build INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
                       -Wnon-virtual-dtor -Woverloaded-virtual
                       # Designated initialisers name what differs from the default; the rest is meant to be left out.
                       -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlaps of 2^63 bytes in every inlined insertion into a std::string (GCC bug 105329), and with the
  # assertions of the standard library writes past fmt's fill character, which holds four.
  target_compile_options(assay_build INTERFACE -Wno-restrict $<$<CONFIG:Debug>:-Wno-stringop-overflow>)
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  # A product and a sum are rounded one after the other, as on x86-64 without being asked: what is computed from a result
  # is the same to the last digit on either kind of machine. Kernels do what is fastest there.
  target_compile_options(assay_build INTERFACE
                         $<$<NOT:$<STREQUAL:$<TARGET_PROPERTY:NAME>,assay_kernels>>:-ffp-contract=off>)
endif()
target_link_libraries(assay_build INTERFACE Threads::Threads)
if(ASSAY_WARNINGS_AS_ERRORS)
  target_compile_options(assay_build INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_definitions(assay_build INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(ASSAY_SANITIZE)
  # Both compilers take two to three times as long with -O1 for the checks of the address sanitizer; those of the thread
  # sanitizer cost them nothing. Line tables are what a report needs.
  if(ASSAY_SANITIZE MATCHES "address")
    set(ASSAY_SANITIZED_OPTIMISATION "-O0")
  else()
    set(ASSAY_SANITIZED_OPTIMISATION "-O1")
  endif()
  target_compile_options(assay_build INTERFACE "-fsanitize=${ASSAY_SANITIZE}" -fno-sanitize-recover=all
                         -fno-omit-frame-pointer ${ASSAY_SANITIZED_OPTIMISATION} -g1)
  target_compile_definitions(assay_build INTERFACE ASSAY_SANITIZED)
  target_link_options(assay_build INTERFACE "-fsanitize=${ASSAY_SANITIZE}")
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Functions of libraries that are opened at run time are called through types of our own.
    target_compile_options(assay_build INTERFACE -fno-sanitize=function)
  endif()
  # Two of six instruction sets, the portable one and AVX2: checks in the loops of all of them are half of the work of
  # compiling the kernels. The release checks every set that the processor has.
  target_compile_definitions(assay_build INTERFACE "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_SSE4|HWY_AVX3|HWY_AVX3_DL)")
endif()

if(ASSAY_FUZZERS)
  # The libraries carry the coverage counters that lead libFuzzer; only a fuzz target links its main function.
  target_compile_options(assay_build INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(assay_build INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Most of the work of a compiler is headers and what templates make of them, the same in each source of a folder: ten of
# them are compiled as one. Names in their unnamed namespaces must differ then, which the compiler says. A source with
# options of its own is compiled alone.
function(assay_unity_build target)
  if(ASSAY_UNITY_BUILD)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
  endif()
endfunction()

# assay_folder(NAME [UNITY] SOURCES ... PUBLIC ... PRIVATE ...): one static library a folder, named assay_<folder>. UNITY
# is for folders that do not measure: what is timed is compiled a source at a time, so that a call from one into another
# stays a call.
function(assay_folder name)
  cmake_parse_arguments(arg "UNITY" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(assay_${name} STATIC ${arg_SOURCES})
  target_link_libraries(assay_${name} PUBLIC assay_build ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  if(arg_UNITY)
    assay_unity_build(assay_${name})
  endif()
endfunction()
