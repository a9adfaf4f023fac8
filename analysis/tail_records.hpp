#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "analysis/latency_distribution.hpp"
#include "analysis/percentile.hpp"
#include "analysis/run_document.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/window_share.hpp"

namespace assay {

/// tail_formulas() in seconds; nothing where there are none.
[[nodiscard]] std::optional<MathPeekRecord> math_peek_record(const LatencyDistribution& distribution,
                                                             Percentile percentile);
/// fleet_risk() of the share over the window; nothing if nothing was observed.
[[nodiscard]] std::optional<FleetRecord> fleet_record(const LatencyDistribution& distribution,
                                                      const PercentileLimit& window);

/// "p 0.4 % [up to 0.7 %] over the window: with 100 devices one fails with 33 % [50 %]; even odds at 173 [99] devices"
[[nodiscard]] std::string fleet_sentence(const FleetRecord& fleet);

/// The members "result.math_peek" and "result.fleet" of a run file. Reading gives nothing for null or absent.
[[nodiscard]] nlohmann::ordered_json math_peek_json(const std::optional<MathPeekRecord>& peek);
[[nodiscard]] std::optional<MathPeekRecord> read_math_peek(const Field& field);
[[nodiscard]] nlohmann::ordered_json fleet_json(const std::optional<FleetRecord>& fleet);
[[nodiscard]] std::optional<FleetRecord> read_fleet(const Field& field);

}  // namespace assay
