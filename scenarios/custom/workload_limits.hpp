#pragma once

#include <cstdint>

// What a custom workload may say of itself, in either form. It is not ours: a count from it sizes our own memory and
// goes into our products.

namespace assay {

inline constexpr std::uint64_t kMostBatch = 1024;
/// The list of samples to send takes 4 bytes of each: 16 MiB.
inline constexpr std::uint64_t kMostSamples = std::uint64_t{1} << 22U;
/// Flops or bytes of a sample: those of the largest batch still fit 64 bits, and a file's number holds it exactly.
inline constexpr std::uint64_t kMostWork = std::uint64_t{1} << 53U;

}  // namespace assay
