#include "loadgen/test_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/random_bits.hpp"

namespace assay {

Seeds Seeds::from(std::uint64_t seed) {
  return {.sample_library = split_mix(seed),
          .sample_index = split_mix(seed + 1),
          .schedule = split_mix(seed + 2),
          .response_log = split_mix(seed + 3)};
}

Seeds Seeds::mlperf_v6_1() {
  return {.sample_library = 2085463073848966840ULL,
          .sample_index = 2747215439041700203ULL,
          .schedule = 16159082839903944936ULL,
          .response_log = 0};
}

TestSettings TestSettings::defaults_for(Scenario scenario) {
  TestSettings settings;
  settings.scenario = scenario;
  settings.seeds = Seeds::from(0);
  if (scenario == Scenario::single_stream) {
    settings.target_percentile_ppm = 900'000;
  }
  if (scenario == Scenario::multi_stream) {
    settings.expected_latency = std::chrono::milliseconds{8};
    settings.min_query_count = 662;  // early stopping for P99 needs that many (loadgen: mlperf.conf)
  }
  if (scenario == Scenario::offline) {
    settings.min_query_count = 1;
  }
  return settings;
}

Nanoseconds TestSettings::lateness_threshold() const {
  constexpr Nanoseconds kDefaultWindow = std::chrono::milliseconds{10};
  Nanoseconds window = target_latency.value_or(target_first_token.value_or(kDefaultWindow));
  if (target_first_token) {
    window = std::min(window, *target_first_token);
  }
  return from_seconds(seconds(window) * late_window_share);
}

namespace {

class Problems {
 public:
  void require(bool holds, std::string text) {
    if (!holds) {
      lines_.push_back(std::move(text));
    }
  }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

void check_cameras(const TestSettings& settings, const CameraArrivals& cameras, Problems& problems) {
  constexpr std::uint64_t kMostCameras = 4096;
  constexpr double kRoundingError = 1e-9;
  problems.require(cameras.cameras >= 1 && cameras.cameras <= kMostCameras,
                   fmt::format("arrivals {}: takes 1 to {} cameras", name_of(settings.arrivals), kMostCameras));
  problems.require(
      cameras.frames_per_s > 0.0 && cameras.frames_per_s <= 1e6,
      fmt::format("arrivals {}: the frames a second must be above 0 and at most 1000000", name_of(settings.arrivals)));
  problems.require(std::abs(settings.server_target_qps - cameras.rate_hz()) <= kRoundingError * cameras.rate_hz(),
                   fmt::format("server_target_qps {}: {} make {} a second; leave the rate out",
                               settings.server_target_qps, name_of(settings.arrivals), cameras.rate_hz()));
  problems.require(settings.issuing_threads == 1,
                   fmt::format("issuing_threads {}: cameras take one, whose order says of which camera a frame is",
                               settings.issuing_threads));
}

void check_arrivals(const TestSettings& settings, Problems& problems) {
  const auto positive = [&](double value, const char* name) {
    problems.require(value > 0.0 && value < 1e9, fmt::format("arrivals {}: {} must be above 0", value, name));
  };
  if (const auto* gamma = std::get_if<GammaArrivals>(&settings.arrivals)) {
    positive(gamma->shape, "the shape");
  } else if (const auto* mmpp = std::get_if<MmppArrivals>(&settings.arrivals)) {
    positive(mmpp->burst_ratio, "the burst ratio");
    positive(seconds(mmpp->mean_calm), "the mean calm time");
    positive(seconds(mmpp->mean_burst), "the mean burst time");
  } else if (const auto* step = std::get_if<StepArrivals>(&settings.arrivals)) {
    positive(step->factor, "the factor");
  } else if (const auto* ramp = std::get_if<RampArrivals>(&settings.arrivals)) {
    positive(ramp->factor, "the factor");
    positive(seconds(ramp->over), "the duration");
  } else if (const auto* trace = std::get_if<TraceArrivals>(&settings.arrivals)) {
    problems.require(!trace->offsets.empty(), fmt::format("arrivals trace {}: no arrivals in it", trace->source));
    problems.require(std::is_sorted(trace->offsets.begin(), trace->offsets.end()),
                     fmt::format("arrivals trace {}: times must not go back", trace->source));
    positive(trace->speed, "the speed");
  } else if (const auto* cameras = std::get_if<CameraArrivals>(&settings.arrivals)) {
    check_cameras(settings, *cameras, problems);
  }
  problems.require(settings.late_frames == LateFrames::queue ||
                       (std::holds_alternative<CameraArrivals>(settings.arrivals) &&
                        settings.mode == TestMode::performance && settings.frames_at_once >= 1),
                   "late_frames drop: only a performance run with camera arrivals can drop a frame; take arrivals "
                   "cameras:KxFPS:aligned, or late_frames queue");
  problems.require(settings.stream == RandomStream::assay || std::holds_alternative<PoissonArrivals>(settings.arrivals),
                   fmt::format("arrivals {}: the mlperf stream knows only poisson", name_of(settings.arrivals)));
}

}  // namespace

std::vector<std::string> TestSettings::problems() const {
  Problems found;
  found.require(min_duration >= Nanoseconds::zero(), "min_duration: must not be negative");
  found.require(max_duration >= min_duration, "max_duration: must not be shorter than min_duration");
  found.require(min_query_count > 0, "min_query_count 0: must be at least 1");
  found.require(
      max_query_count == 0 || max_query_count >= min_query_count,
      fmt::format("max_query_count {}: must be at least min_query_count {}", max_query_count, min_query_count));
  found.require(drain_timeout > Nanoseconds::zero(), "drain_timeout: must be above 0");
  found.require(target_percentile_ppm > 0 && target_percentile_ppm < 1'000'000,
                fmt::format("target percentile {} ppm: must be above 0 and below 1000000", target_percentile_ppm));
  found.require(!target_latency || *target_latency > Nanoseconds::zero(), "target latency: must be above 0");
  const auto check_tokens = [&](const char* name, const std::optional<Nanoseconds>& window) {
    found.require(!window || *window > Nanoseconds::zero(), fmt::format("{}: must be above 0", name));
    found.require(!window || token_latencies, fmt::format("{}: the workload generates no tokens", name));
  };
  check_tokens("target first token", target_first_token);
  check_tokens("target token time", target_token_time);
  found.require(late_share_allowed >= 0.0 && late_share_allowed <= 1.0,
                fmt::format("late_share_allowed {}: must be within 0 and 1", late_share_allowed));
  found.require(late_window_share > 0.0, fmt::format("late_window_share {}: must be above 0", late_window_share));
  switch (scenario) {
    case Scenario::single_stream:
      break;
    case Scenario::multi_stream:
      found.require(samples_per_query >= 1 && samples_per_query <= 65'536,
                    fmt::format("samples_per_query {}: must be within 1 and 65536", samples_per_query));
      break;
    case Scenario::server:
      found.require(server_target_qps > 0.0 && server_target_qps <= 1e8,
                    fmt::format("server_target_qps {}: must be above 0 and at most 100000000", server_target_qps));
      found.require(issuing_threads >= 1 && issuing_threads <= 64,
                    fmt::format("issuing_threads {}: must be within 1 and 64", issuing_threads));
      check_arrivals(*this, found);
      break;
    case Scenario::offline:
      found.require(offline_expected_qps > 0.0 && offline_expected_qps <= 1e10,
                    fmt::format("offline_expected_qps {}: must be above 0", offline_expected_qps));
      break;
  }
  return found.take();
}

}  // namespace assay
