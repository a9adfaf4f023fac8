#include "lab/tour_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "analysis/percentile.hpp"
#include "analysis/stall_model.hpp"
#include "harness/time.hpp"
#include "lab/soak_command.hpp"
#include "scenarios/interference/interference_request.hpp"

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

constexpr auto kTourPercentile = Percentile::of_parts_per_million(990'000);

std::string window_text(const TourSizing& sizing) { return fmt::format("{:.0f}us@p99", sizing.window_s * 1e6); }

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
  step.run.set("slo", window_text(sizing));
  return step;
}

std::optional<std::string> tour_tail_problem(const TourSizing& sizing) {
  const InterferenceRequest request{.noise = NoiseDose{.rate_per_s = kTourManyBursts * sizing.critical_rate_hz,
                                                       .length = from_seconds(sizing.burst_s)}};
  const auto problems = problems_of(request);
  return problems.empty() ? std::nullopt : std::optional(problems.front());
}

TourStep tour_tail(const RunOptions& base, const TourSizing& sizing, double share) {
  TourStep step{.title = fmt::format("SingleStream, {:g} x the noise", share), .run = with(base, "single")};
  step.run.set("noise", fmt::format("{}x{:.0f}us", rate_text(share * sizing.critical_rate_hz), sizing.burst_s * 1e6));
  step.run.set("slo", window_text(sizing));
  return step;
}

TourStep tour_soak(const RunOptions& base, const std::string& length) {
  SoakCommandOptions soak{.length = length};
  soak.run.run = base;
  return {.title = fmt::format("Soak of {}", length), .run = soak_run(soak)};
}

TourSizing size_tour(const RunDocument& single, const RunDocument& offline) {
  const auto p50 = single.latency.percentiles_s.find("p50");
  if (p50 == single.latency.percentiles_s.end() || !p50->second.point) {
    throw std::runtime_error("the SingleStream run has no P50, from which the tour takes Server's window");
  }
  if (!offline.samples_per_s) {
    throw std::runtime_error("the Offline run completed nothing, from which the tour takes Server's rate");
  }
  const double window_s = std::max(1.0, std::ceil(kTourWindowFactor * *p50->second.point * 1e6)) * 1e-6;
  return {.window_s = window_s,
          .offline_rate_hz = *offline.samples_per_s,
          .p50_s = *p50->second.point,
          .critical_rate_hz =
              critical_rate_per_s(std::max(from_seconds(*p50->second.point), Nanoseconds{1}), kTourPercentile),
          .burst_s = kTourBurstFactor * window_s};
}

bool is_honest(const RunDocument& run) {
  constexpr std::array<std::string_view, 9> kFindings{"latency_constraint",
                                                      "first_token_constraint",
                                                      "token_time_constraint",
                                                      "early_stopping",
                                                      "lateness",
                                                      "min_duration",
                                                      "min_queries",
                                                      "too_few_samples",
                                                      "dose"};
  return std::ranges::all_of(run.invalid_reasons, [&](const InvalidReason& reason) {
    return std::ranges::find(kFindings, reason.code) != kFindings.end();
  });
}

}  // namespace assay
