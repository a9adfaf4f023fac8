#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/estimate_record.hpp"
#include "analysis/peak_search.hpp"
#include "analysis/serving_record.hpp"

// The ladder of a serving engine's levers: what each was predicted to give and what it gave.

namespace assay {

/// What a run of a serving engine shows, as a track judges it.
struct ServingFigures {
  double tokens_per_s = 0.0;           ///< of answers
  double product_utilisation = 0.0;    ///< U_T
  double bandwidth_utilisation = 0.0;  ///< MBU
  double busy_share = 0.0;
  double batch_mean = 0.0;
  ServingWaterfall waterfall;
  EstimateRecord ttft_s;  ///< at the percentile that the window is held at
  EstimateRecord tpot_s;
  std::optional<double> dollars_per_million_tokens;
};

/// One Server test at one rate.
struct LadderProbe {
  double rate_hz = 0.0;
  ProbeOutcome outcome = ProbeOutcome::undecided;
  bool ignored = false;  ///< the run is INVALID for a reason that has a say
  ServingFigures figures;
  std::string file;
};

/// What the model of the iteration time says of a lever.
struct LeverForecast {
  double tokens_per_s = 0.0;  ///< Server at its peak
  double rate_hz = 0.0;       ///< of that peak; 0: no rate holds the windows
  double ttft_tail_s = 0.0;
  double tpot_tail_s = 0.0;
};

/// A step of the ladder: all levers up to this one.
struct LadderRung {
  std::string step;
  std::string title;
  std::string flags;  ///< that differ from the rung before, as typed
  bool mlperf_closed = true;
  std::string closed_note;
  std::optional<LeverForecast> forecast;
  std::string forecast_note;  ///< why there is none
  std::vector<LadderProbe> probes;
  std::optional<double> held_hz;   ///< highest rate that held both windows
  std::optional<double> broke_hz;  ///< lowest rate that did not
  std::string doubt;
};

/// The probe at the highest rate that held; nullptr where none did.
[[nodiscard]] const LadderProbe* best_probe(const LadderRung& rung);

/// Tokens a second at the peak as a range: what was delivered at the highest rate that held, and what the lowest rate
/// that broke would have been with the same answers. Without a rate that broke the upper end is absent; without one
/// that held there is the upper end alone.
[[nodiscard]] EstimateRecord peak_tokens(const LadderRung& rung);

/// Predicted over measured, less 1; absent where one of them is.
[[nodiscard]] std::optional<double> forecast_error(const LadderRung& rung);

/// Which window gave way at the lowest rate that broke: "the time to the first token", "the time per token", both, or
/// why it is not known.
[[nodiscard]] std::string binding_window(const LadderRung& rung, double ttft_limit_s, double tpot_limit_s);

}  // namespace assay
