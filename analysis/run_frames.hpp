#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/estimate_record.hpp"

// What a run file holds of frames: samples that belong to streams and have a deadline. Times in seconds.

namespace assay {

/// What a display would have shown of one stream, whose refreshes (vsyncs) are the stream's own triggers: a frame is
/// shown at the first refresh at or after its completion; of several that would be shown at one, the newest is.
struct DisplayRecord {
  std::uint64_t refreshes = 0;  ///< in the measured part, each of which should have had a new frame
  std::uint64_t janks = 0;      ///< refreshes without a new frame: missed vsyncs
  /// Of the refreshes, with an exact interval for the refreshes that they are worth: janks come in clusters. Without a
  /// point in files from before it.
  EstimateRecord jank_share;
  double fps = 0.0;                      ///< new frames shown / time
  EstimateRecord frame_time_p99_s;       ///< of the times between frames shown, whole periods
  std::optional<double> low_fps;         ///< 1 % low: the slowest hundredth of those times, as a rate
  std::optional<double> work_mean_s;     ///< of the computed frames: start to completion
  std::optional<double> wait_mean_s;     ///< of the same: the rest from the trigger to the refresh that shows it
  double window_s = 0.0;                 ///< length of an interval of fps_windows; 0: the run was too short for one
  std::vector<double> fps_windows;       ///< frames shown in intervals of window_s, as a rate
  std::optional<double> first_30_s_fps;  ///< as long as a short benchmark; absent in a shorter run
  std::optional<double> last_30_s_fps;   ///< absent in a run under 60 s, with which they would overlap
  std::optional<double> last_quarter_fps;
  std::optional<double> retention;  ///< last_30_s_fps / first_30_s_fps
  /// Begin of the first interval below 95 % of the first one whose three followers are below it too; absent: none.
  std::optional<double> knee_s;
};

/// Frames of streams: cameras in Server, the samples of a query in MultiStream.
struct FramesRecord {
  std::uint64_t streams = 1;
  std::optional<double> frames_per_s;  ///< of each stream; absent in MultiStream, whose next query follows the last
  std::string phase;                   ///< "aligned", "staggered", "random"; "closed loop" in MultiStream
  std::string late_frames;             ///< "queue" or "drop"
  double deadline_s = 0.0;
  std::string deadline_source;  ///< "window" (--slo) or "period" of the stream, where no window was asked for
  std::uint64_t frames = 0;     ///< that arrived
  std::uint64_t dropped = 0;    ///< of those: given up on purpose, never computed
  std::uint64_t missed = 0;     ///< completed after the deadline, or never
  /// Share of the frames that missed, with an exact interval for the effective number of frames: misses come in
  /// clusters, within a trigger and from one trigger to the next.
  EstimateRecord missed_share;
  double effective_frames = 0.0;
  std::uint64_t longest_miss_run = 0;  ///< consecutive frames of one stream
  std::uint64_t longest_miss_stream = 0;
  /// Arrival to completion of the frames that were computed: "p50", "p99", "p99.9". Says nothing of the others.
  std::map<std::string, EstimateRecord> computed_latency_s;
  std::uint64_t triggers = 0;  ///< with all streams in it; 0 where the streams do not trigger together
  /// Slowest frame of a trigger; infinite where one of its frames was never computed.
  std::map<std::string, EstimateRecord> trigger_latency_s;
  std::optional<DisplayRecord> display;  ///< of a single camera
};

}  // namespace assay
