#pragma once

#include <array>
#include <string>
#include <vector>

#include "lab/flow/lab_state.hpp"

// What an audit of the lab can be of: systems that this part measured, bundles that lie elsewhere, datasheets.

namespace assay {

/// A system that can be chosen.
struct SystemOffer {
  std::string id;     ///< "system_a": a run of the part; "datasheet:h200"; else the folder of a bundle
  std::string title;  ///< what it is, in a line
  bool is_datasheet = false;
};

/// The two systems that an audit takes where nobody names others: the newest result that counts of each of the first
/// two runs of the part that measure a system. Null where there is none yet.
[[nodiscard]] std::array<const LabRun*, 2> default_systems(const LabState& state, std::size_t part);

/// Everything that can be chosen in a part now: what it measured, `elsewhere`, and every datasheet. Empty before its
/// predictions are locked.
[[nodiscard]] std::vector<SystemOffer> offered_systems(const LabState& state, std::size_t part,
                                                       const std::vector<SystemOffer>& elsewhere);

/// The bundles below ./assay-results that can be read, the newest first, at most 20. Empty where there are none, and
/// before a part with an audit is open.
[[nodiscard]] std::vector<SystemOffer> systems_elsewhere(const LabState& state);

/// The newest result that counts of a run of the part that measures a system; null where there is none.
[[nodiscard]] const LabRun* measured_system_of(const LabState& state, std::size_t part, const std::string& run);

/// Throws LabRefusal (not_yet) naming the run to make where an audit that names no systems has none to take.
void require_default_systems(const LabState& state, std::size_t part);

}  // namespace assay
