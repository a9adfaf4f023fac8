#include "lab/interference_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <stdexcept>
#include <string>

#include "analysis/run_file_field.hpp"
#include "harness/quantity.hpp"

namespace assay {

namespace {

constexpr std::size_t kQuoted = 60;  // of what was typed

}  // namespace

NoiseDose parse_noise(std::string_view text) {
  constexpr Nanoseconds kUsualLength = std::chrono::milliseconds{1};
  const auto cross = text.find('x');
  try {
    return {.rate_per_s = parse_rate(text.substr(0, cross)),
            .length = cross == std::string_view::npos ? kUsualLength : parse_duration(text.substr(cross + 1))};
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(fmt::format("'{}': expected bursts a second and their length, e.g. 80x1ms ({})",
                                            printable(text, kQuoted), error.what()));
  }
}

double parse_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  const std::string_view digits = percent ? text.substr(0, text.size() - 1) : text;
  double value = 0.0;
  const auto [stopped, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || stopped != digits.data() + digits.size() || !std::isfinite(value)) {
    throw std::invalid_argument(
        fmt::format("'{}': expected a share of a CPU, e.g. 50% or 0.5", printable(text, kQuoted)));
  }
  return percent ? value / 100.0 : value;
}

double parse_bandwidth(std::string_view text) {
  const std::string_view size = text.ends_with("/s") ? text.substr(0, text.size() - 2) : text;
  const Bytes bytes = parse_size(size);
  if (bytes.count == 0) {
    throw std::invalid_argument(fmt::format("'{}': must be above 0", printable(text, kQuoted)));
  }
  return static_cast<double>(bytes.count);
}

InjectorSource parse_injector_source(std::string_view text) {
  if (text == "own") {
    return InjectorSource::own;
  }
  if (text == "stress-ng") {
    return InjectorSource::stress_ng;
  }
  throw std::invalid_argument(fmt::format("'{}' is none of own, stress-ng", printable(text, kQuoted)));
}

GpuInjectorHome parse_gpu_injector_home(std::string_view text) {
  if (text == "thread") {
    return GpuInjectorHome::thread;
  }
  if (text == "process") {
    return GpuInjectorHome::process;
  }
  throw std::invalid_argument(fmt::format("'{}' is none of thread, process", printable(text, kQuoted)));
}

InjectorPriority parse_injector_priority(std::string_view text) {
  if (text == "strongest") {
    return InjectorPriority::strongest;
  }
  if (text == "ordinary") {
    return InjectorPriority::ordinary;
  }
  throw std::invalid_argument(fmt::format("'{}' is none of strongest, ordinary", printable(text, kQuoted)));
}

}  // namespace assay
