#include "analysis/frame_misses.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace assay {
namespace {

constexpr double kNegligibleCorrelation = 0.02;
constexpr std::size_t kLargestLagDivisor = 10;
constexpr std::size_t kLargestLag = 4096;  // O(n) each; triggers that far apart tell of each other only by chance

struct Spread {
  std::vector<double> deviations;
  double variance = 0.0;
};

Spread spread_of(std::span<const std::uint32_t> counts) {
  Spread spread;
  double mean = 0.0;
  for (const std::uint32_t count : counts) {
    mean += static_cast<double>(count);
  }
  mean /= static_cast<double>(counts.size());
  for (const std::uint32_t count : counts) {
    spread.deviations.push_back(static_cast<double>(count) - mean);
    spread.variance += spread.deviations.back() * spread.deviations.back();
  }
  spread.variance /= static_cast<double>(counts.size());
  return spread;
}

double correlation(const Spread& spread, std::size_t lag) {
  double sum = 0.0;
  for (std::size_t i = lag; i < spread.deviations.size(); ++i) {
    sum += spread.deviations[i] * spread.deviations[i - lag];
  }
  return sum / (static_cast<double>(spread.deviations.size()) * spread.variance);
}

/// 1 + 2 (rho(1) + rho(2) + ...), in windows of lags that grow by half, up to the first whose mean is negligible.
double correlation_time(const Spread& spread) {
  const std::size_t largest = std::min(spread.deviations.size() / kLargestLagDivisor, kLargestLag);
  double tau = 1.0;
  std::size_t begin = 0;
  while (begin < largest) {
    const std::size_t end = std::min(largest, begin + 1 + begin / 2);
    double sum = 0.0;
    for (std::size_t lag = begin + 1; lag <= end; ++lag) {
      sum += correlation(spread, lag);
    }
    if (sum / static_cast<double>(end - begin) < kNegligibleCorrelation) {
      break;
    }
    tau += 2.0 * sum;
    begin = end;
  }
  return tau;
}

}  // namespace

double effective_frames(std::span<const std::uint32_t> misses, std::uint64_t streams) {
  const auto triggers = static_cast<double>(misses.size());
  const auto each = static_cast<double>(streams);
  const double frames = triggers * each;
  const Spread spread = misses.empty() ? Spread{} : spread_of(misses);
  if (spread.variance <= 0.0) {
    return frames;
  }
  double sum = 0.0;
  for (const std::uint32_t count : misses) {
    sum += static_cast<double>(count);
  }
  const double share = sum / frames;
  const double variance_of_share = spread.variance * correlation_time(spread) / (triggers * each * each);
  return std::clamp(share * (1.0 - share) / variance_of_share, 1.0, frames);
}

FrameMisses frame_misses(const LatencyDistribution& frames, std::uint64_t streams, PercentileLimit deadline,
                         double confidence) {
  const WindowShare within = window_share(frames, deadline, confidence);
  FrameMisses misses{.missed = frames.count_over(deadline.limit), .effective = within.effective_sample_size};
  misses.share = 1.0 - within.within;
  const auto latencies = frames.in_time_order();
  std::vector<std::uint32_t> of_triggers(latencies.size() / streams, 0);
  std::vector<std::uint64_t> runs(streams, 0);
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    std::uint64_t& run = runs[i % streams];
    const bool missed = latencies[i] > deadline.limit.count();
    run = missed ? run + 1 : 0;
    if (run > misses.longest_run) {
      misses.longest_run = run;
      misses.longest_run_stream = i % streams;
    }
    if (missed && i / streams < of_triggers.size()) {
      ++of_triggers[i / streams];
    }
  }
  if (!of_triggers.empty()) {
    misses.effective = std::min(misses.effective, effective_frames(of_triggers, streams));
  }
  misses.interval =
      clopper_pearson({.successes = misses.share * misses.effective, .trials = misses.effective}, confidence);
  return misses;
}

}  // namespace assay
