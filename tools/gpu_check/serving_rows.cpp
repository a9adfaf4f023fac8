#include "tools/gpu_check/serving_rows.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

namespace assay::gpu_check {
namespace {

constexpr double kMostFirstMs = 2000.0;  // MLPerf Inference, Llama-2-70B, Server: both at p99
constexpr double kMostFurtherMs = 200.0;
constexpr int kSlices = 12;

template <class Latency>
std::vector<double> milliseconds_of(const ServingLog& log, Latency latency) {
  std::vector<double> values;
  values.reserve(log.queries.size());
  std::ranges::transform(log.queries, std::back_inserter(values), [&latency](const ServedQuery& query) {
    return query.answered() ? 1e3 * latency(query) : std::numeric_limits<double>::infinity();
  });
  return values;
}

bool is_valid(const ServingLog& log) { return !log.queries.empty() && log.answered() == log.queries.size(); }

/// What the interval, not the value alone, says of the window.
std::string judgement_of(const ServerProbe& probe, const TailMark& tail, double window) {
  if (!is_valid(probe.log)) {
    return "not decided: the probe is INVALID";
  }
  if (!tail.lower || !tail.upper) {
    return "not decided: " + tail.no_interval;
  }
  return *tail.lower > window ? "missed" : *tail.upper <= window ? "held" : "not decided: it lies within the interval";
}

Row latency_row(const ServerProbe& probe, const std::string& what, const std::vector<double>& values, double window) {
  Row row{.part = "serving", .name = probe.name + ", " + what, .unit = "ms"};
  if (values.empty()) {
    row.note = validity_of(probe);
    return row;
  }
  const TailMark middle = tail_mark(values, 0.5);
  const auto [least, most] = std::ranges::minmax(values);
  row.value = Spread{.median = middle.value,
                     .lower = middle.lower,
                     .upper = middle.upper,
                     .least = least,
                     .most = most,
                     .count = values.size(),
                     .no_interval = middle.no_interval};
  row.tail = tail_mark(values, 0.99);
  row.note = std::to_string(values.size()) + " queries, " + validity_of(probe) + "; the window of " +
             number_text(window) + " ms at p99 is " + judgement_of(probe, *row.tail, window) +
             "; with the start on an empty card and the drain, which make it lower";
  return row;
}

}  // namespace

std::optional<double> steady_from_s(const ServingLog& log, double end_s, std::uint32_t slots) {
  double longest_s = 0.0;
  for (std::size_t i = 0; i < std::min<std::size_t>(slots, log.queries.size()); ++i) {
    const ServedQuery& query = log.queries[i];
    if (!query.answered()) {
      return std::nullopt;
    }
    longest_s = std::max(longest_s, query.last_s - query.scheduled_s);
  }
  const double twelfth_s = end_s / kSlices;
  const double slices = std::max(1.0, std::ceil(longest_s / twelfth_s));
  return slices < kSlices ? std::optional(slices * twelfth_s) : std::nullopt;
}

std::optional<Spread> steady_rates(const ServingLog& log, double end_s, std::uint32_t slots) {
  const std::optional<double> from_s = steady_from_s(log, end_s, slots);
  if (!from_s) {
    return std::nullopt;
  }
  std::vector<double> rates = token_rates(log, end_s, kSlices);
  rates.erase(rates.begin(), rates.begin() + std::lround(*from_s * kSlices / end_s));
  return spread_of(std::move(rates));
}

std::string validity_of(const ServerProbe& probe) {
  if (probe.log.queries.empty()) {
    return "INVALID: no query came in the time";
  }
  const std::size_t asked = probe.log.queries.size();
  const std::size_t answered = probe.log.answered();
  const std::string count = std::to_string(answered) + " of " + std::to_string(asked) + " answered";
  if (answered < asked) {
    return "INVALID: " + count + ", the others not within " + number_text(probe.drain_s) + " s after arrivals ended";
  }
  return "valid: " + count + ", the last " + number_text(probe.log.ended_s() - probe.arrivals_s) +
         " s after arrivals ended";
}

Row first_token_row(const ServerProbe& probe) {
  return latency_row(probe, "TTFT", milliseconds_of(probe.log, [](const auto& q) { return q.first_token_s(); }),
                     kMostFirstMs);
}

Row further_token_row(const ServerProbe& probe) {
  return latency_row(probe, "TPOT", milliseconds_of(probe.log, [](const auto& q) { return q.per_further_token_s(); }),
                     kMostFurtherMs);
}

}  // namespace assay::gpu_check
