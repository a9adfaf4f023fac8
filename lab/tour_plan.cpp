#include "lab/tour_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "harness/time.hpp"

namespace assay {

namespace {

RunOptions with(const RunOptions& base, std::string_view scenario) {
  RunOptions run = base;
  run.set("scenario", std::string(scenario));
  return run;
}

/// Four significant digits, without an exponent: a command that a person reads.
std::string rate_text(double hz) {
  const double unit = std::pow(10.0, std::floor(std::log10(hz)) - 3.0);
  return fmt::format("{:.12g}", std::round(hz / unit) * unit);
}

}  // namespace

TourStep tour_single(const RunOptions& base) { return {.title = "SingleStream", .run = with(base, "single")}; }

TourStep tour_multi(const RunOptions& base) { return {.title = "MultiStream", .run = with(base, "multi")}; }

TourStep tour_offline(const RunOptions& base) {
  TourStep step{.title = "Offline", .run = with(base, "offline")};
  step.run.set("batch", fmt::format("{}", kTourBatch));
  return step;
}

TourStep tour_server(const RunOptions& base, const TourSizing& sizing, double share) {
  TourStep step{.title = fmt::format("Server at {:.0f} % of Offline", 100.0 * share), .run = with(base, "server")};
  step.run.set("batch", fmt::format("{}", kTourBatch));
  step.run.set("rate", rate_text(share * sizing.offline_rate_hz));
  step.run.set("slo", fmt::format("{:.0f}us@p99", sizing.window_s * 1e6));
  return step;
}

TourSizing size_tour(const RunDocument& single, const RunDocument& offline) {
  const auto p50 = single.latency.percentiles_s.find("p50");
  if (p50 == single.latency.percentiles_s.end() || !p50->second.point) {
    throw std::runtime_error("the SingleStream run has no P50, from which the tour takes Server's window");
  }
  if (!offline.samples_per_s) {
    throw std::runtime_error("the Offline run completed nothing, from which the tour takes Server's rate");
  }
  return {.window_s = std::max(1.0, std::ceil(kTourWindowFactor * *p50->second.point * 1e6)) * 1e-6,
          .offline_rate_hz = *offline.samples_per_s};
}

bool is_honest(const RunDocument& run) {
  constexpr std::array<std::string_view, 6> kFindings{"latency_constraint", "early_stopping", "lateness",
                                                      "min_duration",       "min_queries",    "too_few_samples"};
  return std::ranges::all_of(run.invalid_reasons, [&](const InvalidReason& reason) {
    return std::ranges::find(kFindings, reason.code) != kFindings.end();
  });
}

}  // namespace assay
