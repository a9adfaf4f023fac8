#pragma once

#include <string>

#include "analysis/format.hpp"
#include "analysis/run_document.hpp"

namespace assay {

// What a run says, as sentences with numbers and units: the same words in the terminal and in the report.

/// "SingleStream", or the scenario as the file has it if it is none of the four.
[[nodiscard]] std::string scenario_title(const RunDocument& run);

/// "mlp (batch=1 dtype=f32)"
[[nodiscard]] std::string workload_title(const RunDocument& run);

/// True for Offline: all samples come as one query, so its completion time is no request latency.
[[nodiscard]] bool is_one_batch(const RunDocument& run);

/// "VALID", "INVALID", "VALID, interrupted".
[[nodiscard]] std::string verdict_word(const RunDocument& run);

/// "p99 latency (early stopping): 7.30 ms [6.61, 8.02]"; the reason where there is no point.
[[nodiscard]] std::string headline_sentence(const RunDocument& run, Charset charset);

/// "asked 400 queries/s, scheduled 401 queries/s, completed 399 queries/s (99.5 % of the scheduled)", or the
/// completed rate alone where the scenario asks for none.
[[nodiscard]] std::string rate_sentence(const RunDocument& run);

/// "98.2 % [97.7, 98.6] of the queries were within the window of 10.0 ms"; "no latency window was asked for".
[[nodiscard]] std::string window_sentence(const RunDocument& run, Charset charset);

/// "P50 410 ns, P99 31.0 µs, max 440 µs; 0.200 % issued later than 100 µs (1.00 % allowed)", or why there is none.
[[nodiscard]] std::string lateness_sentence(const RunDocument& run, Charset charset);

/// "mean 1.21 ms  P50 1.07 ms [1.06, 1.08]  P95 ...  P99 ...  max 31.0 ms"
[[nodiscard]] std::string latency_sentence(const LatencyRecord& latency, Charset charset);

/// "no interval for P95, P99: 228 dependent samples are worth 90; needs about 23 more"; empty if each of the
/// percentiles of latency_sentence() has both limits. The reason is that of the last one.
[[nodiscard]] std::string missing_interval_sentence(const LatencyRecord& latency);

/// "P99 7.30 ms is 6.03 x the mean", empty if either is missing.
[[nodiscard]] std::string tail_sentence(const LatencyRecord& latency, Charset charset);

/// True if one of the reasons for INVALID says just that, so that it need not be said again beside a number.
[[nodiscard]] bool is_reason_of_verdict(const RunDocument& run, const std::string& reason);

/// One sentence of what this run found, without its verdict: the headline and how far the tail is from the mean, or for
/// Offline the throughput and how long the one query took.
[[nodiscard]] std::string finding_sentence(const RunDocument& run, Charset charset);

}  // namespace assay
