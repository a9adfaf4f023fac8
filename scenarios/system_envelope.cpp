#include "scenarios/system_envelope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>

#include "harness/file_source.hpp"
#include "harness/quantity.hpp"
#include "scenarios/roofline_plan.hpp"
#include "scenarios/shipped_envelopes.hpp"
#include "scenarios/shipped_file.hpp"
#include "scenarios/strict_toml.hpp"

namespace assay {
namespace {

constexpr std::array<ShippedFile, 2> kShippedSystems{
    {{"narrow", narrow_system_toml}, {"starved", starved_system_toml}}};

/// "4GB/s" in bytes per second.
double rate_of(const std::string& text) {
  return static_cast<double>(parse_size(text.ends_with("/s") ? text.substr(0, text.size() - 2) : text).count);
}

void check(const SystemEnvelope& envelope, TomlTable& table, const TomlPlace& place) {
  if (!is_toml_id(envelope.name)) {
    place.refuse(table.find("name"), "name must be of lower-case letters, digits, - and _");
  }
  const std::vector<int> cpus = cpu_list(envelope.cpus);
  if (!envelope.cpus.empty() && envelope.cpus != "first" && envelope.cpus != "half" &&
      (cpus.empty() || cpu_list_text(cpus) != envelope.cpus)) {
    place.refuse(table.find("cpus"),
                 fmt::format("cpus {} is none of first, half, or an ascending list such as 0-3,8", envelope.cpus));
  }
  if (!envelope.stream.empty() && envelope.stream != "max") {
    try {
      if (!(rate_of(envelope.stream) > 0.0)) {
        throw std::invalid_argument("must be above 0");
      }
    } catch (const std::invalid_argument& error) {
      place.refuse(table.find("stream"),
                   fmt::format("stream {}: write max or a rate such as 4GB/s ({})", envelope.stream, error.what()));
    }
  }
  if (!envelope.pages.empty() && envelope.pages != "small") {
    place.refuse(table.find("pages"), fmt::format("pages {}: only small is known", envelope.pages));
  }
  const std::vector<std::string> thermal = shipped_envelope_names();
  if (!envelope.thermal.empty() && std::ranges::find(thermal, envelope.thermal) == thermal.end()) {
    place.refuse(table.find("thermal"),
                 fmt::format("thermal {} is none of {}", envelope.thermal, fmt::join(thermal, ", ")));
  }
  if (envelope.cpus.empty() && envelope.simd.empty() && envelope.stream.empty() && envelope.pages.empty() &&
      envelope.thermal.empty()) {
    place.refuse(nullptr, "takes nothing away; add one of cpus, simd, stream, pages, thermal");
  }
}

std::string narrowest(const SystemEnvelope& envelope, const std::vector<std::string>& vectors) {
  // What has no lanes, or moves what another one moves, is no vector set to compare with.
  const auto counts = [](const std::string& name) { return name != "scalar" && name != "ssse3"; };
  const auto found = std::find_if(vectors.rbegin(), vectors.rend(), counts);
  if (found == vectors.rend() || *found == vectors.front()) {
    throw std::invalid_argument(fmt::format("{}: this processor has no narrower vectors than its best, {}",
                                            envelope.name, vectors.empty() ? "none" : vectors.front()));
  }
  return *found;
}

/// The first CPUs of those that a roofline would use, in its order: the fastest, and CPU 0 last.
std::string relative_cpus(const SystemEnvelope& envelope, const Machine& machine) {
  std::vector<int> cpus = roofline_cpus(machine, {});
  if (cpus.size() < 2) {
    throw std::invalid_argument(
        fmt::format("{}: there is one core to use, CPU {}, and none to take away", envelope.name, cpus.front()));
  }
  const std::size_t kept = envelope.cpus == "first" ? 1 : cpus.size() / 2;
  cpus.erase(cpus.begin() + static_cast<std::ptrdiff_t>(kept), cpus.end());  // GCC 12 warns of resize()'s growth
  std::ranges::sort(cpus);
  return cpu_list_text(cpus);
}

}  // namespace

SystemEnvelope system_envelope_from_toml(std::string_view text, const std::string& file) {
  const TomlPlace place(file);
  check_toml_shape(text, place, kMostSystemEnvelopeBytes);
  const toml::table root = parsed_toml(text, place);
  TomlTable table(root, "the envelope", place);
  SystemEnvelope envelope;
  envelope.name = table.text("name", "\"narrow\"");
  envelope.title = table.text("title", "\"low peak, high bandwidth\"");
  envelope.cpus = table.text_or("cpus", "");
  envelope.simd = table.text_or("simd", "");
  envelope.stream = table.text_or("stream", "");
  envelope.pages = table.text_or("pages", "");
  envelope.thermal = table.text_or("thermal", "");
  table.no_other();
  check(envelope, table, place);
  return envelope;
}

std::vector<std::string> shipped_system_envelope_names() { return shipped_file_names(kShippedSystems); }

SystemEnvelope find_system_envelope(const std::string& text) {
  const NamedText found = find_shipped_file(text, {.shipped = kShippedSystems,
                                                   .what = "envelope",
                                                   .most_bytes = kMostSystemEnvelopeBytes,
                                                   .example = "share/systems/narrow.toml"});
  return system_envelope_from_toml(found.text, found.name);
}

SystemLimits limits_of(const SystemEnvelope& envelope, const Machine& machine,
                       const std::vector<std::string>& vectors) {
  SystemLimits limits{.name = envelope.name,
                      .cpus = envelope.cpus,
                      .simd = envelope.simd == "narrowest" ? narrowest(envelope, vectors) : envelope.simd,
                      .stream_bytes_per_s = {},
                      .thermal = envelope.thermal,
                      .pages = envelope.pages};
  if (envelope.cpus == "first" || envelope.cpus == "half") {
    limits.cpus = relative_cpus(envelope, machine);
  }
  if (!envelope.stream.empty()) {
    limits.stream_bytes_per_s = envelope.stream == "max" ? SystemLimits::kAllItGets : rate_of(envelope.stream);
    const std::vector<int> used = cpu_list(limits.cpus);
    const std::vector<int> allowed = machine.allowed_cpus();
    const bool another = !used.empty() && std::ranges::any_of(allowed, [&](int cpu) {
      return std::ranges::find(used, cpu) == used.end();
    });
    if (!another) {
      throw std::invalid_argument(fmt::format(
          "{}: the stream needs a CPU besides those that are measured, and this process may use CPU {} only",
          envelope.name, cpu_list_text(allowed)));
    }
  }
  return limits;
}

}  // namespace assay
