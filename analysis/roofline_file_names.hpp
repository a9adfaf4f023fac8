#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/roofline_measurement.hpp"

namespace assay {

/// Every kind of contamination, "none" first: what the numbers in a roofline file mean, which holds this list.
[[nodiscard]] std::vector<std::string> contamination_names();
[[nodiscard]] std::uint32_t index_of(Contamination contamination);

/// Nothing for a name that this program does not know.
[[nodiscard]] std::optional<Contamination> contamination_from(const std::string& name);
[[nodiscard]] std::optional<SubjectKind> subject_kind_from(const std::string& name);
[[nodiscard]] std::optional<FiguresSource> figures_source_from(const std::string& name);
[[nodiscard]] std::optional<CounterEvent> counter_event_from(const std::string& name);

}  // namespace assay
