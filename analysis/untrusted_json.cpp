#include "analysis/untrusted_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/run_file.hpp"
#include "analysis/run_file_field.hpp"
#include "harness/digest.hpp"

namespace assay {

using nlohmann::json;

std::string read_untrusted_file(const std::filesystem::path& path) {
  const auto fail = [&path](const char* call) {
    throw std::runtime_error(fmt::format("{} {}: {}", call, path.string(), std::strerror(errno)));
  };
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored)) {
    throw std::runtime_error(path.string() + ": not a regular file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    fail("open");
  }
  // By what the file says of its size, and on from there: a buffer of the largest size costs more than a small file.
  const auto told = std::filesystem::file_size(path, ignored);
  std::string text(ignored ? kLargestUntrustedFile + 1 : std::min<std::uintmax_t>(told, kLargestUntrustedFile) + 1,
                   '\0');
  std::size_t filled = 0;
  while (file.read(text.data() + filled, static_cast<std::streamsize>(text.size() - filled))) {
    filled = text.size();
    if (filled > kLargestUntrustedFile) {
      return text;
    }
    text.resize(kLargestUntrustedFile + 1);  // it grew
  }
  if (file.bad()) {
    fail("read");
  }
  text.resize(filled + static_cast<std::size_t>(file.gcount()));
  return text;
}

json parse_untrusted_json(std::string_view text, std::string_view source, std::string_view what) {
  constexpr std::size_t kLongestMessage = 300;
  if (text.size() > kLargestUntrustedFile) {
    throw std::runtime_error(
        fmt::format("{}: {} bytes; {} has at most {}", source, text.size(), what, kLargestUntrustedFile));
  }
  const auto refuse_depth = [&](int depth, json::parse_event_t /*event*/, json& /*parsed*/) {
    if (depth > kDeepestUntrustedJson) {
      throw std::runtime_error(fmt::format("{}: nested deeper than {} levels", source, kDeepestUntrustedJson));
    }
    return true;
  };
  try {
    return json::parse(text, refuse_depth);
  } catch (const json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 3, column 5: ...": the bracket is the library's own.
    std::string message = error.what();
    const auto bracket = message.find("] ");
    message.erase(0, bracket == std::string::npos ? 0 : bracket + 2);
    throw std::runtime_error(fmt::format("{}: not valid JSON: {}", source, printable(message, kLongestMessage)));
  }
}

std::string content_hash(std::string_view json_text) { return "sha256:" + sha256_hex(canonical_json(json_text)); }

}  // namespace assay
