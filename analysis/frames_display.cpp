#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/binomial_interval.hpp"
#include "analysis/frame_misses.hpp"
#include "analysis/frames_record.hpp"
#include "analysis/latency_record.hpp"

namespace assay {
namespace {

constexpr double kBenchmarkS = 30.0;

/// The refreshes of a display, numbered from the first trigger, 0.
class Refreshes {
 public:
  explicit Refreshes(double per_s) : per_s_(per_s) {}

  /// As the schedule rounds its triggers.
  [[nodiscard]] std::int64_t time_ns(std::uint64_t refresh) const {
    return from_seconds(static_cast<double>(refresh) / per_s_).count();
  }
  /// The first one at or after `time_ns`.
  [[nodiscard]] std::uint64_t first_from(std::int64_t at_ns) const {
    auto refresh = static_cast<std::uint64_t>(std::max(0.0, seconds(Nanoseconds{at_ns}) * per_s_ - 1.0));
    while (time_ns(refresh) < at_ns) {
      ++refresh;
    }
    return refresh;
  }

 private:
  double per_s_;
};

/// Those of the `refreshes` that had a new frame, ascending; and the split of the computed frames' time.
std::vector<std::uint64_t> shown_at(const TestResult& result, const Refreshes& refreshes, DisplayRecord& display) {
  std::vector<std::uint64_t> shown;
  double work_s = 0.0;
  double wait_s = 0.0;
  for (const QueryRecord& record : result.records) {
    if (!record.completed()) {
      continue;
    }
    shown.push_back(refreshes.first_from(record.completed_ns));
    const double work = seconds(record.service_time());
    work_s += work;
    wait_s += seconds(Nanoseconds{refreshes.time_ns(shown.back()) - record.scheduled_ns}) - work;
  }
  if (!shown.empty()) {
    display.work_mean_s = work_s / static_cast<double>(shown.size());
    display.wait_mean_s = std::max(0.0, wait_s / static_cast<double>(shown.size()));
  }
  std::ranges::sort(shown);
  shown.erase(std::unique(shown.begin(), shown.end()), shown.end());
  shown.erase(std::ranges::upper_bound(shown, display.refreshes), shown.end());
  return shown;
}

/// `shown` are of the refreshes 1 to display.refreshes.
void add_janks(DisplayRecord& display, const std::vector<std::uint64_t>& shown) {
  constexpr double kConfidence = 0.95;
  std::vector<std::uint32_t> janks(display.refreshes, 1);
  for (const std::uint64_t refresh : shown) {
    janks[std::max<std::uint64_t>(refresh, 1) - 1] = 0;
  }
  display.janks = display.refreshes - shown.size();
  const double share = static_cast<double>(display.janks) / static_cast<double>(display.refreshes);
  const double effective = effective_frames(janks, 1);
  const ShareInterval interval = clopper_pearson({.successes = share * effective, .trials = effective}, kConfidence);
  display.jank_share = {
      .point = share, .lower = interval.lower, .upper = interval.upper, .confidence = kConfidence, .reason = ""};
}

void add_frame_times(DisplayRecord& display, const std::vector<std::uint64_t>& shown, const Refreshes& refreshes) {
  std::vector<std::int64_t> times_ns;
  for (std::size_t i = 1; i < shown.size(); ++i) {
    times_ns.push_back(refreshes.time_ns(shown[i]) - refreshes.time_ns(shown[i - 1]));
  }
  const auto p99 = Percentile::of_percent(99);
  display.frame_time_p99_s = latency_record(LatencyDistribution(times_ns), p99).percentiles_s[p99.name()];
  const std::size_t hundredth = times_ns.size() / 100;
  if (hundredth == 0) {
    return;
  }
  std::ranges::sort(times_ns, std::greater{});
  double slowest_s = 0.0;
  for (std::size_t i = 0; i < hundredth; ++i) {
    slowest_s += seconds(Nanoseconds{times_ns[i]});
  }
  display.low_fps = static_cast<double>(hundredth) / slowest_s;
}

/// Frames shown at the refreshes after `begin` up to and with `end`, as a rate.
double rate_in(const std::vector<std::uint64_t>& shown, double begin, double end, double per_s) {
  const auto up_to = [&shown](double refresh) {
    return std::ranges::upper_bound(shown, static_cast<std::uint64_t>(std::llround(refresh))) - shown.begin();
  };
  return static_cast<double>(up_to(end) - up_to(begin)) / ((std::round(end) - std::round(begin)) / per_s);
}

void add_knee(DisplayRecord& display) {
  constexpr double kKept = 0.95;
  constexpr std::size_t kConfirming = 3;
  const std::vector<double>& fps = display.fps_windows;
  std::size_t below = 0;
  for (std::size_t i = 1; i < fps.size(); ++i) {
    below = fps[i] < kKept * fps.front() ? below + 1 : 0;
    if (below > kConfirming) {
      display.knee_s = static_cast<double>(i - kConfirming) * display.window_s;
      return;
    }
  }
}

void add_course(DisplayRecord& display, const std::vector<std::uint64_t>& shown, double per_s) {
  constexpr double kMostWindows = 2000.0;
  const auto all = static_cast<double>(display.refreshes);
  const double duration_s = all / per_s;
  if (duration_s >= 1.0) {
    display.window_s = duration_s < kBenchmarkS ? 1.0 : 5.0 * std::ceil(duration_s / (5.0 * kMostWindows));
    const auto windows = static_cast<std::size_t>(duration_s / display.window_s + 1e-9);
    for (std::size_t i = 0; i < windows; ++i) {
      const double begin = static_cast<double>(i) * display.window_s * per_s;
      display.fps_windows.push_back(rate_in(shown, begin, begin + display.window_s * per_s, per_s));
    }
    add_knee(display);
    display.last_quarter_fps = rate_in(shown, 0.75 * all, all, per_s);
  }
  const double benchmark = kBenchmarkS * per_s;
  if (duration_s >= kBenchmarkS) {
    display.first_30_s_fps = rate_in(shown, 0.0, benchmark, per_s);
  }
  if (duration_s >= 2.0 * kBenchmarkS) {
    display.last_30_s_fps = rate_in(shown, all - benchmark, all, per_s);
    if (*display.first_30_s_fps > 0.0) {
      display.retention = *display.last_30_s_fps / *display.first_30_s_fps;
    }
  }
}

}  // namespace

DisplayRecord display_record(const TestResult& result, double frames_per_s) {
  const Refreshes refreshes(frames_per_s);
  // Frame i should be shown at refresh i + 1.
  DisplayRecord display{.refreshes = result.records.size()};
  const std::vector<std::uint64_t> shown = shown_at(result, refreshes, display);
  add_janks(display, shown);
  display.fps = static_cast<double>(shown.size()) * frames_per_s / static_cast<double>(display.refreshes);
  add_frame_times(display, shown, refreshes);
  add_course(display, shown, frames_per_s);
  return display;
}

}  // namespace assay
