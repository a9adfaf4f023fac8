#pragma once

#include <span>
#include <vector>

#include "analysis/run_document.hpp"
#include "harness/time.hpp"
#include "scenarios/interference/injector.hpp"
#include "scenarios/interference/interference_request.hpp"

namespace assay {

/// What the injectors of one knob did in a stretch of time. `use` has one entry an injector: the difference of two
/// accounts.
struct DoseWindow {
  Nanoseconds wall{0};
  std::vector<InjectorUse> use;
  std::vector<Nanoseconds> lengths;  ///< of bursts
};

/// `after` - `before`.
[[nodiscard]] InjectorUse use_between(const InjectorUse& before, const InjectorUse& after);

/// What a person asked of one knob, in its unit.
[[nodiscard]] double requested_dose(Knob knob, const InterferenceRequest& request);

/// What was delivered, in the unit of the knob, as a mean over the injectors: bursts counted by the injectors; CPU time
/// and switches by the kernel; bytes by the injector. Absent for an empty window.
[[nodiscard]] std::optional<double> achieved_dose(Knob knob, const DoseWindow& window);

/// Fills what follows from the window: achieved, CPU share, lengths, and whether the dose was delivered. Delivered is a
/// share within 2 points or 10 %, whichever is more; a rate within 10 %, or for random bursts within three standard
/// deviations of their number; and bursts whose CPU time is within 10 % of what was asked.
void fill_dose(DoseRecord& record, Knob knob, const InterferenceRequest& request, const DoseWindow& window);

}  // namespace assay
