#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

#include "analysis/mlperf_log.hpp"
#include "lab/mlperf_view.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

/// Aborts unless the text is refused in one line, or is read and what was read can be shown and written.
void check(std::string_view text, MlperfLog (*read)(std::string_view, std::string_view)) {
  const auto log = value_of<std::runtime_error>([read](std::string_view t) { return read(t, "input"); }, text);
  if (!log) {
    return;
  }
  const MlperfImport import{.files = {"input"}, .log = *log, .disagreements = mlperf_disagreements(*log, *log)};
  require(import.disagreements.empty(), "a log agrees with itself");
  const nlohmann::json written = nlohmann::json::parse(mlperf_json(import));
  require(written.at("result").at("times").size() == log->times.size(), "each time is written");
  require(written.at("result").at("metric").at("lower").is_null(), "no interval is invented");
  for (const char c : mlperf_text(import, Charset::ascii)) {
    require(c == '\n' || (c >= ' ' && c <= '~'), "what a terminal gets is printable ASCII");
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  assay::check(text, assay::mlperf_detail_from_text);
  assay::check(text, assay::mlperf_summary_from_text);
  return 0;
}
