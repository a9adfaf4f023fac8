#include "kernels/kernel_parameters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include "harness/quantity.hpp"

namespace assay {

KernelParameters::KernelParameters(const KernelEntry& entry, const std::map<std::string, std::string>& given)
    : entry_(entry), given_(given) {
  for (const auto& [name, value] : given) {
    const auto declared = [&name = name](const KernelParameter& parameter) { return parameter.name == name; };
    if (std::none_of(entry.parameters.begin(), entry.parameters.end(), declared)) {
      std::vector<std::string> names;
      for (const KernelParameter& parameter : entry.parameters) {
        names.push_back(parameter.name);
      }
      problems_.push_back(fmt::format("{}: no parameter '{}' (given as {}={}); it has: {}", entry.name, name, name,
                                      value, fmt::join(names, ", ")));
    }
  }
}

std::uint64_t KernelParameters::integer(const std::string& name, IntegerRange range) {
  const std::string text = value_of(name);
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const bool fits = error == std::errc{} && rest == end && value >= range.lowest && value <= range.highest &&
                    value % range.multiple_of == 0;
  if (fits) {
    return value;
  }
  const std::string step = range.multiple_of == 1 ? "" : fmt::format(", a multiple of {}", range.multiple_of);
  note(name, text, fmt::format("a whole number from {} to {}{}", range.lowest, range.highest, step));
  return range.lowest;
}

std::uint64_t KernelParameters::integer_or_auto(const std::string& name, IntegerRange range) {
  return value_of(name) == "auto" ? 0 : integer(name, range);
}

std::string KernelParameters::choice(const std::string& name, std::initializer_list<std::string_view> accepted) {
  const std::vector<std::string> values(accepted.begin(), accepted.end());
  return choice(name, std::span(values));
}

std::string KernelParameters::choice(const std::string& name, std::span<const std::string> accepted) {
  std::string text = value_of(name);
  if (std::find(accepted.begin(), accepted.end(), text) != accepted.end()) {
    return text;
  }
  note(name, text, fmt::format("one of: {}", fmt::join(accepted, ", ")));
  return accepted.front();
}

Bytes KernelParameters::size(const std::string& name, SizeRange range, const std::function<Bytes()>& automatic) {
  const std::string text = value_of(name);
  if (text == "auto") {
    return automatic();
  }
  try {
    const Bytes value = parse_size(text);
    if (value >= range.lowest && value <= range.highest) {
      return value;
    }
  } catch (const std::invalid_argument&) {
    // Noted below, in the words of the parameter.
  }
  note(name, text,
       fmt::format("a size from {} to {} such as 64MiB, or auto", size_text(range.lowest), size_text(range.highest)));
  return range.lowest;
}

void KernelParameters::throw_if_bad() const {
  if (!problems_.empty()) {
    throw std::invalid_argument(fmt::format("{}", fmt::join(problems_, "\n")));
  }
}

std::string KernelParameters::value_of(const std::string& name) const {
  if (const auto found = given_.find(name); found != given_.end()) {
    return found->second;
  }
  for (const KernelParameter& parameter : entry_.parameters) {
    if (parameter.name == name) {
      return parameter.default_value;
    }
  }
  throw std::logic_error(
      fmt::format("kernel {} reads the parameter '{}', which its catalogue entry lacks", entry_.name, name));
}

void KernelParameters::note(const std::string& name, const std::string& value, const std::string& accepted) {
  problems_.push_back(fmt::format("{}: {}={} is not accepted; {} is {}", entry_.name, name, value, name, accepted));
}

}  // namespace assay
