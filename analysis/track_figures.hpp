#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "analysis/estimate_record.hpp"
#include "analysis/run_document.hpp"
#include "analysis/serving_ladder_record.hpp"

namespace assay {

/// The numbers of a run that a track judges by. What a run does not have is absent.
struct TrackFigures {
  std::optional<double> mean_s;  ///< of the latency of a query
  EstimateRecord p99_s;
  EstimateRecord p999_s;
  std::optional<double> service_mean_s;
  std::size_t worker_count = 0;
  std::optional<double> work_ops;  ///< of one sample, as declared
  std::optional<double> traffic_bytes;
  EstimateRecord missed_share;  ///< of the frames that had a deadline
  std::uint64_t frames = 0;
  std::uint64_t dropped = 0;
  std::uint64_t longest_miss_run = 0;
  std::optional<double> fps;  ///< new frames shown, over the whole run
  std::optional<double> first_30_s_fps;
  std::optional<double> last_fps;  ///< over its last 30 s, or its last quarter where it is short
  std::optional<double> retention;
  std::optional<double> knee_s;
  std::uint64_t refreshes = 0;
  std::uint64_t janks = 0;
  EstimateRecord frame_time_p99_s;
  std::optional<double> work_mean_s;  ///< of a frame
  std::optional<double> wait_mean_s;
  std::uint64_t queries = 0;
  double percentile = 0.99;               ///< that the run's window is held at
  std::uint64_t samples_per_query = 1;    ///< of MultiStream
  std::uint64_t streams = 0;              ///< cameras; 0: the samples are no frames
  std::optional<double> frames_per_s;     ///< of each stream
  std::string phase;                      ///< "aligned"
  std::string late_frames;                ///< "queue" or "drop"
  std::string worker_scheduling;          ///< "SCHED_FIFO 50"
  std::optional<double> foreign_share;    ///< of the machine's CPU time, taken by other processes
  std::optional<double> steal_share;      ///< and by a hypervisor
  double quota_s = 0.0;                   ///< of the slow queries' time, held back by a CPU quota
  std::string sustained_cause;            ///< the verdict of a soak, "THERMAL"; empty: none
  std::string power;                      ///< "1.27 FPS/W (RAPL package-0)", or why there is none; empty: nobody asked
  std::optional<ServingFigures> serving;  ///< of a serving engine
};

[[nodiscard]] TrackFigures figures_of(const RunDocument& run);

}  // namespace assay
