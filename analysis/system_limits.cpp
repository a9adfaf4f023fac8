#include "analysis/system_limits.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/json_values.hpp"
#include "analysis/run_file.hpp"
#include "analysis/run_file_field.hpp"

namespace assay {

using nlohmann::ordered_json;

namespace {

bool takes_all(const SystemLimits& limits) {
  return limits.stream_bytes_per_s && std::isinf(*limits.stream_bytes_per_s);
}

}  // namespace

std::string limits_text(const SystemLimits& limits) {
  if (!limits.any()) {
    return limits.name;
  }
  std::vector<std::string> parts;
  const auto add = [&parts](const char* name, const std::string& value) {
    if (!value.empty()) {
      parts.push_back(fmt::format("{}={}", name, value));
    }
  };
  add("cpus", limits.cpus);
  add("simd", limits.simd);
  if (limits.stream_bytes_per_s) {
    add("stream", takes_all(limits) ? "max" : format_bandwidth(*limits.stream_bytes_per_s));
  }
  add("thermal", limits.thermal);
  add("pages", limits.pages);
  const std::string text = fmt::format("{}", fmt::join(parts, " "));
  return limits.name.empty() ? text : fmt::format("{} ({})", limits.name, text);
}

std::string limits_file_word(const SystemLimits& limits) {
  const std::string word = limits.name.empty() ? limits_text(limits) : limits.name;
  return word.empty() ? word : for_file_name("envelope-" + word);
}

ordered_json limits_json(const SystemLimits& limits) {
  if (!limits.any() && limits.name.empty()) {
    return nullptr;
  }
  ordered_json stream = nullptr;
  if (limits.stream_bytes_per_s) {
    stream = takes_all(limits) ? "max" : "rate";
  }
  return {{"name", limits.name},
          {"cpus", json_text_or_null(limits.cpus)},
          {"simd", json_text_or_null(limits.simd)},
          {"stream", stream},
          {"stream_bytes_per_s", json_number(limits.stream_bytes_per_s)},
          {"thermal", json_text_or_null(limits.thermal)},
          {"pages", json_text_or_null(limits.pages)}};
}

SystemLimits read_limits(const Field& field) {
  if (field.absent()) {
    return {};
  }
  SystemLimits limits{.name = field.member("name").text(),
                      .cpus = field.member("cpus").text_or_empty(),
                      .simd = field.member("simd").text_or_empty(),
                      .stream_bytes_per_s = field.member("stream_bytes_per_s").optional_number(),
                      .thermal = field.member("thermal").text_or_empty(),
                      .pages = field.member("pages").text_or_empty()};
  if (limits.stream_bytes_per_s.value_or(0.0) < 0.0) {
    field.member("stream_bytes_per_s").fail("a rate from 0");
  }
  if (field.member("stream").text_or_empty() == "max") {
    limits.stream_bytes_per_s = SystemLimits::kAllItGets;
  }
  return limits;
}

}  // namespace assay
