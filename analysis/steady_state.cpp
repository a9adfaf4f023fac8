#include "analysis/steady_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/format.hpp"

namespace assay {
namespace {

constexpr double kEqual = 0.02;
constexpr std::size_t kLastPart = 4;

}  // namespace

std::string_view name_of(SteadyKind kind) {
  switch (kind) {
    case SteadyKind::flat:
      return "flat";
    case SteadyKind::warm_up:
      return "warm-up";
    case SteadyKind::slow_down:
      return "slow-down";
    case SteadyKind::none:
      return "no steady state";
  }
  return "no steady state";
}

std::optional<SteadyKind> steady_kind_from(std::string_view name) {
  for (const SteadyKind kind : {SteadyKind::flat, SteadyKind::warm_up, SteadyKind::slow_down, SteadyKind::none}) {
    if (name == name_of(kind)) {
      return kind;
    }
  }
  return std::nullopt;
}

SteadyState steady_state(std::span<const Segment> segments) {
  SteadyState state;
  if (segments.empty()) {
    state.reason = "nothing was measured";
    return state;
  }
  const Segment& last = segments.back();
  const double tolerance = std::max(kEqual * std::abs(last.mean), last.standard_deviation);
  std::size_t first = segments.size() - 1;
  while (first > 0 && std::abs(segments[first - 1].mean - last.mean) <= tolerance) {
    --first;
  }
  state.mean = last.mean;
  const std::size_t steady_points = last.end - segments[first].begin;
  if (steady_points * kLastPart < last.end) {
    state.reason = fmt::format("no steady state: the level still changed {} before the end, within the last quarter",
                               format_percent(static_cast<double>(steady_points) / static_cast<double>(last.end)));
    return state;
  }
  state.begin = segments[first].begin;
  if (first == 0) {
    state.kind = SteadyKind::flat;
  } else {
    state.kind = segments[first - 1].mean < last.mean ? SteadyKind::warm_up : SteadyKind::slow_down;
  }
  return state;
}

}  // namespace assay
