#include "analysis/sustained_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "analysis/format.hpp"

namespace assay {
namespace {

constexpr double kTakenByOthers = 0.02;

using Points = std::span<const SoakPoint>;
using PointField = std::optional<double> SoakPoint::*;

/// Of the points that have it; absent if none does.
std::optional<double> mean_of(Points points, PointField field) {
  double sum = 0.0;
  int count = 0;
  for (const SoakPoint& point : points) {
    if (const auto& value = point.*field) {
      sum += *value;
      ++count;
    }
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

/// The part of the soak that did best, and the one that is judged against it.
struct Parts {
  Points before;
  Points during;
};

/// The two sides of the deepest drop; without a drop the first and the last quarter.
Parts parts_of(Points points, const SustainedAudit& audit) {
  if (const ThroughputDrop* drop = audit.deepest_drop()) {
    return {.before = points.subspan(drop->before.begin, drop->before.size()),
            .during = points.subspan(drop->during.begin, drop->during.size())};
  }
  constexpr std::size_t kPart = 4;
  const std::size_t quarter = std::max<std::size_t>(1, points.size() / kPart);
  return {.before = points.first(quarter), .during = points.last(quarter)};
}

std::string hottest(double temperature_c, const SoakSettings& settings) {
  const std::string reached = fmt::format("temperature reached {:.1f} C", temperature_c);
  return settings.trip_temperature_c ? fmt::format("{}, the trip is at {:.1f} C", reached, *settings.trip_temperature_c)
                                     : fmt::format("{}, the trip is not known", reached);
}

/// What sensors of heat say.
struct Heat {
  bool throttled = false;
  bool known = false;  ///< there is a flag, or a temperature with its trip
  std::vector<std::string> evidence;
};

Heat heat_of(Points points, const SoakSettings& settings) {
  Heat heat;
  const auto flagged =
      std::ranges::count_if(points, [](const SoakPoint& p) { return p.throttle_flag.value_or(false); });
  const bool has_flag = std::ranges::any_of(points, [](const SoakPoint& p) { return p.throttle_flag.has_value(); });
  std::optional<double> highest;
  for (const SoakPoint& point : points) {
    if (point.temperature_c) {
      highest = std::max(*point.temperature_c, highest.value_or(*point.temperature_c));
    }
  }
  if (has_flag) {
    heat.evidence.push_back(fmt::format("The throttle flag was set in {} of {} points.", flagged, points.size()));
  }
  if (highest) {
    heat.evidence.push_back(fmt::format("The {}.", hottest(*highest, settings)));
  }
  const bool at_trip = highest && settings.trip_temperature_c && *highest >= *settings.trip_temperature_c;
  heat.throttled = flagged > 0 || at_trip;
  heat.known = has_flag || (highest && settings.trip_temperature_c);
  if (!heat.known) {
    heat.evidence.emplace_back("No sensor says whether the device throttled for heat.");
  }
  return heat;
}

std::optional<double> clock_drop_of(const Parts& parts) {
  const auto before = mean_of(parts.before, &SoakPoint::clock_hz);
  const auto during = mean_of(parts.during, &SoakPoint::clock_hz);
  return before && during && *before > 0.0 ? std::optional(1.0 - *during / *before) : std::nullopt;
}

std::string clock_sentence(const Parts& parts) {
  const auto before = mean_of(parts.before, &SoakPoint::clock_hz);
  const auto during = mean_of(parts.during, &SoakPoint::clock_hz);
  if (!before || !during) {
    return "The clock was not measured.";
  }
  return fmt::format("The clock went from {:.3f} to {:.3f} GHz ({:+.1f} %).", *before * 1e-9, *during * 1e-9,
                     100.0 * (*during / *before - 1.0));
}

/// By how much more of the time others took; absent where neither is known.
std::optional<double> taken_by_others(const Parts& parts) {
  std::optional<double> rise;
  for (const PointField field : {&SoakPoint::steal_share, &SoakPoint::foreign_share}) {
    const auto before = mean_of(parts.before, field);
    const auto during = mean_of(parts.during, field);
    if (before && during) {
      rise = rise.value_or(0.0) + *during - *before;
    }
  }
  return rise;
}

void add_others(std::vector<std::string>& evidence, const Parts& parts) {
  const auto tell = [&](PointField field, const char* what, double scale, const char* unit) {
    const auto before = mean_of(parts.before, field);
    const auto during = mean_of(parts.during, field);
    if (before && during) {
      evidence.push_back(fmt::format("{} went from {:.1f} to {:.1f}{}.", what, scale * *before, scale * *during, unit));
    }
  };
  tell(&SoakPoint::steal_share, "Steal", 100.0, " %");
  tell(&SoakPoint::foreign_share, "The share of other processes", 100.0, " %");
  tell(&SoakPoint::involuntary_switches_per_s, "Involuntary switches", 1.0, "/s");
  if (!taken_by_others(parts)) {
    evidence.emplace_back("Neither steal nor the share of other processes was measured.");
  }
}

std::string throughput_sentence(const SustainedAudit& audit) {
  if (const ThroughputDrop* drop = audit.deepest_drop()) {
    return fmt::format("Throughput fell by {:.1f} %, from {} to {}, {:.0f} s after the start.", 100.0 * drop->drop,
                       format_rate(drop->before.mean, "queries/s"), format_rate(drop->during.mean, "queries/s"),
                       drop->begin_s);
  }
  return fmt::format("No lasting drop of the throughput by 5 % or more; the worst loop reached {} of the best.",
                     format_percent(audit.stability));
}

SustainedCause cause_of(const Parts& parts, const SustainedAudit& audit, const Heat& heat) {
  const auto clock_drop = clock_drop_of(parts);
  if (heat.throttled) {
    return SustainedCause::thermal;
  }
  if (clock_drop.value_or(0.0) >= kConfirmingClockDrop) {
    return SustainedCause::clock_drop;
  }
  if (audit.drops.empty()) {
    return audit.is_stable() ? SustainedCause::stable : SustainedCause::undecided;
  }
  const auto others = taken_by_others(parts);
  if (!clock_drop || !others) {
    return SustainedCause::undecided;
  }
  return *others >= kTakenByOthers ? SustainedCause::preemption : SustainedCause::shared_resource;
}

}  // namespace

std::string_view name_of(SustainedCause cause) {
  switch (cause) {
    case SustainedCause::stable:
      return "STABLE";
    case SustainedCause::thermal:
      return "THERMAL";
    case SustainedCause::clock_drop:
      return "CLOCK DROP";
    case SustainedCause::shared_resource:
      return "SHARED RESOURCE";
    case SustainedCause::preemption:
      return "PREEMPTION";
    case SustainedCause::undecided:
      return "UNDECIDED";
  }
  return "UNDECIDED";
}

std::optional<SustainedCause> sustained_cause_from(std::string_view name) {
  for (const SustainedCause cause :
       {SustainedCause::stable, SustainedCause::thermal, SustainedCause::clock_drop, SustainedCause::shared_resource,
        SustainedCause::preemption, SustainedCause::undecided}) {
    if (name == name_of(cause)) {
      return cause;
    }
  }
  return std::nullopt;
}

SustainedVerdict sustained_verdict(std::span<const SoakPoint> points, const SustainedAudit& audit,
                                   const SoakSettings& settings) {
  const Parts parts = parts_of(points, audit);
  Heat heat = heat_of(points, settings);
  SustainedVerdict verdict{.cause = cause_of(parts, audit, heat)};
  if (audit.burst_only) {
    verdict.evidence.push_back(
        fmt::format("Burst only: {:.0f} s are too short to call it sustained; needs 120 s.", audit.duration_s));
  }
  verdict.evidence.push_back(throughput_sentence(audit));
  verdict.evidence.push_back(clock_sentence(parts));
  std::ranges::move(heat.evidence, std::back_inserter(verdict.evidence));
  if (!audit.drops.empty() || !audit.is_stable()) {
    add_others(verdict.evidence, parts);
  }
  if (verdict.cause == SustainedCause::clock_drop) {
    verdict.evidence.emplace_back(heat.known ? "The sensors rule heat out: a power cap or the host's policy may be why."
                                             : "The cause is unknown: heat, a power cap or the host's policy.");
  } else if (verdict.cause == SustainedCause::undecided && audit.drops.empty()) {
    verdict.evidence.emplace_back("The loops differ by more than 3 %, but no drop of 5 % explains it.");
  }
  return verdict;
}

}  // namespace assay
