#pragma once

#include <memory>

#include "kernels/cuda/work.hpp"

namespace assay::cuda {

/// "stream": loads and stores of one mix over memory of the card. Settings: mix read, write, copy, triad (f64) or
/// memcpy (the runtime's own copy); level hbm, or l2, which moves half of that cache many times in a launch; size of
/// all arrays of one set; stores regular or streaming. At level hbm the sets together take at least four times the L2
/// cache, and steps take them in turn.
[[nodiscard]] std::unique_ptr<Work> make_stream(std::int32_t device, const Settings& settings);

}  // namespace assay::cuda
