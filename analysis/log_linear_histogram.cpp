#include "analysis/log_linear_histogram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace assay {

std::uint32_t LogLinearHistogram::index_of(std::int64_t value) {
  if (value < 0) {
    throw std::invalid_argument(fmt::format("histogram value {} ns: must not be negative", value));
  }
  const auto bits = static_cast<std::uint64_t>(value);
  const int exponent = std::max(0, static_cast<int>(std::bit_width(bits)) - 1 - kSubBits);
  return (static_cast<std::uint32_t>(exponent) << kSubBits) + static_cast<std::uint32_t>(bits >> exponent);
}

LogLinearHistogram::Bounds LogLinearHistogram::bounds_of(std::uint32_t index) {
  if (index >= kBinCount) {
    throw std::invalid_argument(fmt::format("histogram bin {}: there are {}", index, kBinCount));
  }
  const std::uint32_t octave = index >> kSubBits;
  const std::uint32_t exponent = octave == 0 ? 0 : octave - 1;
  const std::uint64_t mantissa = index - (exponent << kSubBits);
  const std::uint64_t lower = mantissa << exponent;
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const std::uint64_t upper = std::min(lower + (std::uint64_t{1} << exponent), kLargest);
  return {.lower = static_cast<std::int64_t>(lower), .upper = static_cast<std::int64_t>(upper)};
}

LogLinearHistogram LogLinearHistogram::of_sorted(std::span<const std::int64_t> ascending) {
  LogLinearHistogram histogram;
  auto next = ascending.begin();
  while (next != ascending.end()) {
    const std::uint32_t index = index_of(*next);
    const auto end =
        index + 1 == kBinCount ? ascending.end() : std::lower_bound(next, ascending.end(), bounds_of(index).upper);
    histogram.counts_[index] += static_cast<std::uint64_t>(end - next);
    next = end;
  }
  return histogram;
}

LogLinearHistogram LogLinearHistogram::of_bins(std::span<const SparseBin> bins) {
  LogLinearHistogram histogram;
  for (const auto& [index, count] : bins) {
    if (index >= kBinCount) {
      throw std::invalid_argument(fmt::format("histogram bin {}: there are {}", index, kBinCount));
    }
    histogram.counts_[index] += count;
  }
  return histogram;
}

void LogLinearHistogram::add(std::int64_t value, std::uint64_t count) { counts_[index_of(value)] += count; }

void LogLinearHistogram::merge(const LogLinearHistogram& other) {
  std::transform(counts_.begin(), counts_.end(), other.counts_.begin(), counts_.begin(), std::plus<>{});
}

std::uint64_t LogLinearHistogram::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::vector<LogLinearHistogram::SparseBin> LogLinearHistogram::export_bins() const {
  std::vector<SparseBin> bins;
  for (std::uint32_t index = 0; index < kBinCount; ++index) {
    if (counts_[index] > 0) {
      bins.emplace_back(index, counts_[index]);
    }
  }
  return bins;
}

}  // namespace assay
