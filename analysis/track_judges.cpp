#include "analysis/track_judges.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "analysis/format.hpp"

namespace assay {

CrisisBar time_bar(bool is_claim, const std::string& label, const EstimateRecord& estimate, const std::string& source) {
  return {
      .is_claim = is_claim,
      .label = label,
      .value = estimate.point,
      .text = estimate.point ? format_duration_estimate(estimate) : fmt::format("not available: {}", estimate.reason),
      .source = source};
}

std::string share_text(const EstimateRecord& share) {
  if (!share.point) {
    return fmt::format("not available: {}", share.reason);
  }
  if (!share.lower || !share.upper) {
    return format_percent(*share.point);
  }
  return fmt::format("{} [{}, {}]", format_percent(*share.point), format_percent(*share.lower),
                     format_percent(*share.upper));
}

CrisisBar share_bar(bool is_claim, const std::string& label, const EstimateRecord& share, const std::string& source) {
  return {.is_claim = is_claim, .label = label, .value = share.point, .text = share_text(share), .source = source};
}

CrisisBar number_bar(bool is_claim, const std::string& label, const std::optional<double>& value,
                     const std::string& text, const std::string& source) {
  return {.is_claim = is_claim,
          .label = label,
          .value = value,
          .text = value ? text : std::string("not available"),
          .source = source};
}

std::optional<double> upper_of(const EstimateRecord& estimate) {
  return estimate.upper ? estimate.upper : estimate.point;
}

std::optional<double> lower_of(const EstimateRecord& estimate) {
  return estimate.lower ? estimate.lower : estimate.point;
}

std::string mark_before(const TrackRun& run) { return run.mark.before(" "); }

TrackFindings judge_track(const TrackRecord& record) {
  if (record.judge == "edge") {
    return judge_edge(record);
  }
  if (record.judge == "mobile") {
    return judge_mobile(record);
  }
  if (record.judge == "tiny") {
    return judge_tiny(record);
  }
  throw std::invalid_argument("a track's judge is one of edge, mobile, tiny");
}

}  // namespace assay
