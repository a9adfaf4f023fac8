#include "lab/peak_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json probe_json(const PeakProbeRecord& record) {
  const PeakProbe& probe = record.probe;
  return {{"rate_hz", probe.rate_hz},
          {"outcome", name_of(probe.outcome)},
          {"within_window_share",
           {{"point", probe.share.within},
            {"lower", probe.share.interval.lower},
            {"upper", probe.share.interval.upper},
            {"confidence", 0.95},
            {"effective_sample_size", probe.share.effective_sample_size}}},
          {"tail_latency_s", or_null(probe.tail_latency_s)},
          {"generator_limited", probe.generator_limited},
          {"file", record.file}};
}

std::string rate(double hz) { return format_rate(hz, "queries/s"); }

std::uint64_t camera_count(double hz, const PeakResult::Cameras& cameras) {
  return static_cast<std::uint64_t>(std::llround(hz / cameras.frames_per_s));
}

Json cameras_json(const PeakResult& result) {
  if (!result.cameras) {
    return nullptr;
  }
  const auto count = [&](const std::optional<double>& hz) {
    return hz ? Json(camera_count(*hz, *result.cameras)) : Json();
  };
  return {{"frames_per_s", result.cameras->frames_per_s},
          {"phase", result.cameras->phase},
          {"held", count(result.estimate.held_hz)},
          {"broke", count(result.estimate.broke_hz)}};
}

std::string cameras_sentence(const PeakResult& result, const std::string& window) {
  const PeakResult::Cameras& cameras = *result.cameras;
  const PeakEstimate& found = result.estimate;
  const std::string at = fmt::format("at {}, {}", format_rate(cameras.frames_per_s, "frames/s"), cameras.phase);
  if (found.held_hz && found.broke_hz) {
    return fmt::format("cameras {}: {} hold {}, {} do not", at, camera_count(*found.held_hz, cameras), window,
                       camera_count(*found.broke_hz, cameras));
  }
  if (found.held_hz) {
    return fmt::format("cameras {}: at least {} hold {}; no number was found that does not", at,
                       camera_count(*found.held_hz, cameras), window);
  }
  if (found.broke_hz) {
    const std::uint64_t broke = camera_count(*found.broke_hz, cameras);
    return broke == 1 ? fmt::format("cameras {}: not even one holds {}", at, window)
                      : fmt::format("cameras {}: fewer than {} hold {}", at, broke, window);
  }
  return fmt::format("cameras {}: not found; no probe decided whether {} holds", at, window);
}

/// "10.0 ms at p99", "TTFT 4.00 s and TPOT 250 ms at p99"
std::string window_text(const PeakResult& result, Charset charset) {
  std::string limits = result.slo_s > 0.0 ? format_duration(result.slo_s, charset) : "";
  for (const auto& [name, limit] : {std::pair{"TTFT", result.ttft_s}, std::pair{"TPOT", result.tpot_s}}) {
    if (limit) {
      limits += fmt::format("{}{} {}", limits.empty() ? "" : " and ", name, format_duration(*limit, charset));
    }
  }
  return fmt::format("{} at {}", limits, result.percentile.name());
}

std::string peak_sentence(const PeakResult& result, Charset charset) {
  const PeakEstimate& found = result.estimate;
  const std::string window = window_text(result, charset);
  if (result.cameras) {
    return cameras_sentence(result, window);
  }
  if (found.point_hz && found.held_hz && found.broke_hz) {
    return fmt::format("peak: {} within {}; it lies between {} (held) and {} (broke)", rate(*found.point_hz), window,
                       rate(*found.held_hz), rate(*found.broke_hz));
  }
  if (found.held_hz) {
    return fmt::format("peak: at least {} within {}; no rate was found that breaks it", rate(*found.held_hz), window);
  }
  if (found.broke_hz) {
    return fmt::format("peak: below {}; no rate was found that holds {}", rate(*found.broke_hz), window);
  }
  return fmt::format("peak: not found; no probe decided whether {} holds", window);
}

}  // namespace

std::string peak_json(const PeakResult& result) {
  const PeakEstimate& found = result.estimate;
  Json probes = Json::array();
  for (const PeakProbeRecord& record : result.probes) {
    probes.push_back(probe_json(record));
  }
  const Json json{{"schema", "assay/peak/1"},
                  {"workload", result.workload},
                  {"synthetic", result.mark.synthetic},
                  {"emulated", result.mark.emulated.empty() ? Json() : Json(result.mark.emulated)},
                  {"slo_s", result.slo_s > 0.0 ? Json(result.slo_s) : Json()},
                  {"ttft_s", or_null(result.ttft_s)},
                  {"tpot_s", or_null(result.tpot_s)},
                  {"percentile", result.percentile.fraction()},
                  {"peak_hz",
                   {{"point", or_null(found.point_hz)},
                    {"lower", or_null(found.held_hz)},
                    {"upper", or_null(found.broke_hz)},
                    {"reason", found.reason.empty() ? Json() : Json(found.reason)}}},
                  {"cameras", cameras_json(result)},
                  {"generator_limited", found.generator_limited},
                  {"interrupted", result.interrupted},
                  {"sizing_file", result.sizing_file.empty() ? Json() : Json(result.sizing_file)},
                  {"probes", probes}};
  return json.dump(2) + "\n";
}

std::string probe_line(const PeakProbe& probe, const PeakResult& result, Charset charset) {
  const std::uint64_t cameras = result.cameras ? camera_count(probe.rate_hz, *result.cameras) : 0;
  const std::string load =
      result.cameras ? fmt::format("{} camera{}", cameras, cameras == 1 ? "" : "s") : rate(probe.rate_hz);
  return fmt::format("{}{:>18}  {:<9}  {:>8} within the window [{}, {}]  {} {}{}", result.mark.before(" "), load,
                     name_of(probe.outcome), format_percent(probe.share.within),
                     format_percent(probe.share.interval.lower), format_percent(probe.share.interval.upper),
                     result.percentile.name(),
                     probe.tail_latency_s ? format_duration(*probe.tail_latency_s, charset) : "not available",
                     probe.generator_limited ? "  (the generator was late)" : "");
}

std::string peak_text(const PeakResult& result, Charset charset) {
  std::vector<PeakProbe> sorted;
  for (const PeakProbeRecord& record : result.probes) {
    sorted.push_back(record.probe);
  }
  std::ranges::stable_sort(sorted, {}, &PeakProbe::rate_hz);
  std::string text;
  for (const PeakProbe& probe : sorted) {
    text += probe_line(probe, result, charset) + "\n";
  }
  text += fmt::format("{}{} {}\n", result.mark.before(" "), result.workload, peak_sentence(result, charset));
  if (result.interrupted) {
    text += "interrupted: this is what the probes so far show\n";
  }
  if (!result.estimate.reason.empty()) {
    text += fmt::format("in doubt: {}\n", result.estimate.reason);
  }
  if (result.estimate.generator_limited) {
    text +=
        "the load generator itself was late at the rate that broke: the system may hold more than this machine can "
        "ask of it; give the generator a core of its own (--cpus, --threads)\n";
  }
  return text;
}

}  // namespace assay
