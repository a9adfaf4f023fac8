#pragma once

#include <functional>
#include <string>

#include "analysis/real_world_record.hpp"

namespace assay {

/// RealWorld as a track has it: both models, with and without isolation. Quick leaves out all but one noise at two
/// ratios, and takes fewer words; the fields are in both.
struct TrackRealWorld {
  bool full = false;
  std::uint64_t words = 0;  ///< of each set of voices; 0: as the preset has it
  std::uint64_t seed = 0;
};
[[nodiscard]] RealWorldRecord measure_real_world(const TrackRealWorld& request,
                                                 const std::function<bool(double share)>& proceed);

}  // namespace assay
