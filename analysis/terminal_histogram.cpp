#include "analysis/terminal_histogram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "analysis/log_linear_histogram.hpp"

namespace assay {
namespace {

constexpr std::array<std::string_view, 9> kBlocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 9> kAsciiBlocks{" ", ".", ":", "-", "=", "+", "*", "#", "@"};

/// Narrower ranges are widened to this factor: a bin is up to 3.1 % wide, and one bin is not a landscape.
constexpr double kLeastRange = 1.25;

/// The logarithmic axis. Nanoseconds.
struct LogAxis {
  double lower = 1.0;
  double upper = 1.0;
  int columns = 60;

  [[nodiscard]] double position(double value_ns) const {
    return std::log(std::max(value_ns, 0.5) / lower) / std::log(upper / lower) * columns;
  }
  [[nodiscard]] int column(double value_ns) const {
    return std::clamp(static_cast<int>(std::floor(position(value_ns))), 0, columns - 1);
  }
};

LogAxis axis_of(const LatencyRecord& latency, int columns) {
  const auto first = LogLinearHistogram::bounds_of(latency.histogram.front().first);
  const auto last = LogLinearHistogram::bounds_of(latency.histogram.back().first);
  LogAxis axis{.lower = latency.min_s ? *latency.min_s * 1e9 : static_cast<double>(first.lower),
               .upper = latency.max_s ? *latency.max_s * 1e9 : static_cast<double>(last.upper),
               .columns = columns};
  axis.lower = std::max(axis.lower, 0.5);
  if (!(axis.upper >= axis.lower * kLeastRange)) {
    const double middle = std::sqrt(axis.lower * std::max(axis.upper, axis.lower));
    axis.lower = middle / std::sqrt(kLeastRange);
    axis.upper = middle * std::sqrt(kLeastRange);
  }
  return axis;
}

/// A bin that covers several columns is shared out among them: bins are up to 3.1 % wide, columns may be narrower.
std::vector<double> column_weights(const LatencyRecord& latency, const LogAxis& axis) {
  std::vector<double> weights(static_cast<std::size_t>(axis.columns), 0.0);
  for (const auto& [index, count] : latency.histogram) {
    const auto bounds = LogLinearHistogram::bounds_of(index);
    const double begin = std::clamp(axis.position(static_cast<double>(bounds.lower)), 0.0, axis.columns - 1e-6);
    const double end = std::clamp(axis.position(static_cast<double>(bounds.upper)), begin + 1e-6, 1.0 * axis.columns);
    for (int column = static_cast<int>(begin); column < axis.columns && column < end; ++column) {
      const double overlap = std::min(end, column + 1.0) - std::max(begin, 1.0 * column);
      weights[static_cast<std::size_t>(column)] += static_cast<double>(count) * overlap / (end - begin);
    }
  }
  return weights;
}

struct Mark {
  int column = 0;
  std::string_view text;
};

std::vector<Mark> marks_of(const LatencyRecord& latency, const LogAxis& axis) {
  std::vector<Mark> marks;
  if (latency.mean_s) {
    marks.push_back({axis.column(*latency.mean_s * 1e9), "m"});
  }
  for (const auto& [name, text] : {std::pair{"p95", "95"}, std::pair{"p99", "99"}}) {
    const auto found = latency.percentiles_s.find(name);
    if (found != latency.percentiles_s.end() && found->second.point) {
      marks.push_back({axis.column(*found->second.point * 1e9), text});
    }
  }
  std::stable_sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.column < b.column; });
  return marks;
}

std::string mark_row(const std::vector<Mark>& marks, std::size_t offset) {
  std::string row;
  for (const Mark& mark : marks) {
    const std::size_t wanted = offset + static_cast<std::size_t>(mark.column);
    const std::size_t place = row.empty() ? wanted : std::max(wanted, row.size() + 1);
    row.resize(place, ' ');
    row += mark.text;
  }
  return row;
}

}  // namespace

std::string terminal_histogram(const LatencyRecord& latency, const TextStyle& style) {
  if (style.columns < 10) {
    throw std::invalid_argument(fmt::format("terminal histogram of {} columns: at least 10", style.columns));
  }
  if (latency.histogram.empty()) {
    return " no query completed: there is no latency to draw\n";
  }
  const LogAxis axis = axis_of(latency, style.columns);
  const auto weights = column_weights(latency, axis);
  const double highest = *std::max_element(weights.begin(), weights.end());
  const auto& blocks = style.charset == Charset::utf8 ? kBlocks : kAsciiBlocks;
  std::string bars;
  for (const double weight : weights) {
    const double eighths = std::ceil(8.0 * weight / highest - 1e-9);
    bars += weight > 0.0 ? blocks[static_cast<std::size_t>(std::clamp(eighths, 1.0, 8.0))] : blocks[0];
  }
  const std::string left = format_duration(axis.lower / 1e9, style.charset);
  // Its columns equal those of the ASCII spelling: "µs" and "us" are two wide.
  const std::size_t left_width = format_duration(axis.lower / 1e9, Charset::ascii).size();
  const std::string lost =
      latency.lost_count > 0 ? fmt::format(", {} never completed", format_count(latency.lost_count)) : "";
  return fmt::format(" {} {} {} (log{})\n{}\n", left, bars, format_duration(axis.upper / 1e9, style.charset), lost,
                     mark_row(marks_of(latency, axis), left_width + 2));
}

}  // namespace assay
