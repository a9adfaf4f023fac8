#include "analysis/latency_window.hpp"

#include <fmt/format.h>

#include <optional>
#include <variant>

#include "analysis/format.hpp"
#include "analysis/window_share.hpp"

namespace assay {

bool LatencyWindow::holds() const { return distribution->count() > 0 && distribution->at(percentile) <= limit; }

std::string LatencyWindow::finding() const {
  if (distribution->count() == 0) {
    return fmt::format("no {} was observed", noun);
  }
  const WindowShare share = window_share(*distribution, {.percentile = percentile, .limit = limit}, 0.95);
  const Nanoseconds value = distribution->at(percentile);
  return fmt::format("{} {} {} is {} the window of {}; {} were within it (95 % interval {} to {})", percentile.name(),
                     noun, value == kNever ? std::string("infinite") : format_duration(seconds(value)),
                     value <= limit ? "within" : "above", format_duration(seconds(limit)), format_percent(share.within),
                     format_percent(share.interval.lower), format_percent(share.interval.upper));
}

std::vector<LatencyWindow> latency_windows(const TestResult& result, const RunDistributions& distributions) {
  const TestSettings& settings = result.settings;
  std::vector<LatencyWindow> windows;
  // Of cameras the window is a deadline, and how many frames miss it is the result: FramesRecord.
  if (settings.scenario != Scenario::server || std::holds_alternative<CameraArrivals>(settings.arrivals)) {
    return windows;
  }
  const auto percentile = Percentile::of_parts_per_million(settings.target_percentile_ppm);
  const auto add = [&](std::string_view code, std::string_view noun, const LatencyDistribution& distribution,
                       std::optional<Nanoseconds> limit) {
    if (limit) {
      windows.push_back(
          {.code = code, .noun = noun, .distribution = &distribution, .percentile = percentile, .limit = *limit});
    }
  };
  add("latency_constraint", "latency", distributions.response, settings.target_latency);
  if (distributions.first_token && distributions.token_time) {
    add("first_token_constraint", "time to first token", *distributions.first_token, settings.target_first_token);
    add("token_time_constraint", "time per token", *distributions.token_time, settings.target_token_time);
  }
  return windows;
}

}  // namespace assay
