#include "analysis/run_emulation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/format.hpp"

namespace assay {

std::string emulation_sentence(const EnvelopeRecord& record) {
  if (record.trace.empty()) {
    return fmt::format("the run ended before the first step of the governor; {}", record.source);
  }
  const auto by = [&](auto member) { return std::ranges::minmax_element(record.trace, {}, member); };
  const double lowest = by(&EmulatedPoint::factor).min->factor;
  const double hottest_c = by(&EmulatedPoint::temperature_c).max->temperature_c;
  const std::string clock =
      lowest < 1.0
          ? fmt::format("the clock went down to {:.3g} of its peak, first after {}", lowest,
                        format_duration(std::ranges::find_if(
                                            record.trace, [](const EmulatedPoint& point) { return point.factor < 1.0; })
                                            ->t_s))
          : std::string("the clock stayed at its peak");
  return fmt::format(
      "{}, at {:.1f} degrees C at most; {}{}", clock, hottest_c, record.source,
      record.no_room_count > 0 ? fmt::format("; {} later steps are not in the trace", record.no_room_count) : "");
}

std::string envelope_sentence(const EnvelopeRecord& record) {
  return fmt::format(
      "{}: {:g} degrees C around it, {:g} K/W to the air, time constant {:g} s; {:g} W idle, {:g} W at full load; "
      "trips at "
      "{:g} degrees C, with a hysteresis of {:g} K, polled every {:g} s; steps of the clock {:g}; {:g} s of the model "
      "in "
      "one of the run",
      record.name, record.ambient_c, record.resistance_k_per_w, record.time_constant_s, record.idle_w, record.peak_w,
      record.trip_c, record.hysteresis_k, record.poll_period_s, fmt::join(record.steps, ", "), record.time_compression);
}

}  // namespace assay
