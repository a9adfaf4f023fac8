#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "lab/host_list.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check(std::string_view text) {
  const auto hosts = value_of<std::invalid_argument>(expand_hosts, text);
  if (!hosts) {
    return;
  }
  require(!hosts->empty() && hosts->size() <= kMostHosts, "a list names one host to ten thousand");
  std::vector<std::string> sorted = *hosts;
  std::ranges::sort(sorted);
  require(std::ranges::adjacent_find(sorted) == sorted.end(), "each host comes once");
  for (const std::string& host : *hosts) {
    require(!host.empty() && host.front() != '-', "a host is no option");
    for (const char c : host) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                         c == '_' || c == '.';
      require(plain, "a host can stand in a command line as it is");
    }
    const std::vector<std::string> again = expand_hosts(host);
    require(again.size() == 1 && again.front() == host, "a host is a list of itself");
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Not copied: behind the last byte lies no terminator, so that a read there is a finding of the address sanitizer.
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
