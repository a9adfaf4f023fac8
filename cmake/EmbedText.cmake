# Run by the build (cmake -P): writes a C++ source with a function that returns the given files, joined, as text.
#   FILES      absolute paths, separated by "|", in the order in which they are joined
#   OUTPUT     the .cpp to write
#   HEADER     the header that declares the function, as included from the root
#   FUNCTION   its name: std::string_view FUNCTION() in namespace assay
#   MODULES    ON: the files are ES modules, each import on one line; their import lines and the word "export" are
#              left out and the rest is wrapped in one function, so that it runs as a single inline script. Comments
#              on lines of their own and those that give types (/** */) stay here too: every report carries the text
string(REPLACE "|" ";" files "${FILES}")
set(text "")
foreach(file IN LISTS files)
  file(READ "${file}" content)
  if(MODULES)
    string(REGEX REPLACE "(^|\n)import [^\n]*" "\\1" content "${content}")
    string(REGEX REPLACE "(^|\n)export " "\\1" content "${content}")
    string(REGEX REPLACE "/\\*\\*([^*]|\\*[^/])*\\*/ ?" "" content "${content}")
    string(REGEX REPLACE "(^|\n) *//[^\n]*" "\\1" content "${content}")
    string(REGEX REPLACE "\n[ \n]*\n" "\n" content "${content}")
  endif()
  string(APPEND text "${content}")
endforeach()
if(MODULES)
  string(PREPEND text "(() => {\n'use strict';\n")
  string(APPEND text "})();\n")
endif()
string(HEX "${text}" hex)
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," characters "${hex}")
file(WRITE "${OUTPUT}" "#include \"${HEADER}\"

namespace assay {
namespace {
constexpr char k_${FUNCTION}[] = {
${characters}};
}  // namespace

std::string_view ${FUNCTION}() { return {k_${FUNCTION}, sizeof(k_${FUNCTION})}; }

}  // namespace assay
")
