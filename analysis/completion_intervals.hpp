#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/run_distributions.hpp"
#include "analysis/run_document.hpp"
#include "harness/time.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// The response times of a run [ns] by the interval in which they completed: (i width, (i + 1) width] for i from 0 up
/// to the last completion, so that this one does not open an interval of its own.
class CompletionIntervals {
 public:
  /// Throws std::invalid_argument for a width of 0 or less.
  CompletionIntervals(const TestResult& result, const RunDistributions& distributions, Nanoseconds width);

  [[nodiscard]] std::size_t size() const { return begin_.size() - 1; }
  [[nodiscard]] std::span<std::int64_t> at(std::size_t interval) { return from_to(interval, interval + 1); }
  /// Those of several intervals in a row, in order of time unless at() was reordered.
  [[nodiscard]] std::span<std::int64_t> from_to(std::size_t first, std::size_t end) {
    return std::span(latencies_).subspan(begin_.at(first), begin_.at(end) - begin_.at(first));
  }

 private:
  std::vector<std::int64_t> latencies_;
  std::vector<std::size_t> begin_{0};
};

/// Count and percentiles of response times, which come out reordered: no p50 of none, no p99 of fewer than 100. Its
/// time is 0.
[[nodiscard]] SeriesPoint series_point(std::span<std::int64_t> latencies);

}  // namespace assay
