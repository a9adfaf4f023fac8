// The two files that identify a machine, as a person may have edited them: the first line of the input is the kept
// salt, the rest the kept label.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "harness/machine_identity.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void write(const std::filesystem::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

/// A folder of this process, removed at its end.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(std::filesystem::temp_directory_path() / ("assay-fuzz-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

bool is_shown_safely(const std::string& label) {
  constexpr std::size_t kLongest = 40;
  return !label.empty() && label.size() <= kLongest &&
         std::all_of(label.begin(), label.end(), [](char c) { return c > ' ' && c <= '~'; });
}

void check(std::string_view text) {
  static const TemporaryFolder folder;
  const std::size_t line = std::min(text.find('\n'), text.size());
  write(folder.path() / "salt", text.substr(0, line));
  write(folder.path() / "label", text.substr(std::min(line + 1, text.size())));
  const MachineIdentity identity = identify_in(folder.path(), "0123456789abcdef", Machine{});
  require(is_shown_safely(identity.label), "a label is short and has no space and no control byte");
  require(identity.id.size() == 18 && identity.id.starts_with("k:"), "an identity has 16 digits");
  const MachineIdentity again = identify_in(folder.path(), "0123456789abcdef", Machine{});
  require(again.id == identity.id && again.label == identity.label, "a machine keeps its identity");
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
