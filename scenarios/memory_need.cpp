#include "scenarios/memory_need.hpp"

#include <fmt/format.h>

#include <charconv>

#include "analysis/format.hpp"
#include "loadgen/query_record.hpp"

namespace assay {

namespace {

/// A record, and beside it the latency, the service time and the lateness that the summary sorts.
constexpr std::uint64_t kBytesPerSample = sizeof(QueryRecord) + 3 * sizeof(std::int64_t);
constexpr double kOfflineMargin = 1.1;

double planned_samples(const TestSettings& settings) {
  const double duration_s = seconds(settings.min_duration);
  const auto least = static_cast<double>(settings.min_query_count);
  if (settings.scenario == Scenario::offline) {
    return std::max(least, kOfflineMargin * duration_s * settings.offline_expected_qps);
  }
  if (settings.scenario == Scenario::server) {
    return std::max(least, duration_s * settings.server_target_qps);
  }
  return 0.0;
}

}  // namespace

Bytes memory_need(const TestSettings& settings, Bytes per_worker, std::size_t worker_count) {
  const double samples = settings.mode == TestMode::accuracy ? 0.0 : planned_samples(settings);
  const double records = samples * static_cast<double>(kBytesPerSample);
  constexpr double kLargest = 9e18;
  return per_worker * worker_count + Bytes{static_cast<std::uint64_t>(std::min(records, kLargest))};
}

std::optional<Bytes> memory_available(const FileSource& files) {
  const auto text = files.read("/proc/meminfo");
  const auto value = text ? value_of_key(*text, "MemAvailable", ':') : std::nullopt;
  std::uint64_t kibibytes = 0;
  if (!value || std::from_chars(value->data(), value->data() + value->size(), kibibytes).ec != std::errc{}) {
    return std::nullopt;
  }
  return Bytes{kibibytes * 1024};
}

std::optional<std::string> memory_problem(Bytes need, const std::optional<Bytes>& available) {
  if (!available || need <= *available) {
    return std::nullopt;
  }
  return fmt::format(
      "the run needs {} of memory and {} are available: lower --rate, --duration, --threads or the workload's size",
      format_bytes(need.count), format_bytes(available->count));
}

}  // namespace assay
