#include "lab/limit_flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harness/machine.hpp"
#include "kernels/simd_cap.hpp"
#include "kernels/simd_choice.hpp"
#include "lab/command_error.hpp"
#include "lab/interference_text.hpp"
#include "scenarios/system_envelope.hpp"

namespace assay {

namespace {

std::string stream_text(double bytes_per_s) {
  return bytes_per_s == SystemLimits::kAllItGets ? "max" : fmt::format("{:.0f}B/s", bytes_per_s);
}

/// The flags of `assay run` that say the same.
std::vector<std::pair<std::string, std::string>> flags_of(const SystemLimits& limits) {
  std::vector<std::pair<std::string, std::string>> flags;
  const auto add = [&flags](const char* flag, const std::string& value) {
    if (!value.empty()) {
      flags.emplace_back(flag, value);
    }
  };
  add("cpus", limits.cpus);
  add("simd", limits.simd);
  add("membw", limits.stream_bytes_per_s ? stream_text(*limits.stream_bytes_per_s) : "");
  add("emulate-envelope", limits.thermal);
  add("huge-pages", limits.pages.empty() ? "" : "no");
  return flags;
}

/// What the processor has. Asked again by a process that keeps to less meanwhile, an envelope must stay the same one.
const std::vector<std::string>& processor_vectors() {
  static const std::vector<std::string> levels = [] {
    std::vector<std::string> names;
    for (const SimdChoice& choice : simd_choices()) {
      names.push_back(choice.name);
    }
    return names;
  }();
  return levels;
}

void take(std::string& value, const std::string& usual, const std::string& flag, const std::string& wanted,
          const std::string& envelope) {
  if (value != usual && value != wanted) {
    throw CommandError(ExitCode::usage, fmt::format("--{} {}: --envelope {} has {}; leave one of the two out", flag,
                                                    value, envelope, wanted));
  }
  value = wanted;
}

}  // namespace

SystemLimits envelope_limits(const std::string& envelope) {
  try {
    SystemLimits limits = limits_of(find_system_envelope(envelope), detect_machine(), processor_vectors());
    if (!limits.simd.empty() && simd_cap().empty()) {
      require_simd_level(limits.simd);
    }
    return limits;
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--envelope {}", error.what()));
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file, fmt::format("--envelope {}", error.what()));
  }
}

RunOptions with_envelope(RunOptions run) {
  const auto envelope = run.value("envelope");
  if (!envelope) {
    return run;
  }
  for (const auto& [flag, wanted] : flags_of(envelope_limits(*envelope))) {
    std::string value = run.value(flag).value_or("");
    take(value, "", flag, wanted, *envelope);
    run.set(flag, value);
  }
  return run;
}

RooflineOptions with_envelope(RooflineOptions options) {
  if (options.envelope.empty()) {
    return options;
  }
  for (const auto& [flag, wanted] : flags_of(envelope_limits(options.envelope))) {
    const std::vector<std::pair<std::string, std::string*>> values{{"cpus", &options.cpus},
                                                                   {"simd", &options.simd},
                                                                   {"membw", &options.membw},
                                                                   {"huge-pages", &options.huge_pages}};
    const auto found = std::ranges::find(values, flag, &std::pair<std::string, std::string*>::first);
    if (found != values.end()) {  // the ceilings of a device that heats up are not known: its clock is a model
      take(*found->second, flag == "huge-pages" ? "yes" : "", flag, wanted, options.envelope);
    }
  }
  return options;
}

double parse_stream(const std::string& text) {
  return text == "max" ? SystemLimits::kAllItGets : parse_bandwidth(text);
}

void require_simd_level(const std::string& level) {
  if (level == "auto") {
    throw std::invalid_argument("'auto' takes nothing away; leave it out");
  }
  try {
    (void)simd_choice(level);
  } catch (const std::invalid_argument&) {
    std::vector<std::string> names = simd_parameter_values();
    names.erase(names.begin());
    throw std::invalid_argument(fmt::format("'{}': this processor has {}", level, fmt::join(names, ", ")));
  }
}

void keep_to_simd(const std::string& level) {
  if (level.empty()) {
    return;
  }
  for (const auto& [name, value] : library_settings(level)) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  cap_simd(level);
}

}  // namespace assay
