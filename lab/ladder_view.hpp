#pragma once

#include <span>
#include <string>

#include "scenarios/serving/serving_ladder.hpp"

namespace assay {

/// The levers of a ladder with what the time model predicts for each, and whether MLPerf's closed division allows it.
[[nodiscard]] std::string ladder_text(std::span<const LeverPrediction> ladder, const ServingQuestion& question);

/// The ladder of a model on a device of which only the datasheet is known, under MLPerf's windows of Llama-2-70B.
/// Throws std::invalid_argument where the weights in fp8 leave no room for the cache of a whole context.
[[nodiscard]] std::string datasheet_ladder_text(const LlamaShape& shape, const DeviceCeilings& device);

}  // namespace assay
