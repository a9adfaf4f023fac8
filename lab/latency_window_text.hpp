#pragma once

#include <optional>
#include <string_view>

#include "analysis/percentile.hpp"
#include "harness/time.hpp"

// The latency window as a person types it. Both functions take the whole text and throw std::invalid_argument with one
// line that quotes it and says what is accepted.

namespace assay {

/// The window of a Server run, e.g. "10ms@p99": this share of the queries within this time.
struct RequestedWindow {
  Nanoseconds limit{0};
  std::optional<Percentile> percentile;  ///< absent when only a time was given: the scenario's own counts
  friend bool operator==(const RequestedWindow&, const RequestedWindow&) = default;
};

/// "10ms@p99", "10ms@p99.9" or "10ms". The time must be positive.
[[nodiscard]] RequestedWindow parse_latency_window(std::string_view text);

/// "p99", "p99.9" or "p99.99", up to four decimals; above 0 and below 100.
[[nodiscard]] Percentile parse_percentile(std::string_view text);

}  // namespace assay
