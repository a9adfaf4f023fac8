#pragma once

#include <memory>

#include "kernels/cuda/work.hpp"

namespace assay::cuda {

/// "chase": one thread follows addresses through all lines of 128 bytes in a random cycle (Sattolo): the latency of a
/// level. Settings: level l1, l2 or hbm; size of the lines, auto for what lies well within that level; accesses of one
/// run. Translation of addresses is part of it: more than the translation buffers reach costs more.
[[nodiscard]] std::unique_ptr<Work> make_chase_work(std::int32_t device, const Settings& settings);

}  // namespace assay::cuda
