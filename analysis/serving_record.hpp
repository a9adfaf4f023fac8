#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/estimate_record.hpp"

namespace assay {

/// What the utilisation of a serving run is measured against.
struct ServingCeilings {
  double products_flops_per_s = 0.0;   ///< of the layers' matrices
  double attention_flops_per_s = 0.0;  ///< of attention, where it computes in another format
  double read_bytes_per_s = 0.0;
  std::string source;  ///< how they were found: "measured in the warm-up: ..."
};

/// How long an iteration takes, fitted to iterations that the warm-up timed: max(c, m) + overlap_loss min(c, m) + host,
/// c the work over compute_share of the products' ceiling, m the bytes over bandwidth_share of the reading's.
struct ServingTimeModel {
  double compute_share = 0.0;
  double bandwidth_share = 0.0;
  double overlap_loss = 0.0;
  double host_s = 0.0;
  std::uint64_t observations = 0;
  double error_rms = 0.0;  ///< of predicted over measured, less 1
};

/// Where the time of a run went, each a share of it; they sum to 1.
struct ServingWaterfall {
  double no_request = 0.0;     ///< nothing to do
  double throttled = 0.0;      ///< work waited, admission held it back
  double host = 0.0;           ///< work was runnable and the device idle: planning, launching, reporting
  double waste = 0.0;          ///< computed again after a preemption
  double inefficiency = 0.0;   ///< the device took longer than its ceilings allow
  double memory_bound = 0.0;   ///< within the ceilings, reading; the products wait
  double tensor_useful = 0.0;  ///< within the ceilings, products

  static constexpr std::size_t kParts = 7;
  [[nodiscard]] std::array<double, kParts> parts() const {
    return {no_request, throttled, host, waste, inefficiency, memory_bound, tensor_useful};
  }
};
/// "no request", "held back", "host", ... in the order of parts().
[[nodiscard]] std::array<std::string_view, ServingWaterfall::kParts> waterfall_names();

/// Sums of a run or of one second of it.
struct ServingTotals {
  double duration_s = 0.0;
  double flops = 0.0;   ///< of the model, without what was computed again
  double bytes = 0.0;   ///< weights and cache that had to move
  double busy_s = 0.0;  ///< the device worked on an iteration
  double iterations = 0.0;
  double tokens = 0.0;  ///< of answers
  double prompt_tokens = 0.0;
  double token_gaps = 0.0;  ///< tokens that had one before them in their answer
  double token_gap_mean_s = 0.0;
  double batch_mean = 0.0;  ///< sequences an iteration
  std::uint32_t batch_max = 0;
  std::uint32_t pages_max = 0;  ///< of the cache, in use
  double pages_mean = 0.0;
  std::uint64_t preemptions = 0;
  std::uint64_t recomputed_tokens = 0;
  std::uint64_t prefix_hit_tokens = 0;
  ServingWaterfall waterfall;
  double product_utilisation = 0.0;    ///< U_T: model work over the ceiling of products
  double bandwidth_utilisation = 0.0;  ///< MBU: bytes over the ceiling of reading
  double busy_share = 0.0;             ///< what a monitor shows as utilisation
};

/// Time between two tokens of one answer, over all answers.
struct TokenGapRecord {
  std::uint64_t count = 0;
  double mean_s = 0.0;
  double max_s = 0.0;
  std::map<std::string, double> percentiles_s;  ///< "p50" to "p99.9": upper ends of bins, at most 1/32 too high
  /// Exact counts in log-linear bins of nanoseconds: see analysis/log_linear_histogram.hpp. {bin index, count}.
  std::vector<std::pair<std::uint32_t, std::uint64_t>> histogram;
};

/// Bins that a file holds at most.
inline constexpr std::size_t kMostServingBins = 7200;

/// A run of a serving engine: what was asked, what it was measured against, where the time went.
struct ServingRecord {
  std::string model;                            ///< "llama tiny, int8 weights"
  std::map<std::string, std::string> settings;  ///< levers as typed: "max_slots": "16"
  ServingCeilings ceilings;
  std::uint32_t pages_total = 0;
  ServingTotals run;
  std::vector<ServingTotals> bins;  ///< of one second each; the last may be shorter
  std::optional<double> ttft_limit_s;
  std::optional<double> tpot_limit_s;
  /// Shares of the requests that kept each window, with exact 95 % intervals for the effective sample size.
  std::optional<EstimateRecord> ttft_met_share;
  std::optional<EstimateRecord> tpot_met_share;
  std::optional<double> goodput_requests_per_s;  ///< requests within both windows, where there is one
  std::optional<double> goodput_tokens_per_s;
  std::optional<double> within_windows_share;
  TokenGapRecord token_gap;
  std::optional<ServingTimeModel> time_model;
  /// Of the iterations of the run: the time model's prediction over what was measured, in the mean, and the root mean
  /// square of its relative error.
  std::optional<double> predicted_over_measured;
  std::optional<double> prediction_error_rms;
  std::string energy_of;  ///< the counter that joules_per_token is from
  std::optional<double> joules_per_token;
  std::optional<double> dollars_per_million_tokens;
  std::optional<double> price_per_hour;
  std::map<std::string, std::string> not_available;  ///< why one of the above is absent, by its name in the file
};

}  // namespace assay
