#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "analysis/change_points.hpp"

namespace assay {

/// flat: steady from the first point. warm_up: slower before. slow_down: faster before. none: no steady state.
enum class SteadyKind { flat, warm_up, slow_down, none };

/// "flat", "warm-up", "slow-down", "no steady state"
[[nodiscard]] std::string_view name_of(SteadyKind kind);
[[nodiscard]] std::optional<SteadyKind> steady_kind_from(std::string_view name);

/// The end of a series in which nothing changes any more.
struct SteadyState {
  SteadyKind kind = SteadyKind::none;
  std::optional<std::size_t> begin;  ///< first steady point
  double mean = 0.0;                 ///< of the last segment
  std::string reason;                ///< why there is none
};

/// Segments equal to the last one, as far back from it without a break, are steady: means apart by at most 2 % of the
/// last one's, or by its standard deviation where that is more. There is no steady state if they do not make up the
/// last quarter of the series (Barrett et al., OOPSLA 2017: the last 500 of 2000 iterations). `segments`
/// are of rates: more is faster. None for no segment.
[[nodiscard]] SteadyState steady_state(std::span<const Segment> segments);

}  // namespace assay
