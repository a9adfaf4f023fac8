#include "kernels/simd_choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace assay {
namespace {

// Highway names its x86 targets by generation; a person knows them by their instruction set.
std::string name_of_target(std::int64_t target) {
  std::string name = hwy::TargetName(target);
  if (name == "SSE4") {
    return "sse";
  }
  if (name == "SCALAR" || name == "EMU128") {
    return "scalar";
  }
  if (name.starts_with("AVX3")) {
    name.replace(0, 4, "AVX512");
  }
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

}  // namespace

std::vector<SimdChoice> simd_choices() {
  std::vector<SimdChoice> choices;
  // A lower bit is a better target.
  for (std::int64_t left = hwy::SupportedTargets() & HWY_TARGETS; left != 0; left &= left - 1) {
    const std::int64_t target = left & -left;
    choices.push_back({.name = name_of_target(target), .target = target});
  }
  return choices;
}

std::vector<std::string> simd_parameter_values() {
  std::vector<std::string> values{"auto"};
  for (const SimdChoice& choice : simd_choices()) {
    values.push_back(choice.name);
  }
  return values;
}

SimdChoice simd_choice(std::string_view name) {
  const std::vector<SimdChoice> choices = simd_choices();
  for (const SimdChoice& choice : choices) {
    if (name == "auto" || name == choice.name) {
      return choice;
    }
  }
  throw std::invalid_argument(fmt::format("simd={} is not accepted on this processor; simd is one of: {}", name,
                                          fmt::join(simd_parameter_values(), ", ")));
}

}  // namespace assay
