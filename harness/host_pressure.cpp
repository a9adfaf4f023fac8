#include "harness/host_pressure.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace assay {

std::optional<Nanoseconds> read_cpu_pressure(const FileSource& files) {
  // "some avg10=1.53 avg60=0.87 avg300=0.24 total=1148211", in microseconds (kernel documentation, accounting/psi).
  const std::string text = files.read("/proc/pressure/cpu").value_or("");
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  constexpr std::string_view kKey = "total=";
  const std::size_t at = text.find(kKey);
  if (!text.starts_with("some ") || at == std::string::npos || at > line_end) {
    return std::nullopt;
  }
  std::int64_t microseconds = 0;
  const char* const begin = text.data() + at + kKey.size();
  if (std::from_chars(begin, text.data() + line_end, microseconds).ec != std::errc{} || microseconds < 0) {
    return std::nullopt;
  }
  return std::chrono::microseconds{microseconds};
}

HostDisturbance disturbance_between(const HostAccount& before, const HostAccount& after, long ticks_per_second) {
  HostDisturbance found;
  if (before.times && after.times) {
    if (const auto shares = load_between(*before.times, *after.times, ticks_per_second)) {
      found.steal = shares->steal;
      found.foreign = shares->foreign;
    }
  }
  if (before.pressure && after.pressure && after.at > before.at) {
    found.cpu_pressure =
        std::clamp(seconds(*after.pressure - *before.pressure) / seconds(after.at - before.at), 0.0, 1.0);
  }
  return found;
}

}  // namespace assay
