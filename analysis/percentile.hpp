#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace assay {

/// A percentile in parts per million, so that ranks are exact: ceil(99.9 / 100.0 * 1000) in doubles is 1000,
/// the right rank is 999. Exact for n up to 10^13.
class Percentile {
 public:
  /// Throws std::invalid_argument unless 0 < percent <= 100.
  static Percentile of_percent(double percent);
  static constexpr Percentile of_parts_per_million(std::uint32_t ppm) { return Percentile{ppm}; }

  [[nodiscard]] constexpr std::uint32_t parts_per_million() const { return ppm_; }
  [[nodiscard]] constexpr double fraction() const { return static_cast<double>(ppm_) / 1e6; }
  /// 0.01 for p99, to the last bit: 1 - 0.99 in doubles is not 0.01.
  [[nodiscard]] constexpr double share_above() const { return static_cast<double>(1'000'000 - ppm_) / 1e6; }

  /// ceil(p n), 1-based: Hyndman and Fan type 1, the inverse of the empirical distribution function.
  [[nodiscard]] constexpr std::uint64_t rank(std::uint64_t n) const {
    const auto product = std::uint64_t{ppm_} * n;
    const auto rank = (product + 999'999) / 1'000'000;
    return rank == 0 ? 1 : rank;
  }

  /// floor(p n), 0-based, at most n - 1: the element that MLPerf LoadGen reports.
  [[nodiscard]] constexpr std::uint64_t loadgen_index(std::uint64_t n) const {
    const auto product = std::uint64_t{ppm_} * n;
    const auto index = product / 1'000'000;
    return index >= n ? n - 1 : index;
  }

  /// "p99", "p99.9"
  [[nodiscard]] std::string name() const;

  friend constexpr auto operator<=>(Percentile, Percentile) = default;

 private:
  constexpr explicit Percentile(std::uint32_t ppm) : ppm_(ppm) {}
  std::uint32_t ppm_;
};

}  // namespace assay
