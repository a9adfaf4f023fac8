#pragma once

#include <cstdint>

#include "analysis/welch_ratio.hpp"

namespace assay {

/// How often a split of all values by lot would part their mean logarithms as far as A and B are apart, in either
/// direction. Where nothing but the lot parts them, this is at most alpha with a probability of at most alpha, whatever
/// the law of the values: states of a machine, bursts, heavy tails (Fisher, The Design of Experiments, 1935, section
/// 21; exact under exchangeability). Counted over all splits up to kExactSplits of them, else over so many drawn with a
/// fixed seed, the one that was seen among them. Throws as welch_ratio() does.
[[nodiscard]] double permutation_p(const TwoSamples& samples);
inline constexpr std::uint64_t kExactSplits = 20'000;

/// The smallest value that permutation_p() can have with so many repeats: one split and its mirror image of all.
[[nodiscard]] double smallest_permutation_p(std::uint64_t repeats_a, std::uint64_t repeats_b);

/// The smallest equal number of repeats on each side with which a difference can be told at all at `alpha`: 4 for 0.05.
[[nodiscard]] std::uint64_t fewest_repeats(double alpha);

}  // namespace assay
