#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/system_limits.hpp"
#include "harness/machine.hpp"

namespace assay {

/// What to take away from any machine, as a file says it, relative to what the machine has.
struct SystemEnvelope {
  std::string name;
  std::string title;    ///< "high peak, low bandwidth"
  std::string cpus;     ///< "first", "half", or a list such as 0-3; empty: all
  std::string simd;     ///< "narrowest", or a name of simd_choices(); empty: the best
  std::string stream;   ///< "max", or a rate such as 4GB/s; empty: none
  std::string pages;    ///< "small"; empty: as the system gives them
  std::string thermal;  ///< a thermal envelope that comes with the program; empty: none
};

inline constexpr std::size_t kMostSystemEnvelopeBytes = std::size_t{16} * 1024;

/// As strict as track_from_toml(). Throws std::runtime_error with one line that names the file, the line where it is
/// known, and what to write there.
[[nodiscard]] SystemEnvelope system_envelope_from_toml(std::string_view text, const std::string& file);

/// The envelopes of share/systems/, which are part of the program.
[[nodiscard]] std::vector<std::string> shipped_system_envelope_names();

/// The envelope in the file `text`, or the shipped one of that name where there is no such file. Throws
/// std::invalid_argument listing the names if it is neither, std::runtime_error as system_envelope_from_toml() does.
[[nodiscard]] SystemEnvelope find_system_envelope(const std::string& text);

/// What it takes away from this machine. `vectors`: names of simd_choices(), the best first. Throws
/// std::invalid_argument where the machine has nothing to take away: one CPU where a stream needs another, or no
/// narrower vectors than its best.
[[nodiscard]] SystemLimits limits_of(const SystemEnvelope& envelope, const Machine& machine,
                                     const std::vector<std::string>& vectors);

// Text of the files; the build writes these functions.
[[nodiscard]] std::string_view narrow_system_toml();
[[nodiscard]] std::string_view starved_system_toml();

}  // namespace assay
