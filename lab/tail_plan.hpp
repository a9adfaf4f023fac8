#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analysis/percentile.hpp"
#include "analysis/run_document.hpp"
#include "harness/time.hpp"
#include "lab/run_options.hpp"
#include "scenarios/interference/interference_request.hpp"

namespace assay {

/// The one knob that a threshold search turns.
struct TailKnob {
  Knob knob = Knob::noise;
  Nanoseconds burst = std::chrono::milliseconds{1};  ///< of noise
  double lowest = 0.0;                               ///< in the unit of the knob
  double highest = 0.0;
};

/// "noise", "background", "ctxsw", "memory" or "pcie". Throws std::invalid_argument naming them for anything else.
[[nodiscard]] Knob knob_from(std::string_view name);

/// The range in which the knob can be turned.
[[nodiscard]] TailKnob tail_knob(Knob knob, Nanoseconds burst);

/// Sets the flag of the knob to the dose, so that what is typed is what is measured; a dose of 0 leaves it out, and
/// what says how to inject.
void set_dose(RunOptions& run, const TailKnob& knob, double dose);

/// "80.3 bursts/s", "37.5 %"
[[nodiscard]] std::string dose_text(Knob knob, double dose);

/// Where a model without a fit expects the threshold, and by which formula.
struct ModelDose {
  std::optional<double> dose;
  std::string formula;  ///< or why no model says anything
};

/// The 1 % law for noise: bursts that are longer than the room between service time T and window break the percentile
/// p where -ln(p) / T of them come in a second. For background load, whose bursts of s x 2 ms come every 2 ms: where
/// T + s x 2 ms reaches the window, if that many queries are hit at all.
[[nodiscard]] ModelDose model_dose(const TailKnob& knob, Nanoseconds service_time, Nanoseconds window,
                                   Percentile percentile);

/// What the run's injector delivered of the knob; 0 where nothing was injected. Throws std::runtime_error if the run
/// has no reading of it.
[[nodiscard]] double achieved_dose_of(const RunDocument& run, Knob knob);

}  // namespace assay
