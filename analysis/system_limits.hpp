#pragma once

#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace assay {

class Field;

/// What was taken away from the machine on purpose. Each part may be empty; all empty: a machine as it is.
struct SystemLimits {
  std::string name;  ///< "narrow": of the envelope
  std::string cpus;  ///< the only CPUs that may work, "0,2-3"; empty: all
  std::string simd;  ///< the widest instruction set in use, as simd_choices() names it; empty: the best
  /// Bandwidth that a stream on another CPU was asked to take; infinite: as much as it gets. What it took is in each
  /// result.
  std::optional<double> stream_bytes_per_s;
  std::string thermal;  ///< name of the emulated thermal envelope; empty: none
  std::string pages;    ///< "small": transparent huge pages were kept away; empty: as the system gives them

  static constexpr double kAllItGets = std::numeric_limits<double>::infinity();

  [[nodiscard]] bool any() const {
    return !cpus.empty() || !simd.empty() || stream_bytes_per_s.has_value() || !thermal.empty() || !pages.empty();
  }
  friend bool operator==(const SystemLimits&, const SystemLimits&) = default;
};

/// "simd=sse", "narrow (cpus=1 simd=sse)", "starved (cpus=1 stream=max pages=small)"; "" without limits. A name from a
/// file is untrusted.
[[nodiscard]] std::string limits_text(const SystemLimits& limits);

/// The part of a result's file name: "envelope-narrow", "envelope-simd-sse"; "" without limits.
[[nodiscard]] std::string limits_file_word(const SystemLimits& limits);

/// The member "limits" of a result file; null without limits. In reading, absent and null are a machine as it is.
[[nodiscard]] nlohmann::ordered_json limits_json(const SystemLimits& limits);
[[nodiscard]] SystemLimits read_limits(const Field& field);

}  // namespace assay
