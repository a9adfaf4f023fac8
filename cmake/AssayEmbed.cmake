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

# assay_embed_files(OUTPUT FUNCTION name HEADER header FILES address=file ...): a build step that writes OUTPUT, a source
# whose function returns the files under their addresses, anew whenever one of them changes. See EmbedFiles.cmake.
function(assay_embed_files output)
  cmake_parse_arguments(arg "" "FUNCTION;HEADER" "FILES" ${ARGN})
  set(pairs "")
  set(paths "")
  foreach(pair IN LISTS arg_FILES)
    string(REGEX MATCH "^([^=]*)=(.*)$" matched "${pair}")
    get_filename_component(path "${CMAKE_CURRENT_SOURCE_DIR}/${CMAKE_MATCH_2}" ABSOLUTE)
    list(APPEND pairs "${CMAKE_MATCH_1}=${path}")
    list(APPEND paths "${path}")
  endforeach()
  list(JOIN pairs "|" files)
  set(script "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DFILES=${files}" "-DOUTPUT=${output}" "-DHEADER=${arg_HEADER}"
            "-DFUNCTION=${arg_FUNCTION}" -P "${script}"
    DEPENDS ${paths} "${script}"
    VERBATIM)
endfunction()

# assay_embed_binary(OUTPUT FUNCTION name HEADER header FILE file): a source whose function returns the bytes of one file
# of any content and size, read by the assembler.
function(assay_embed_binary output)
  cmake_parse_arguments(arg "" "FUNCTION;HEADER;FILE" "" ${ARGN})
  get_filename_component(file "${CMAKE_CURRENT_SOURCE_DIR}/${arg_FILE}" ABSOLUTE)
  file(CONFIGURE OUTPUT "${output}" @ONLY CONTENT [[#include "@arg_HEADER@"

// One section and one symbol at each end; the file is read when this is assembled.
asm(".section .rodata\n"
    ".balign 16\n"
    "assay_@arg_FUNCTION@_begin:\n"
    ".incbin \"@file@\"\n"
    "assay_@arg_FUNCTION@_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const char assay_@arg_FUNCTION@_begin[] __attribute__((visibility("hidden")));
extern const char assay_@arg_FUNCTION@_end[] __attribute__((visibility("hidden")));
}

namespace assay {

std::string_view @arg_FUNCTION@() {
  return {assay_@arg_FUNCTION@_begin,
          static_cast<std::size_t>(assay_@arg_FUNCTION@_end - assay_@arg_FUNCTION@_begin)};
}

}  // namespace assay
]])
  set_source_files_properties("${output}" PROPERTIES OBJECT_DEPENDS "${file}")
endfunction()
