#pragma once

#include <memory>

#include "kernels/cuda/work.hpp"

namespace assay::cuda {

/// "launch": kernels of one thread that add 1: what a launch costs. Settings: mode stream (launches one behind the
/// other, at the pace of whichever is slower, host or card), graph (the same in a graph), roundtrip (one, and the host
/// waits for it); kernels of one run. A step is one launch, or one launch of the graph.
[[nodiscard]] std::unique_ptr<Work> make_launch(std::int32_t device, const Settings& settings);

}  // namespace assay::cuda
