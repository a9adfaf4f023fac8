#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "harness/clock.hpp"
#include "harness/units.hpp"

namespace assay {

/// What the CPUs of a decoder reach together, by kernels of the catalogue, in a moment.
struct MeasuredCeilings {
  FlopsPerSecond products;         ///< matrix product in f32
  FlopsPerSecond narrow_products;  ///< of signed bytes; integer operations count as flops
  BytesPerSecond read;             ///< loads from memory
  std::string source;              ///< which kernels, for how long
};

/// Runs gemm (f32 and signed bytes) and stream (loads) on all `cpus` at once, a third of `budget` each, and takes the
/// best of a few samples of each: noise only slows. Pins the calling thread to cpus[0] meanwhile. Throws
/// std::runtime_error as those kernels do.
[[nodiscard]] MeasuredCeilings measure_ceilings(const std::vector<int>& cpus, Clock& clock, Nanoseconds budget,
                                                const std::stop_token& stop);

}  // namespace assay
