#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

inline constexpr std::string_view kMlperfDetailFile = "mlperf_log_detail.txt";
inline constexpr std::string_view kMlperfSummaryFile = "mlperf_log_summary.txt";

/// One statistic of a time, as the log reports it: a bare number, no interval.
struct MlperfTime {
  std::string quantity;   ///< "latency", "latency per query", "first token", "time per output token"
  std::string statistic;  ///< "min", "mean", "max", "p50", "p99.9"
  double value_s = 0.0;
};

/// What a LoadGen log says of its run.
struct MlperfLog {
  bool from_detail = false;  ///< else from the summary
  std::string loadgen_version;
  std::string system_under_test;
  std::string scenario;       ///< "SingleStream", "MultiStream", "Server", "Offline"; empty: the log does not say
  std::string mode;           ///< "PerformanceOnly"
  std::optional<bool> valid;  ///< absent: the log ends before its verdict
  std::string invalid_reason;
  std::string early_stopping;
  std::string headline_name;
  std::string headline_unit;       ///< "s", "samples/s", "tokens/s"
  std::optional<double> headline;  ///< in that unit
  std::optional<std::uint64_t> query_count;
  std::optional<double> target_rate_hz;
  std::optional<double> target_latency_s;
  std::optional<double> min_duration_s;
  std::vector<MlperfTime> times;
  std::uint64_t error_count = 0;
  std::uint64_t warning_count = 0;
  std::uint64_t message_count = 0;  ///< lines understood
  std::uint64_t skipped_count = 0;  ///< lines with the marker whose JSON is broken
  std::uint64_t first_skipped = 0;  ///< the number of the first of them, from 1
};

/// Reads mlperf_log_detail.txt: lines ":::MLLOG {json}", also behind a rank or a stream name. Where a key appears more
/// than once the first counts, as for the official parser. LoadGen does not escape its texts, so a line may be no JSON:
/// it is counted and passed over. Throws std::runtime_error with one line "NAME: ..." for a text over 16 MiB or without
/// any message.
[[nodiscard]] MlperfLog mlperf_detail_from_text(std::string_view text, std::string_view source_name);

/// Reads mlperf_log_summary.txt, which people see and which has fewer facts. Throws std::runtime_error for a text over
/// 16 MiB or without a line "Result is : " or "Scenario : ".
[[nodiscard]] MlperfLog mlperf_summary_from_text(std::string_view text, std::string_view source_name);

/// Where the two logs of one run contradict each other, one line each.
[[nodiscard]] std::vector<std::string> mlperf_disagreements(const MlperfLog& detail, const MlperfLog& summary);

}  // namespace assay
