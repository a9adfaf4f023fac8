#pragma once

#include <cstdint>
#include <vector>

#include "analysis/serving_record.hpp"

namespace assay {

/// One iteration of a serving engine, written while it runs. Times are nanoseconds since the
/// start of the run.
struct IterationRecord {
  std::int64_t begin_ns = 0;  ///< the scheduler begins to plan
  std::int64_t device_begin_ns = 0;
  std::int64_t device_end_ns = 0;
  std::int64_t end_ns = 0;        ///< its tokens are reported
  std::int64_t idle_ns = 0;       ///< before begin_ns without any request
  std::int64_t throttled_ns = 0;  ///< before begin_ns with requests that were not admitted
  double products_flops = 0.0;
  double attention_flops = 0.0;
  double bytes = 0.0;
  std::uint32_t tokens = 0;  ///< computed, of prompts and answers
  std::uint32_t prompt_tokens = 0;
  std::uint32_t new_tokens = 0;  ///< of answers
  std::uint32_t recomputed = 0;  ///< of `tokens`: lost to a preemption before
  std::uint32_t sequences = 0;
  std::uint32_t pages = 0;  ///< in use
  std::uint32_t preemptions = 0;
  std::int64_t gap_sum_ns = 0;    ///< since the token before, over the tokens of this iteration that had one
  std::uint32_t gaps = 0;         ///< of them
  std::uint32_t prefix_hits = 0;  ///< tokens of prompts found in the cache
};

/// Sums iterations as they come: waterfall, utilisation, bins of one second. Memory for all bins is taken at once, so
/// that add() allocates nothing; what comes after kMostServingBins seconds is joined in the last bin.
class ServingAccount {
 public:
  explicit ServingAccount(ServingCeilings ceilings);

  /// In ascending order; the time between two of them that is neither idle nor throttled is the host's.
  void add(const IterationRecord& one);
  [[nodiscard]] std::int64_t last_end_ns() const { return last_end_; }

  /// `end_ns`: of the run; what comes after the last iteration counts as time without a request. The account is empty
  /// then.
  [[nodiscard]] ServingRecord take(std::int64_t end_ns);

 private:
  void add_device(const IterationRecord& one);
  [[nodiscard]] std::size_t bin_of(std::int64_t time) const;
  template <class Add>
  void spread(std::int64_t begin, std::int64_t end, const Add& add);
  void close(ServingTotals& totals) const;

  ServingCeilings ceilings_;
  std::vector<ServingTotals> bins_;
  std::int64_t last_end_ = 0;
};

}  // namespace assay
