#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/mlperf_log.hpp"

namespace assay {

/// What the two readers of LoadGen's logs share.

inline constexpr double kNanosecondInS = 1e-9;

/// Calls take(line, number from 1) for each line, without its end. `take` may be called for an empty line.
template <class Take>
void each_log_line(std::string_view text, const Take& take) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    take(line, ++number);
  }
}

/// Throws std::runtime_error for a text that is too large to be such a log.
void require_log_size(std::string_view text, std::string_view source_name);

/// "99.00" is "p99", "99.90" is "p99.9"; empty for what is no number between 0 and 100.
[[nodiscard]] std::string percentile_statistic(std::string_view percent);

/// By quantity; of each min, mean, rising percentiles, max.
void sort_times(std::vector<MlperfTime>& times);

/// A finite number from its whole text.
[[nodiscard]] std::optional<double> log_number(std::string_view text);

}  // namespace assay
