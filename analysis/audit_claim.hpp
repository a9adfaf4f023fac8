#pragma once

#include <string>

#include "analysis/audit_record.hpp"

namespace assay {

struct ClaimRequest {
  double factor = 2.0;
  std::string metric = "throughput";  ///< throughput, p99, fps_per_watt or usd_per_token
};

/// "2x", "1.5x:p99", "2": the factor, and the metric where one is named. Throws std::invalid_argument saying what may
/// stand there.
[[nodiscard]] ClaimRequest claim_from_text(const std::string& text, const std::string& usual_metric);

/// "throughput", "P99", "FPS/W", "$/token"; throws std::invalid_argument for another name.
[[nodiscard]] std::string metric_title(const std::string& metric);

/// Whether B is at least `factor` times as good as A: supported where the whole interval of their ratio is, refuted
/// where none of it is, else undecided with the repeats that would decide. Of P99 and cost less is better, so that
/// their ratio is A over B. Withheld where the index of fairness is not full.
[[nodiscard]] AuditClaim audit_claim(const AuditSystem& a, const AuditSystem& b, const ClaimRequest& request,
                                     const FairnessIndex& fairness);

/// B over A of the throughput, measured and predicted.
[[nodiscard]] AuditComparison compared(const std::vector<AuditSystem>& systems, std::size_t a, std::size_t b);

/// The measured systems by throughput; neighbours whose intervals do not separate are a tie, with the repeats that
/// would tell.
[[nodiscard]] AuditRanking audit_ranking(const std::vector<AuditSystem>& systems, const FairnessIndex& fairness);

}  // namespace assay
