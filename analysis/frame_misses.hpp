#pragma once

#include <cstdint>
#include <span>

#include "analysis/binomial_interval.hpp"
#include "analysis/latency_distribution.hpp"
#include "analysis/window_share.hpp"

namespace assay {

/// How many independent frames say as much about the share of misses as these do, whose misses cluster within a trigger
/// and over time: share (1 - share) / variance of the share, the variance being that between the triggers times tau =
/// 1 + 2 (rho(1) + rho(2) + ...) of their counts (Kish's design effect for clusters, with dependence between clusters).
/// `misses`: of each trigger in time order, out of `streams`. Lags as in effective_sample_size(). Between 1 and the
/// number of frames; that number where each frame missed or none did.
[[nodiscard]] double effective_frames(std::span<const std::uint32_t> misses, std::uint64_t streams);

/// Frames that missed their deadline.
struct FrameMisses {
  std::uint64_t missed = 0;  ///< over the limit, or never completed
  double share = 0.0;
  ShareInterval interval;  ///< exact two-sided, for the effective number of frames
  double effective = 0.0;  ///< the smaller of effective_frames() and of window_share()'s
  std::uint64_t longest_run = 0;
  std::uint64_t longest_run_stream = 0;
};

/// `frames` in the order of their arrival, frame i of stream i mod `streams`. Throws std::invalid_argument if there is
/// none.
[[nodiscard]] FrameMisses frame_misses(const LatencyDistribution& frames, std::uint64_t streams,
                                       PercentileLimit deadline, double confidence);

}  // namespace assay
