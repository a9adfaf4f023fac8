#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/peak_search.hpp"
#include "analysis/run_mark.hpp"

namespace assay {

/// A probe as it was made, with its file.
struct PeakProbeRecord {
  PeakProbe probe;
  std::string file;
};

/// What a search was about and what it found.
struct PeakResult {
  /// Where cameras were counted and not queries a second.
  struct Cameras {
    double frames_per_s = 0.0;
    std::string phase;
  };

  std::string workload;
  RunMark mark;
  double slo_s = 0.0;  ///< 0: the windows are those of tokens
  std::optional<double> ttft_s;
  std::optional<double> tpot_s;
  Percentile percentile = Percentile::of_parts_per_million(990'000);
  std::string sizing_file;  ///< the run that said where to begin; empty if the rate was given
  std::vector<PeakProbeRecord> probes;
  PeakEstimate estimate;
  std::optional<Cameras> cameras;
  bool interrupted = false;
};

/// "assay/peak/1", with its line end.
[[nodiscard]] std::string peak_json(const PeakResult& result);

/// One line for a probe: rate, what came of it, the share within the window with its interval, the tail.
[[nodiscard]] std::string probe_line(const PeakProbe& probe, const PeakResult& result, Charset charset);

/// The probes in the order of their rates, and the peak in a sentence.
[[nodiscard]] std::string peak_text(const PeakResult& result, Charset charset);

}  // namespace assay
