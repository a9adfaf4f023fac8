#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/run_document.hpp"

namespace assay {

/// One condition of --fail-on. Times in seconds.
struct FailCondition {
  std::string metric;   ///< "invalid", "mean", "p50" ... "p99.9", "max", "rate", "samples_rate", "lost", "missed"
  bool greater = true;  ///< trips above the bound, else below it
  double bound = 0.0;
  std::string text;  ///< as typed
};

/// "invalid,p99>10ms,mean>2ms,rate<200,lost>0,missed>1%", the last a share of frames. Throws std::invalid_argument with
/// one line that quotes the part and says what is accepted.
[[nodiscard]] std::vector<FailCondition> parse_fail_on(std::string_view text);

/// One sentence for each condition that the run trips: "p99>10ms: 12.4 ms". A value that the run has not trips its
/// condition, with the reason: nothing passes unseen.
[[nodiscard]] std::vector<std::string> tripped(std::span<const FailCondition> conditions, const RunDocument& run);

}  // namespace assay
