#pragma once

#include <optional>

#include "analysis/run_document.hpp"
#include "analysis/window_share.hpp"

namespace assay {

/// The share of the queries within the run's window, as the run file holds it, with the effective sample size that its
/// interval stands for. Nothing was within where the run completed nothing. Throws std::invalid_argument for a run
/// without a window.
[[nodiscard]] WindowShare recorded_window_share(const RunDocument& run);

/// Of a serving run with windows for the first and for further tokens: that of the two which fewer kept, and what was
/// its tail at the run's percentile.
struct TokenWindowShare {
  WindowShare share;
  std::optional<double> tail_s;
};
/// Nothing without such windows.
[[nodiscard]] std::optional<TokenWindowShare> recorded_token_share(const RunDocument& run);

}  // namespace assay
