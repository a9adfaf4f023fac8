#include "kernels/dot_peak_loops.hpp"

namespace assay {

std::span<const DotPeakLoop> native_dot_peak_loops() { return {}; }

std::string tile_refusal() { return "this build has no loop for tile registers"; }

}  // namespace assay
