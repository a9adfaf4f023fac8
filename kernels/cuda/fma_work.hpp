#pragma once

#include <memory>

#include "kernels/cuda/work.hpp"

namespace assay::cuda {

/// "fma": independent chains x = m x + c in registers, eight a thread, on every lane of the multiprocessors. Settings:
/// dtype f64 or f32; iterations of each chain; multiprocessors: how many blocks of 1024 threads, auto for two on each.
[[nodiscard]] std::unique_ptr<Work> make_fma(std::int32_t device, const Settings& settings);

}  // namespace assay::cuda
