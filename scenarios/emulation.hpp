#pragma once

#include <thread>

#include "analysis/run_emulation.hpp"
#include "harness/steady_clock.hpp"
#include "scenarios/dilation.hpp"
#include "scenarios/envelope_governor.hpp"
#include "scenarios/thermal_envelope.hpp"

namespace assay {

/// A thermal envelope at work over a measured part: from its making, at the idle temperature, until finish() or the
/// destructor. Its governor has a thread of its own, which sleeps between two polls.
class Emulation {
 public:
  /// The workers slow down by `clock`, which must outlive this and is at factor 1 again afterwards.
  Emulation(const ThermalEnvelope& envelope, EmulatedClock& clock, int workers);
  Emulation(const Emulation&) = delete;
  Emulation& operator=(const Emulation&) = delete;
  ~Emulation() = default;

  /// Stops the governor. Call it once.
  [[nodiscard]] EnvelopeRecord finish();

 private:
  SteadyClock sleeping_clock_;
  EnvelopeGovernor governor_;
  std::jthread thread_;
};

}  // namespace assay
