#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/share_text.hpp"
#include "analysis/track_record.hpp"

// How each kind of track is judged. The parts of judge_track().

namespace assay {

[[nodiscard]] TrackFindings judge_edge(const TrackRecord& record);
[[nodiscard]] TrackFindings judge_mobile(const TrackRecord& record);
[[nodiscard]] TrackFindings judge_tiny(const TrackRecord& record);
[[nodiscard]] TrackFindings judge_cloud(const TrackRecord& record);

/// A bar from an estimate in seconds, of the run that it is from.
[[nodiscard]] CrisisBar time_bar(bool is_claim, const std::string& label, const EstimateRecord& estimate,
                                 const std::string& source);
/// A bar from a share.
[[nodiscard]] CrisisBar share_bar(bool is_claim, const std::string& label, const EstimateRecord& share,
                                  const std::string& source);
/// A bar from one number with its own text.
[[nodiscard]] CrisisBar number_bar(bool is_claim, const std::string& label, const std::optional<double>& value,
                                   const std::string& text, const std::string& source);

/// An estimate below which the upper limit, or above which the lower limit, of another lies: by the intervals where
/// they are there, and by the points else. Nothing without a point.
[[nodiscard]] std::optional<double> upper_of(const EstimateRecord& estimate);
[[nodiscard]] std::optional<double> lower_of(const EstimateRecord& estimate);

/// "EMULATED phone-60fps " before a number that is not this machine's own, "INVALID (lateness) " before one of an
/// INVALID run; empty else.
[[nodiscard]] std::string mark_before(const TrackRun& run);

/// What makes a run INVALID and yet lets it decide: the window was missed, which is what a track asks, or the queries
/// were too few for MLPerf's rule, which the interval of what is judged knows by itself.
inline constexpr std::array<std::string_view, 5> kHarmlessCodes{
    "latency_constraint", "first_token_constraint", "token_time_constraint", "early_stopping", "min_queries"};

/// The other codes of an INVALID run; empty: it decides.
[[nodiscard]] std::vector<std::string> grave_codes(const TrackRun& run);
[[nodiscard]] bool decides(const TrackRun& run);
/// "The run of one camera is INVALID (lateness), so that it decides nothing."
[[nodiscard]] std::string invalid_sentence(const TrackRun& run, const std::string& what);
/// Says which codes were let through, where a run has them.
void add_harmless(TrackFindings& findings, const TrackRecord& record);

}  // namespace assay
