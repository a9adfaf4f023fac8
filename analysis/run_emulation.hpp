#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// The model after one step of its governor.
struct EmulatedPoint {
  double t_s = 0.0;     ///< from the start of the measured part
  double factor = 1.0;  ///< of the clock
  double temperature_c = 0.0;
  double utilisation = 0.0;  ///< of the workers, since the point before
};

/// The thermal envelope that a run was emulated under, and what its model did. Nothing here was measured on a device of
/// that kind: dT/dt = (ambient + R P - T) / tau with P = idle + (peak - idle) f^3 u for a clock factor f and a
/// utilisation u.
struct EnvelopeRecord {
  std::string name;
  std::string source;  ///< where the values come from: "assumed, not measured"
  double ambient_c = 0.0;
  double resistance_k_per_w = 0.0;
  double time_constant_s = 0.0;
  double trip_c = 0.0;
  double idle_w = 0.0;
  double peak_w = 0.0;
  double hysteresis_k = 0.0;
  std::vector<double> steps;  ///< factors of the clock
  double poll_period_s = 0.0;
  double time_compression = 1.0;
  std::vector<EmulatedPoint> trace;
  std::size_t no_room_count = 0;  ///< steps of the governor after the trace was full
};

/// Why such a run has no causes of its slow queries.
inline constexpr std::string_view kNoCausesWhenEmulated =
    "the emulated clock made queries slow, so a list of this machine's own causes would mislead";

/// "the clock went down to 0.6 of its peak, first after 38.0 s, at 43.6 degrees C at most; assumed, not
/// measured"
[[nodiscard]] std::string emulation_sentence(const EnvelopeRecord& record);

/// All parameters in one line: "phone: 25 degrees C around, 9 K/W, 120 s, trips at 43 degrees C ...".
[[nodiscard]] std::string envelope_sentence(const EnvelopeRecord& record);

}  // namespace assay
