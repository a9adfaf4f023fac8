# Run by the build (cmake -P): writes a C++ source with a function that returns the given files, each under an address.
#   FILES      "address=absolute path", separated by "|"; no file may be empty
#   OUTPUT     the .cpp to write
#   HEADER     the header that declares the function and EmbeddedFile{address, content}, as included from the root
#   FUNCTION   its name: std::span<const EmbeddedFile> FUNCTION() in namespace assay
string(REPLACE "|" ";" pairs "${FILES}")
set(arrays "")
set(rows "")
set(index 0)
foreach(pair IN LISTS pairs)
  string(REGEX MATCH "^([^=]*)=(.*)$" matched "${pair}")
  set(address "${CMAKE_MATCH_1}")
  file(READ "${CMAKE_MATCH_2}" hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," characters "${hex}")
  string(APPEND arrays "constexpr char kFile${index}[] = {\n${characters}};\n")
  string(APPEND rows "  EmbeddedFile{\"${address}\", {kFile${index}, sizeof(kFile${index})}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE "${OUTPUT}" "#include <array>

#include \"${HEADER}\"

namespace assay {
namespace {
${arrays}
constexpr std::array kFiles{
${rows}};
}  // namespace

std::span<const EmbeddedFile> ${FUNCTION}() { return kFiles; }

}  // namespace assay
")
