#include "kernels/cuda/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "kernels/cuda/gpu_error.hpp"

namespace assay::cuda {
namespace {

std::string joined(std::initializer_list<const char*> names) {
  std::string text;
  for (const char* const name : names) {
    text += (text.empty() ? "" : ", ") + std::string(name);
  }
  return text;
}

}  // namespace

SettingReader::SettingReader(std::string work, const Settings& settings, std::initializer_list<const char*> known)
    : work_(std::move(work)), settings_(settings) {
  for (const auto& setting : settings) {
    const std::string& name = setting.first;
    if (std::none_of(known.begin(), known.end(), [&](const char* one) { return name == one; })) {
      throw GpuError(ASSAY_GPU_BAD_ARGUMENT, work_ + ": has no parameter '" + name + "'; it takes " + joined(known));
    }
  }
}

const std::string* SettingReader::find(const char* name) const {
  const auto found = settings_.find(name);
  return found == settings_.end() ? nullptr : &found->second;
}

void SettingReader::refuse(const std::string& name, const std::string& value, const std::string& expected) const {
  throw GpuError(ASSAY_GPU_BAD_ARGUMENT, work_ + ": " + name + "=" + value + ": expected " + expected);
}

std::string SettingReader::choice(const char* name, std::initializer_list<const char*> accepted) const {
  const std::string* const value = find(name);
  if (value == nullptr) {
    return *accepted.begin();
  }
  if (std::none_of(accepted.begin(), accepted.end(), [&](const char* one) { return *value == one; })) {
    refuse(name, *value, joined(accepted));
  }
  return *value;
}

std::uint64_t SettingReader::count(const char* name, std::uint64_t default_value, std::uint64_t least,
                                   std::uint64_t most) const {
  const std::string* const text = find(name);
  if (text == nullptr) {
    return default_value;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < least || value > most) {
    refuse(name, *text, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

std::uint64_t SettingReader::size(const char* name) const {
  const std::string* const text = find(name);
  if (text == nullptr || *text == "auto") {
    return 0;
  }
  constexpr const char* kExpected = "bytes, e.g. 268435456, 256MiB or 4GiB, or auto";
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  const std::string suffix(end, text->data() + text->size());
  constexpr std::array<std::pair<const char*, unsigned>, 6> kSuffixes{
      {{"", 0}, {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}}};
  const auto* const known =
      std::find_if(kSuffixes.begin(), kSuffixes.end(), [&](const auto& one) { return suffix == one.first; });
  if (error != std::errc{} || known == kSuffixes.end() || value == 0 ||
      value > (std::numeric_limits<std::uint64_t>::max() >> known->second)) {
    refuse(name, *text, kExpected);
  }
  return value << known->second;
}

}  // namespace assay::cuda
