#pragma once

#include <optional>
#include <string>

#include "analysis/run_document.hpp"
#include "analysis/serving_ladder_record.hpp"
#include "lab/run_options.hpp"

namespace assay {

/// What the time model that an Offline run calibrated says of a Server run with these levers: the highest rate that
/// holds its windows. Nothing, with the reason, where the run has no model or the levers no windows.
struct LeverForecastOrReason {
  std::optional<LeverForecast> forecast;
  std::string reason;
};
[[nodiscard]] LeverForecastOrReason forecast_lever(const RunOptions& lever, const RunDocument& calibrated);

}  // namespace assay
