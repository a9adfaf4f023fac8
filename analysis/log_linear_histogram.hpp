#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace assay {

/// Exact counts of non-negative integers in log-linear bins, after HdrHistogram (G. Tene): every power of two is cut
/// into 2^kSubBits bins of equal width, so a bin is at most 1/2^kSubBits = 1/32 of its lower bound wide.
///
/// With M = 2^kSubBits = 32, the bin of a value v [ns] is
///     e = max(0, floor(log2 v) - kSubBits)          (e = 0 for v < 2 M, v = 0 included)
///     index = e * M + floor(v / 2^e)
/// and the bin `index` holds the values of [lower, upper):
///     e = max(0, floor(index / M) - 1)
///     lower = (index - e * M) * 2^e
///     upper = lower + 2^e
/// Values below 2 M = 64 have bins of their own (width 1). Check values: 63 -> 63 [63, 64); 64 -> 64 [64, 66);
/// 127 -> 95 [126, 128); 1000 -> 190 [992, 1008); 10^6 -> 509 [999'424, 1'015'808); 10^9 -> 827.
class LogLinearHistogram {
 public:
  static constexpr int kSubBits = 5;
  static constexpr std::uint32_t kSubBuckets = std::uint32_t{1} << kSubBits;
  /// The largest value, 2^63 - 1, has e = 57 and mantissa 63.
  static constexpr std::uint32_t kBinCount = 57 * kSubBuckets + 2 * kSubBuckets;

  /// The values [lower, upper). The upper bound of the last bin, 2^63, is given as 2^63 - 1.
  struct Bounds {
    std::int64_t lower = 0;
    std::int64_t upper = 0;
    friend bool operator==(const Bounds&, const Bounds&) = default;
  };

  /// {bin index, count}, count > 0.
  using SparseBin = std::pair<std::uint32_t, std::uint64_t>;

  LogLinearHistogram() : counts_(kBinCount, 0) {}

  /// Throws std::invalid_argument for a negative value.
  static std::uint32_t index_of(std::int64_t value);
  /// Throws std::invalid_argument if there is no such bin.
  static Bounds bounds_of(std::uint32_t index);

  /// The histogram of ascending values, in O(bins log n).
  static LogLinearHistogram of_sorted(std::span<const std::int64_t> ascending);
  /// The histogram that export_bins() described.
  static LogLinearHistogram of_bins(std::span<const SparseBin> bins);

  void add(std::int64_t value, std::uint64_t count = 1);
  void merge(const LogLinearHistogram& other);

  [[nodiscard]] std::uint64_t count() const;
  /// The bins that hold something, ascending.
  [[nodiscard]] std::vector<SparseBin> export_bins() const;

  friend bool operator==(const LogLinearHistogram&, const LogLinearHistogram&) = default;

 private:
  std::vector<std::uint64_t> counts_;
};

}  // namespace assay
