#include "harness/jitter_probe.hpp"

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

constexpr Nanoseconds kShortestGap = std::chrono::microseconds{1};
constexpr Nanoseconds kShortestWork = std::chrono::microseconds{10};
constexpr int kBinsPerOctave = 8;
constexpr int kOctaves = 24;  // 1 us to 16.8 s; longer gaps fall into the last bin
constexpr double kTail = 0.01;

Nanoseconds edge(Nanoseconds first, int index) {
  return Nanoseconds{
      std::llround(static_cast<double>(first.count()) * std::exp2(static_cast<double>(index) / kBinsPerOctave))};
}

std::vector<JitterBin> empty_bins() {
  std::vector<JitterBin> bins;
  bins.reserve(std::size_t{kBinsPerOctave} * kOctaves);
  for (int i = 0; i < kBinsPerOctave * kOctaves; ++i) {
    bins.push_back({.lower = edge(kShortestGap, i), .upper = edge(kShortestGap, i + 1)});
  }
  return bins;
}

void record(JitterReport& report, Nanoseconds gap) noexcept {
  using std::chrono::microseconds;
  ++report.gaps_over_1us;
  report.gaps_over_10us += gap > microseconds{10} ? 1U : 0U;
  report.gaps_over_100us += gap > microseconds{100} ? 1U : 0U;
  report.gaps_over_1ms += gap > microseconds{1000} ? 1U : 0U;
  report.max_gap = std::max(report.max_gap, gap);
  report.lost += gap;
  const auto after = std::upper_bound(report.bins.begin(), report.bins.end(), gap,
                                      [](Nanoseconds value, const JitterBin& bin) { return value < bin.lower; });
  JitterBin& bin = *(after - 1);  // gap > 1 us, the lower edge of the first bin
  ++bin.count;
  bin.total += gap;
}

/// P(delay > x) of the single-gap formula, from the number and the sum of the gaps that are longer than x.
double share_delayed(const JitterReport& report, Nanoseconds work, double longer_count, double longer_total, double x) {
  const auto duration = static_cast<double>(report.duration.count());
  const auto undisturbed = static_cast<double>((report.duration - report.lost).count());
  const double inside = std::max(0.0, longer_total - x * longer_count) / duration;
  const double hit = -std::expm1(-static_cast<double>(work.count()) * longer_count / undisturbed);
  return inside + undisturbed / duration * hit;
}

}  // namespace

double JitterReport::lost_share() const {
  return duration > Nanoseconds::zero() ? static_cast<double>(lost.count()) / static_cast<double>(duration.count())
                                        : 0.0;
}

JitterReport run_jitter_probe(const Clock& clock, Nanoseconds duration) {
  JitterReport report;
  report.bins = empty_bins();
  const Instant begin = clock.now();
  const Instant end = begin + duration;
  Instant last = begin;
  while (last < end) {
    const Instant time = clock.now();
    ++report.readings;
    if (time - last > kShortestGap) {
      record(report, time - last);
    }
    last = time;
  }
  report.duration = last - begin;
  return report;
}

Nanoseconds p99_delay(const JitterReport& report, Nanoseconds work) {
  const Nanoseconds undisturbed = report.duration - report.lost;
  if (undisturbed <= Nanoseconds::zero()) {
    return kNever;
  }
  // From the longest class down: at a bin's lower edge the gaps that are longer are exactly those counted so far.
  double count = 0.0;
  double total = 0.0;
  Nanoseconds delay = kShortestGap;
  for (auto bin = report.bins.rbegin(); bin != report.bins.rend(); ++bin) {
    count += static_cast<double>(bin->count);
    total += static_cast<double>(bin->total.count());
    if (share_delayed(report, work, count, total, static_cast<double>(bin->lower.count())) > kTail) {
      delay = std::min(bin->upper, report.max_gap);
      break;
    }
  }
  const double stretch = static_cast<double>(work.count()) * static_cast<double>(report.lost.count()) /
                         static_cast<double>(undisturbed.count());
  return std::max(delay, Nanoseconds{std::llround(stretch)});
}

Nanoseconds longest_judged_work(const JitterReport& report) { return report.duration / 300; }

Nanoseconds dominated_below(const JitterReport& report) {
  Nanoseconds longest{0};
  const Nanoseconds limit = longest_judged_work(report);
  for (int i = 0; edge(kShortestWork, i) <= limit; ++i) {
    const Nanoseconds work = edge(kShortestWork, i);
    if (p99_delay(report, work) >= work) {
      longest = work;
    }
  }
  return longest;
}

}  // namespace assay
