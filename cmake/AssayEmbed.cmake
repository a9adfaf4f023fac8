# assay_embed_text(OUTPUT FUNCTION name HEADER header [MODULES] FILES ...): a build step that writes OUTPUT from text
# files, anew whenever one of them changes. See EmbedText.cmake.
function(assay_embed_text output)
  cmake_parse_arguments(arg "MODULES" "FUNCTION;HEADER" "FILES" ${ARGN})
  list(TRANSFORM arg_FILES PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  list(JOIN arg_FILES "|" files)
  set(script "${PROJECT_SOURCE_DIR}/cmake/EmbedText.cmake")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DFILES=${files}" "-DOUTPUT=${output}" "-DHEADER=${arg_HEADER}"
            "-DFUNCTION=${arg_FUNCTION}" "-DMODULES=${arg_MODULES}" -P "${script}"
    DEPENDS ${arg_FILES} "${script}"
    VERBATIM)
endfunction()
