#include "analysis/soak_sentences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace assay {
namespace {

std::string no_audit(const SoakRecord& soak) {
  return fmt::format("not available: {}", soak.no_audit.empty() ? "the result file gives no reason" : soak.no_audit);
}

/// "is" or the plural.
std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", format_count(count), count == 1 ? one : many);
}

bool has_clock(const SoakRecord& soak) {
  return std::ranges::any_of(soak.points, [](const SoakPoint& point) { return point.clock_hz.has_value(); });
}

}  // namespace

std::string soak_verdict_word(const SoakRecord& soak) {
  const bool burst_only = soak.audit && soak.audit->burst_only;
  return fmt::format("{}{}", name_of(soak.verdict.cause), burst_only ? ", burst only" : "");
}

std::string stability_sentence(const SoakRecord& soak) {
  if (!soak.audit) {
    return no_audit(soak);
  }
  return fmt::format("{}: the worst of {} over the best (97 % or more is stable)",
                     format_percent(soak.audit->stability), counted(soak.audit->loops.size(), "loop", "loops"));
}

std::string sustained_sentence(const SoakRecord& soak) {
  if (!soak.audit) {
    return no_audit(soak);
  }
  return fmt::format("{} in the last quarter, {} of the peak of {} over {:.3g} s{}",
                     format_rate(soak.audit->sustained_per_s, "queries/s"),
                     format_percent(soak.audit->sustained_to_peak), format_rate(soak.audit->peak_per_s, "queries/s"),
                     soak.audit->peak_window_s(),
                     soak.audit->burst_only ? "; a burst only, too short to call it sustained" : "");
}

std::string burst_text(const SoakRecord& soak) {
  return soak.audit ? fmt::format("{} in the first {:.3g} s", format_rate(soak.audit->burst_per_s, "queries/s"),
                                  soak.audit->burst_window_s())
                    : no_audit(soak);
}

bool burst_was_not_kept(const SoakRecord& soak) { return soak.audit && !soak.audit->is_stable(); }

std::string time_to_throttle_sentence(const SoakRecord& soak) {
  if (!soak.audit) {
    return no_audit(soak);
  }
  if (const auto& begin = soak.audit->time_to_throttle_s) {
    const auto drop = std::ranges::find(soak.audit->drops, *begin, &ThroughputDrop::begin_s);
    const bool known = drop != soak.audit->drops.end() && drop->clock_drop;
    return fmt::format("after {} the throughput fell and the clock with it{}", format_duration(*begin),
                       known ? fmt::format(" (by {})", format_percent(*drop->clock_drop)) : "");
  }
  if (!has_clock(soak)) {
    return "cannot be said: the clock was not measured";
  }
  return "none seen: no drop of the throughput by 5 % with the clock down by 3 %";
}

std::string throttle_flag_sentence(const SoakRecord& soak) {
  std::size_t known = 0;
  std::size_t set = 0;
  double first_s = 0.0;
  for (const SoakPoint& point : soak.points) {
    known += point.throttle_flag.has_value() ? 1U : 0U;
    if (point.throttle_flag.value_or(false)) {
      first_s = set == 0 ? point.t_s : first_s;
      ++set;
    }
  }
  if (known == 0) {
    return "";
  }
  return set == 0 ? fmt::format("never set in {}", counted(known, "point", "points"))
                  : fmt::format("set in {} of {}, first after {}", format_count(set), counted(known, "point", "points"),
                                format_duration(first_s));
}

std::string steady_sentence(const SoakRecord& soak) {
  if (!soak.audit) {
    return no_audit(soak);
  }
  const SteadyState& steady = soak.audit->steady;
  if (steady.kind == SteadyKind::none || !soak.audit->warm_up_s) {
    return fmt::format("no steady state{}{}", steady.reason.empty() ? "" : ": ", steady.reason);
  }
  const std::string level = format_rate(steady.mean, "queries/s");
  if (steady.kind == SteadyKind::flat) {
    return fmt::format("steady from the start, at {}", level);
  }
  return fmt::format("steady after {} of {}, at {}; no point was left out", format_duration(*soak.audit->warm_up_s),
                     name_of(steady.kind), level);
}

std::string energy_sentence(const EnergyRecord& energy, Charset charset) {
  std::string text =
      fmt::format("{}: {} in {}, {} on average", energy.boundary, format_quantity(energy.energy_j, "J", charset),
                  format_duration(energy.duration_s, charset), format_quantity(energy.mean_power_w, "W", charset));
  text += energy.idle_power_w ? fmt::format(" ({} idle before)", format_quantity(*energy.idle_power_w, "W", charset))
                              : " (idle power not measured)";
  if (energy.energy_per_query_j) {
    text += fmt::format(", {} a query", format_quantity(*energy.energy_per_query_j, "J", charset));
  }
  if (energy.queries_per_j) {
    text += fmt::format(", {}", format_quantity(*energy.queries_per_j, "queries/J", charset));
  }
  return text;
}

std::string no_energy_sentence(const SoakRecord& soak) {
  if (!soak.energy.empty()) {
    return "";
  }
  return fmt::format("not measured ({})", soak.no_energy.empty() ? "the result file gives no reason" : soak.no_energy);
}

std::string watch_sentence(const SoakRecord& soak) {
  const SoakWatch& watch = soak.watch;
  std::string text = watch.own_cpu_share ? fmt::format("{} of one core taken by the sampling itself",
                                                       format_percent(*watch.own_cpu_share))
                                         : "what the sampling itself took was not measured";
  text += watch.clock_cpus.empty() ? "; clock of no core probed"
                                   : fmt::format("; clock probed on CPU {}", fmt::join(watch.clock_cpus, ", "));
  if (watch.missed_count > 0) {
    text += fmt::format("; {} without a sample", counted(watch.missed_count, "period", "periods"));
  }
  if (watch.no_room_count > 0) {
    text += fmt::format("; {} after its room was full", counted(watch.no_room_count, "period", "periods"));
  }
  for (const std::string& departure : watch.departures) {
    text += fmt::format("; {}", departure);
  }
  return text;
}

std::string reading_text(const std::string& quantity, double value, Charset charset) {
  if (quantity.ends_with("_c")) {
    return fmt::format("{:.1f} {}", value, charset == Charset::utf8 ? "°C" : "C");
  }
  for (const auto& [ending, unit] :
       std::array<std::pair<std::string_view, std::string_view>, 3>{{{"_w", "W"}, {"_j", "J"}, {"_hz", "Hz"}}}) {
    if (quantity.ends_with(ending)) {
      return format_quantity(value, unit, charset);
    }
  }
  return fmt::format("{:.6g}", value);
}

std::optional<ReadingRange> range_of(std::span<const std::optional<double>> values) {
  std::optional<ReadingRange> range;
  for (const auto& value : values) {
    if (value) {
      range = range ? ReadingRange{std::min(range->lowest, *value), std::max(range->highest, *value)}
                    : ReadingRange{*value, *value};
    }
  }
  return range;
}

}  // namespace assay
