#include "analysis/headline_metric.hpp"

#include <fmt/format.h>

#include <variant>

#include "analysis/early_stopping.hpp"
#include "analysis/format.hpp"
#include "analysis/latency_record.hpp"
#include "analysis/latency_window.hpp"

namespace assay {
namespace {

HeadlineMetric early_stopping_estimate(const TestResult& result, const RunDistributions& distributions) {
  const auto percentile = Percentile::of_parts_per_million(result.settings.target_percentile_ppm);
  const LatencyDistribution& response = distributions.response;
  HeadlineMetric metric{.name = percentile.name() + " latency (early stopping)", .unit = "s"};
  metric.estimate.confidence = early_stopping::kConfidence;
  const auto affordable = early_stopping::affordable_slow(percentile, response.count());
  if (!affordable) {
    metric.estimate.reason = fmt::format(
        "needs {} more queries", format_count(early_stopping::minimum_queries(percentile, 1) - response.count()));
    return metric;
  }
  const Nanoseconds estimate = response.largest(*affordable);
  if (estimate == kNever) {
    metric.estimate.reason = fmt::format("infinite: {} queries were lost", format_count(response.lost_count()));
    return metric;
  }
  metric.estimate.point = seconds(estimate);
  metric.estimate.reason = fmt::format("itself an upper limit of {} with confidence 0.99", percentile.name());
  return metric;
}

/// Of a stream at a fixed rate the latency is what can be better or worse (the metric of ConstantStream).
HeadlineMetric frame_latency(const TestResult& result, const RunDistributions& distributions) {
  const auto percentile = Percentile::of_parts_per_million(result.settings.target_percentile_ppm);
  HeadlineMetric metric{.name = percentile.name() + " latency of a frame", .unit = "s"};
  metric.estimate = latency_estimate(distributions.response, percentile);
  return metric;
}

HeadlineMetric throughput(const TestResult& result, const RunDistributions& distributions) {
  HeadlineMetric metric{.unit = "samples/s"};
  metric.estimate.point = rate_to_last_completion(distributions.completed_samples, distributions.last_completion);
  metric.estimate.reason = metric.estimate.point ? "one run has no interval; repeat it" : "no query completed";
  if (result.settings.scenario == Scenario::offline) {
    metric.name = "samples per second";
    return metric;
  }
  const std::vector<LatencyWindow> windows = latency_windows(result, distributions);
  metric.name =
      windows.empty() ? "completed samples per second (no window)" : "completed samples per second within the window";
  for (const LatencyWindow& window : windows) {
    if (!window.holds()) {
      metric.estimate.point.reset();
      metric.estimate.reason = window.finding();
    }
  }
  return metric;
}

}  // namespace

std::optional<double> rate_to_last_completion(std::uint64_t completed, Nanoseconds last_completion) {
  if (completed == 0 || last_completion <= Nanoseconds::zero()) {
    return std::nullopt;
  }
  return static_cast<double>(completed) / seconds(last_completion);
}

HeadlineMetric headline_metric(const TestResult& result, const RunDistributions& distributions) {
  switch (result.settings.scenario) {
    case Scenario::single_stream:
    case Scenario::multi_stream:
      return early_stopping_estimate(result, distributions);
    case Scenario::server:
      if (std::holds_alternative<CameraArrivals>(result.settings.arrivals)) {
        return frame_latency(result, distributions);
      }
      break;
    case Scenario::offline:
      break;
  }
  return throughput(result, distributions);
}

}  // namespace assay
