#pragma once

#include <span>

namespace assay {

/// One round of injected load: what a thread that never pauses lost on the CPU beside it, and right before it without.
struct DoseRound {
  double lost_with = 0.0;     ///< share of the time
  double lost_without = 0.0;  ///< share of the time
  double booked = 0.0;        ///< by the instrument, in the dose's own unit
};

/// What one unit of a dose took from its victim, over rounds: their median, their least and their most.
struct DoseEffect {
  double median = 0.0;
  double least = 0.0;
  double most = 0.0;
};

/// Share lost to what was injected alone.
[[nodiscard]] DoseEffect share_taken(std::span<const DoseRound> rounds);
/// Seconds lost for each event, where `booked` is events a second. A round without events counts as one event.
[[nodiscard]] DoseEffect seconds_taken_per_event(std::span<const DoseRound> rounds);
/// Of the rounds' shares that were lost without a dose, the median: one round in which somebody else ran spoils
/// nothing.
[[nodiscard]] double median_lost_without(std::span<const DoseRound> rounds);
/// All three throw std::invalid_argument without rounds.

/// right: the median is within the tolerance. wrong: not even one round is, all being on one side: the median of six
/// rounds lies between the least and the most with 96.9 % (order statistics, no law assumed). Else the rounds differ
/// too much to tell.
enum class DoseJudgement { right, wrong, cannot_tell };
[[nodiscard]] DoseJudgement judge_effect(const DoseEffect& effect, double wanted, double tolerance);

}  // namespace assay
