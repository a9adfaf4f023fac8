# assay_version_source(OUTPUT): declares OUTPUT as the version.cpp of this build, refreshed by each build.
function(assay_version_source output)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  string(STRIP "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}" flags)
  set(sanitizers "${ASSAY_SANITIZE}")
  if(NOT sanitizers)
    set(sanitizers "none")
  endif()
  add_custom_target(assay_version ALL
    COMMAND "${CMAKE_COMMAND}"
            "-DSOURCE_DIR=${PROJECT_SOURCE_DIR}"
            "-DINPUT=${PROJECT_SOURCE_DIR}/lab/version.cpp.in"
            "-DOUTPUT=${output}"
            "-DASSAY_VERSION=${PROJECT_VERSION}"
            "-DASSAY_COMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
            "-DASSAY_FLAGS=${flags}"
            "-DASSAY_BUILD_TYPE=${CMAKE_BUILD_TYPE}"
            "-DASSAY_PAPI=${ASSAY_HAVE_PAPI}"
            "-DASSAY_SANITIZERS=${sanitizers}"
            -P "${PROJECT_SOURCE_DIR}/cmake/WriteVersion.cmake"
    BYPRODUCTS "${output}"
    COMMENT "Reading the state of the checkout"
    VERBATIM)
endfunction()
