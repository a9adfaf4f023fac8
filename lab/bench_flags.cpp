#include "lab/bench_flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <stdexcept>

#include "analysis/run_file_field.hpp"
#include "harness/split.hpp"
namespace assay {

namespace {

constexpr std::size_t kQuoted = 60;  // of what was typed

std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

void add_parameter(KernelChoice& choice, const std::string& pair) {
  const std::size_t equals = pair.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == pair.size()) {
    throw std::invalid_argument(
        fmt::format("'{}' is no NAME=VALUE, e.g. gemm:n=512,dtype=f64", printable(pair, kQuoted)));
  }
  if (!choice.parameters.emplace(pair.substr(0, equals), pair.substr(equals + 1)).second) {
    throw std::invalid_argument(fmt::format("'{}' is given twice", printable(pair.substr(0, equals), kQuoted)));
  }
}

}  // namespace

std::optional<std::string> bench_flag(const std::vector<std::string>& arguments, std::string_view name) {
  std::optional<std::string> value;
  const std::string dashed = "--" + std::string(name);
  for (const std::string& argument : arguments) {
    if (argument == dashed) {
      value = "";
    } else if (argument.starts_with(dashed + "=")) {
      value = argument.substr(dashed.size() + 1);
    }
  }
  if (!value) {
    if (const char* const set = std::getenv(in_capitals(std::string(name)).c_str())) {
      value = set;
    }
  }
  return value;
}

bool is_on(const std::optional<std::string>& value) {
  constexpr std::array<std::string_view, 6> kOff{"0", "F", "N", "FALSE", "NO", "OFF"};
  return value && std::ranges::find(kOff, in_capitals(*value)) == kOff.end();
}

KernelChoice kernel_choice_from(const std::string& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  KernelChoice choice{.entry = find_kernel(text.substr(0, colon)), .parameters = {}};
  if (choice.entry == nullptr) {
    throw std::invalid_argument(fmt::format("there is no kernel '{}'; assay list workloads shows them",
                                            printable(text.substr(0, colon), kQuoted)));
  }
  if (colon < text.size()) {
    for (const std::string_view part : split(std::string_view(text).substr(colon + 1), ',')) {
      add_parameter(choice, std::string(part));
    }
  }
  return choice;
}

KernelChoice parse_kernel_choice(const std::string& text) {
  try {
    return kernel_choice_from(text);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(fmt::format("--kernel {}: {}", text, error.what()));
  }
}

}  // namespace assay
