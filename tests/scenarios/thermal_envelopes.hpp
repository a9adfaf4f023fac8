#pragma once

#include "scenarios/thermal_envelope.hpp"

namespace assay {

/// The envelope of share/envelopes/phone.toml: full load goes towards 79 degrees C from 29.5.
inline ThermalEnvelope phone_envelope() {
  return {.name = "phone",
          .source = "assumed, not measured",
          .ambient_c = 25.0,
          .resistance_k_per_w = 9.0,
          .time_constant_s = 120.0,
          .trip_c = 43.0,
          .idle_w = 0.5,
          .peak_w = 6.0};
}

}  // namespace assay
