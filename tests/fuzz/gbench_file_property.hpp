#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "analysis/gbench_file.hpp"
#include "lab/import_view.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {

/// Aborts unless `text` is refused in one line, or is read and what was read can be shown and written. True if it was
/// read.
inline bool check_gbench_file(std::string_view text) {
  const auto read = [](std::string_view json) { return gbench_file_from_json(json, "input"); };
  const auto file = value_of<std::runtime_error>(read, text);
  if (!file) {
    return false;
  }
  const nlohmann::json written = nlohmann::json::parse(gbench_json(*file));
  require(written.at("benchmarks").size() == file->benchmarks.size(), "each benchmark is written");
  for (const auto& benchmark : written.at("benchmarks")) {
    const auto& time = benchmark.at("time");
    require(!time.at("point_s").is_null() || !time.at("reason").is_null(), "a time that is absent has its reason");
    require(time.at("lower_s").is_null() || time.at("lower_s") <= time.at("upper_s"), "an interval is ordered");
  }
  for (const char c : gbench_text(*file, Charset::ascii)) {
    require(c == '\n' || (c >= ' ' && c <= '~'), "what a terminal gets is printable ASCII");
  }
  return true;
}

}  // namespace assay
