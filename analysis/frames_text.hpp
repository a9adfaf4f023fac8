#pragma once

#include <string>

#include "analysis/format.hpp"
#include "analysis/run_document.hpp"
#include "harness/unavailable.hpp"

// What a run with frames says in sentences, for the terminal and the report. Each takes a run that has `frames`.

namespace assay {

/// "8 cameras at 30 frames/s each, aligned (ConstantStream); late frames wait in line"
[[nodiscard]] std::string streams_sentence(const RunDocument& run);

/// "66.3 % [64.1 %, 68.4 %] of 4,800 frames missed the deadline of 10.0 ms; longest run of misses 31 frames (stream 7);
/// 412 dropped"
[[nodiscard]] std::string misses_sentence(const RunDocument& run, Charset charset);

/// "P50 4.90 ms [...]  P99 7.70 ms [...]  P99.9 9.10 ms", and why a limit is missing; of the slowest frames of a
/// trigger, or of the frames that were computed.
[[nodiscard]] std::string frame_percentiles_sentence(const std::map<std::string, EstimateRecord>& percentiles,
                                                     Charset charset);

/// "59.9 frames/s shown; 7 of 3,600 vsyncs missed (janks, 0.194 % [0.078 %, 0.400 %]); P99 frame time 16.7 ms [...];
/// 1 % low 52.3 frames/s"
[[nodiscard]] std::string display_sentence(const DisplayRecord& display, Charset charset);

/// "6.80 ms work and 9.87 ms wait a frame, of those computed"
[[nodiscard]] std::string frame_split_sentence(const DisplayRecord& display, Charset charset);

/// "the first 30 s, as long as a short benchmark, show 60.0 frames/s; the last quarter of 120 s shows 10.1 frames/s;
/// retention 16.8 % (last 30 s / first 30 s); knee after 30.0 s"; what is missing says why.
[[nodiscard]] std::string kept_fps_sentence(const RunDocument& run);

/// Frames shown a joule, which is frames a second and watt, with the counter that measured it.
struct FramesPerJoule {
  double value = 0.0;
  std::string boundary;
};
/// Unavailable without a display or without a measured power.
[[nodiscard]] Reading<FramesPerJoule> frames_per_joule(const RunDocument& run);

/// "1.27 FPS/W (RAPL package-0, idle power included)", "FPS/W not available: ..."
[[nodiscard]] std::string frame_power_sentence(const RunDocument& run);

}  // namespace assay
