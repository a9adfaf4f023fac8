#pragma once

#include <optional>
#include <string>

#include "analysis/track_record.hpp"

// How each kind of track is judged. The parts of judge_track().

namespace assay {

[[nodiscard]] TrackFindings judge_edge(const TrackRecord& record);
[[nodiscard]] TrackFindings judge_mobile(const TrackRecord& record);
[[nodiscard]] TrackFindings judge_tiny(const TrackRecord& record);

/// A bar from an estimate in seconds, of the run that it is from.
[[nodiscard]] CrisisBar time_bar(bool is_claim, const std::string& label, const EstimateRecord& estimate,
                                 const std::string& source);
/// A bar from a share.
[[nodiscard]] CrisisBar share_bar(bool is_claim, const std::string& label, const EstimateRecord& share,
                                  const std::string& source);
/// A bar from one number with its own text.
[[nodiscard]] CrisisBar number_bar(bool is_claim, const std::string& label, const std::optional<double>& value,
                                   const std::string& text, const std::string& source);

/// "71.2 % [69.0, 73.3]"; the reason without a point.
[[nodiscard]] std::string share_text(const EstimateRecord& share);

/// An estimate below which the upper limit, or above which the lower limit, of another lies: by the intervals where
/// they are there, and by the points else. Nothing without a point.
[[nodiscard]] std::optional<double> upper_of(const EstimateRecord& estimate);
[[nodiscard]] std::optional<double> lower_of(const EstimateRecord& estimate);

/// "EMULATED phone-60fps " before a number that is not this machine's own; empty else.
[[nodiscard]] std::string mark_before(const TrackRun& run);

}  // namespace assay
