#include "scenarios/shipped_envelopes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "harness/decimal_text.hpp"
#include "scenarios/thermal_envelope_file.hpp"

namespace assay {
namespace {

struct ShippedEnvelope {
  std::string_view name;
  std::string_view (*text)();
};

constexpr std::array<ShippedEnvelope, 5> kShippedEnvelopes{{{"blocked-airflow", blocked_airflow_envelope_toml},
                                                            {"laptop", laptop_envelope_toml},
                                                            {"phone", phone_envelope_toml},
                                                            {"phone-60fps", phone_60fps_envelope_toml},
                                                            {"server", server_envelope_toml}}};

}  // namespace

std::vector<std::string> shipped_envelope_names() {
  std::vector<std::string> names;
  names.reserve(kShippedEnvelopes.size());
  for (const ShippedEnvelope& shipped : kShippedEnvelopes) {
    names.emplace_back(shipped.name);
  }
  return names;
}

ThermalEnvelope find_thermal_envelope(const std::string& text) {
  std::error_code error;
  const auto status = std::filesystem::status(text, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status)) {
    return read_thermal_envelope(text);
  }
  const auto shipped = std::ranges::find(kShippedEnvelopes, text, &ShippedEnvelope::name);
  if (shipped == kShippedEnvelopes.end()) {
    throw std::invalid_argument(fmt::format("{} is no file and no envelope of that name comes with the program: {}",
                                            quoted(std::string_view(text)), fmt::join(shipped_envelope_names(), ", ")));
  }
  return thermal_envelope_from_toml(shipped->text(), fmt::format("{}.toml", shipped->name));
}

}  // namespace assay
