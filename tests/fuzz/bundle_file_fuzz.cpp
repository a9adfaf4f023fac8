#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/bundle_file_property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check_bundle_file(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
