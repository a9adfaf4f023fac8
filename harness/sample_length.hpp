#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "harness/sampling_team.hpp"

namespace assay {

/// How many iterations of `work` on `threads` of the sampler's team take about `sample`, found by growing until the
/// clock can tell. The shortest of a few tries counts: a disturbed one only makes the samples shorter. At least 1.
/// Throws std::invalid_argument if `sample` is not positive.
[[nodiscard]] std::uint64_t iterations_for_sample(Sampler& sampler, const TeamWork& work,
                                                  std::span<const std::size_t> threads, Nanoseconds sample);

}  // namespace assay
