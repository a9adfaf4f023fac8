#include "analysis/track_judges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
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

std::string mark_before(const TrackRun& run) {
  const std::string invalid = run.valid ? "" : fmt::format("INVALID ({}) ", fmt::join(run.invalid_codes, ", "));
  return invalid + run.mark.before(" ");
}

std::vector<std::string> grave_codes(const TrackRun& run) {
  std::vector<std::string> codes;
  if (!run.valid && run.invalid_codes.empty()) {
    codes.emplace_back("of an unknown reason");
  }
  std::ranges::copy_if(run.invalid_codes, std::back_inserter(codes), [](const std::string& code) {
    return std::ranges::find(kHarmlessCodes, code) == kHarmlessCodes.end();
  });
  return codes;
}

bool decides(const TrackRun& run) { return grave_codes(run).empty(); }

std::string invalid_sentence(const TrackRun& run, const std::string& what) {
  return fmt::format("The run of {} is INVALID ({}), so that it decides nothing.", what,
                     fmt::join(grave_codes(run), ", "));
}

void add_harmless(TrackFindings& findings, const TrackRecord& record) {
  const bool any = std::ranges::any_of(record.runs, [](const TrackRun& run) { return !run.valid && decides(run); });
  if (any) {
    findings.evidence.push_back(fmt::format(
        "Runs INVALID only for {} do decide: a window that was missed is what is asked here, and the intervals carry "
        "the number of queries.",
        fmt::join(kHarmlessCodes, ", ")));
  }
}

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
  if (record.judge == "cloud") {
    return judge_cloud(record);
  }
  throw std::invalid_argument("a track's judge is one of edge, mobile, tiny, cloud");
}

const TrackRun* run_of(const TrackRecord& record, const std::string& step) {
  const auto found = std::ranges::find(record.runs, step, &TrackRun::step);
  return found == record.runs.end() || found->interrupted ? nullptr : &*found;
}

}  // namespace assay
