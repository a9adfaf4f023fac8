#include "analysis/soak_json.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "analysis/json_values.hpp"

namespace assay {
namespace {

using nlohmann::ordered_json;

/// The columns of the points that any host may lack, in the order of the file.
constexpr std::array<std::pair<const char*, std::optional<double> SoakPoint::*>, 8> kColumns{
    {{"p50_s", &SoakPoint::p50_s},
     {"p99_s", &SoakPoint::p99_s},
     {"clock_hz", &SoakPoint::clock_hz},
     {"steal_share", &SoakPoint::steal_share},
     {"foreign_share", &SoakPoint::foreign_share},
     {"involuntary_switches_per_s", &SoakPoint::involuntary_switches_per_s},
     {"temperature_c", &SoakPoint::temperature_c},
     {"power_w", &SoakPoint::power_w}}};

ordered_json numbers_json(const std::vector<std::optional<double>>& values) {
  ordered_json list = ordered_json::array();
  for (const auto& value : values) {
    list.push_back(json_number(value));
  }
  return list;
}

std::vector<std::optional<double>> read_numbers(const Field& field, std::size_t count) {
  const auto elements = field.elements();
  if (elements.size() != count) {
    field.fail(fmt::format("{} values, one a point", count));
  }
  std::vector<std::optional<double>> values;
  values.reserve(count);
  for (const Field& element : elements) {
    values.push_back(element.optional_number());
  }
  return values;
}

ordered_json points_json(const std::vector<SoakPoint>& points) {
  ordered_json times = ordered_json::array();
  ordered_json rates = ordered_json::array();
  ordered_json flags = ordered_json::array();
  for (const SoakPoint& point : points) {
    times.push_back(json_number(point.t_s));
    rates.push_back(json_number(point.throughput_per_s));
    flags.push_back(point.throttle_flag ? ordered_json(*point.throttle_flag) : ordered_json(nullptr));
  }
  ordered_json out{{"t_s", times}, {"throughput_per_s", rates}};
  for (const auto& [name, column] : kColumns) {
    std::vector<std::optional<double>> values;
    values.reserve(points.size());
    for (const SoakPoint& point : points) {
      values.push_back(point.*column);
    }
    out[name] = numbers_json(values);
  }
  out["throttle_flag"] = flags;
  return out;
}

std::vector<SoakPoint> read_points(const Field& field) {
  const auto times = field.member("t_s").elements();
  const auto rates = read_numbers(field.member("throughput_per_s"), times.size());
  const auto flags = field.member("throttle_flag").elements();
  if (flags.size() != times.size()) {
    field.member("throttle_flag").fail(fmt::format("{} values, one a point", times.size()));
  }
  std::vector<SoakPoint> points(times.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    points[i].t_s = times[i].non_negative();
    if (!rates[i] || *rates[i] < 0.0) {
      field.member("throughput_per_s").fail("rates of at least 0");
    }
    points[i].throughput_per_s = *rates[i];
    points[i].throttle_flag = flags[i].absent() ? std::nullopt : std::optional(flags[i].boolean());
  }
  for (const auto& [name, column] : kColumns) {
    const auto values = read_numbers(field.member(name), points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      points[i].*column = values[i];
    }
  }
  return points;
}

ordered_json segment_json(const Segment& segment) {
  return {{"begin", segment.begin},
          {"end", segment.end},
          {"mean_per_s", json_number(segment.mean)},
          {"standard_deviation_per_s", json_number(segment.standard_deviation)}};
}

Segment read_segment(const Field& field, std::size_t point_count) {
  Segment segment{.begin = field.member("begin").count(),
                  .end = field.member("end").count(),
                  .mean = field.member("mean_per_s").non_negative(),
                  .standard_deviation = field.member("standard_deviation_per_s").non_negative()};
  if (segment.begin >= segment.end || segment.end > point_count) {
    field.fail(fmt::format("points from begin to before end, of {}", point_count));
  }
  return segment;
}

ordered_json steady_json(const SteadyState& steady) {
  return {{"kind", name_of(steady.kind)},
          {"begin", steady.begin ? ordered_json(*steady.begin) : ordered_json(nullptr)},
          {"mean_per_s", json_number(steady.mean)},
          {"reason", json_text_or_null(steady.reason)}};
}

SteadyState read_steady(const Field& field, std::size_t point_count) {
  const Field kind = field.member("kind");
  SteadyState steady{.mean = field.member("mean_per_s").non_negative(),
                     .reason = field.member("reason").text_or_empty()};
  const auto known = steady_kind_from(kind.text());
  if (!known) {
    kind.fail("\"flat\", \"warm-up\", \"slow-down\" or \"no steady state\"");
  }
  steady.kind = *known;
  if (const auto begin = field.member("begin").optional_count()) {
    if (*begin >= point_count) {
      field.member("begin").fail(fmt::format("a point of {}", point_count));
    }
    steady.begin = *begin;
  }
  return steady;
}

ordered_json audit_json(const SustainedAudit& audit, const std::vector<EstimateRecord>& loop_p99_s) {
  ordered_json loops = ordered_json::array();
  for (std::size_t i = 0; i < audit.loops.size(); ++i) {
    const SoakLoop& loop = audit.loops[i];
    loops.push_back({{"begin_s", json_number(loop.begin_s)},
                     {"end_s", json_number(loop.end_s)},
                     {"throughput_per_s", json_number(loop.throughput_per_s)},
                     {"p99_of_points_s", json_number(loop.p99_s)},
                     {"p99", i < loop_p99_s.size() ? estimate_json(loop_p99_s[i], "_s") : ordered_json(nullptr)}});
  }
  ordered_json segments = ordered_json::array();
  for (const Segment& segment : audit.segments) {
    segments.push_back(segment_json(segment));
  }
  ordered_json drops = ordered_json::array();
  for (const ThroughputDrop& drop : audit.drops) {
    drops.push_back({{"before", segment_json(drop.before)},
                     {"during", segment_json(drop.during)},
                     {"begin_s", json_number(drop.begin_s)},
                     {"drop_share", json_number(drop.drop)},
                     {"clock_drop_share", json_number(drop.clock_drop)}});
  }
  return {{"duration_s", json_number(audit.duration_s)},
          {"burst_only", audit.burst_only},
          {"stability_share", json_number(audit.stability)},
          {"sustained_to_peak_share", json_number(audit.sustained_to_peak)},
          {"burst_per_s", json_number(audit.burst_per_s)},
          {"peak_per_s", json_number(audit.peak_per_s)},
          {"sustained_per_s", json_number(audit.sustained_per_s)},
          {"steady", steady_json(audit.steady)},
          {"warm_up_s", json_number(audit.warm_up_s)},
          {"time_to_throttle_s", json_number(audit.time_to_throttle_s)},
          {"loops", loops},
          {"segments", segments},
          {"drops", drops}};
}

void read_audit(const Field& field, SoakRecord& soak) {
  const std::size_t count = soak.points.size();
  SustainedAudit audit{.duration_s = field.member("duration_s").non_negative(),
                       .burst_only = field.member("burst_only").boolean(),
                       .stability = field.member("stability_share").non_negative(),
                       .sustained_to_peak = field.member("sustained_to_peak_share").non_negative(),
                       .burst_per_s = field.member("burst_per_s").non_negative(),
                       .peak_per_s = field.member("peak_per_s").non_negative(),
                       .sustained_per_s = field.member("sustained_per_s").non_negative(),
                       .steady = read_steady(field.member("steady"), count),
                       .warm_up_s = field.member("warm_up_s").optional_number(),
                       .time_to_throttle_s = field.member("time_to_throttle_s").optional_number()};
  for (const Field& loop : field.member("loops").elements()) {
    audit.loops.push_back({.begin_s = loop.member("begin_s").non_negative(),
                           .end_s = loop.member("end_s").non_negative(),
                           .throughput_per_s = loop.member("throughput_per_s").non_negative(),
                           .p99_s = loop.member("p99_of_points_s").optional_number()});
    const Field p99 = loop.member("p99");
    if (!p99.absent()) {
      soak.loop_p99_s.push_back(read_estimate(p99, "_s"));
    }
  }
  if (!soak.loop_p99_s.empty() && soak.loop_p99_s.size() != audit.loops.size()) {
    field.member("loops").fail("a p99 in each loop, or in none");
  }
  for (const Field& segment : field.member("segments").elements()) {
    audit.segments.push_back(read_segment(segment, count));
  }
  for (const Field& drop : field.member("drops").elements()) {
    audit.drops.push_back({.before = read_segment(drop.member("before"), count),
                           .during = read_segment(drop.member("during"), count),
                           .begin_s = drop.member("begin_s").non_negative(),
                           .drop = drop.member("drop_share").number(),
                           .clock_drop = drop.member("clock_drop_share").optional_number()});
  }
  soak.audit = std::move(audit);
}

ordered_json energy_json(const std::vector<EnergyRecord>& energy) {
  ordered_json list = ordered_json::array();
  for (const EnergyRecord& one : energy) {
    list.push_back({{"boundary", one.boundary},
                    {"energy_j", json_number(one.energy_j)},
                    {"duration_s", json_number(one.duration_s)},
                    {"mean_power_w", json_number(one.mean_power_w)},
                    {"idle_power_w", json_number(one.idle_power_w)},
                    {"energy_per_query_j", json_number(one.energy_per_query_j)},
                    {"queries_per_j", json_number(one.queries_per_j)}});
  }
  return list;
}

std::vector<EnergyRecord> read_energy(const Field& field) {
  std::vector<EnergyRecord> energy;
  for (const Field& one : field.elements()) {
    energy.push_back({.boundary = one.member("boundary").text(),
                      .energy_j = one.member("energy_j").non_negative(),
                      .duration_s = one.member("duration_s").non_negative(),
                      .mean_power_w = one.member("mean_power_w").non_negative(),
                      .idle_power_w = one.member("idle_power_w").optional_number(),
                      .energy_per_query_j = one.member("energy_per_query_j").optional_number(),
                      .queries_per_j = one.member("queries_per_j").optional_number()});
  }
  return energy;
}

ordered_json watch_json(const SoakWatch& watch) {
  return {{"clock_cpus", watch.clock_cpus},
          {"own_cpu_share", json_number(watch.own_cpu_share)},
          {"missed_count", watch.missed_count},
          {"no_room_count", watch.no_room_count},
          {"temperature_of", json_text_or_null(watch.temperature_of)},
          {"power_of", json_text_or_null(watch.power_of)},
          {"departures", watch.departures}};
}

SoakWatch read_watch(const Field& field) {
  return {.clock_cpus = field.member("clock_cpus").small_integers(),
          .own_cpu_share = field.member("own_cpu_share").optional_number(),
          .missed_count = field.member("missed_count").count(),
          .no_room_count = field.member("no_room_count").count(),
          .temperature_of = field.member("temperature_of").text_or_empty(),
          .power_of = field.member("power_of").text_or_empty(),
          .departures = field.member("departures").texts()};
}

ordered_json sensors_json(const SoakRecord& soak) {
  ordered_json list = ordered_json::array();
  for (const SensorRecord& sensor : soak.sensors) {
    list.push_back({{"name", sensor.name},
                    {"quantity", sensor.quantity},
                    {"source", sensor.source},
                    {"trip_c", json_number(sensor.trip_c)},
                    {"values", numbers_json(sensor.values)}});
  }
  return list;
}

ordered_json absences_json(const SoakRecord& soak) {
  ordered_json list = ordered_json::array();
  for (const SensorAbsenceRecord& absence : soak.absences) {
    list.push_back({{"kind", absence.kind}, {"reason", absence.reason}});
  }
  return list;
}

void read_sensors(const Field& field, SoakRecord& soak) {
  for (const Field& sensor : field.member("sensors").elements()) {
    soak.sensors.push_back({.name = sensor.member("name").text(),
                            .quantity = sensor.member("quantity").text(),
                            .source = sensor.member("source").text(),
                            .trip_c = sensor.member("trip_c").optional_number(),
                            .values = read_numbers(sensor.member("values"), soak.points.size())});
  }
  for (const Field& absence : field.member("absences").elements()) {
    soak.absences.push_back({.kind = absence.member("kind").text(), .reason = absence.member("reason").text()});
  }
}

}  // namespace

ordered_json soak_json(const std::optional<SoakRecord>& soak) {
  if (!soak) {
    return nullptr;
  }
  return {{"period_s", json_number(soak->period_s)},
          {"ambient_c", json_number(soak->ambient_c)},
          {"verdict", {{"cause", name_of(soak->verdict.cause)}, {"evidence", soak->verdict.evidence}}},
          {"audit", soak->audit ? audit_json(*soak->audit, soak->loop_p99_s) : ordered_json(nullptr)},
          {"no_audit", json_text_or_null(soak->no_audit)},
          {"trip_temperature_c", json_number(soak->trip_temperature_c)},
          {"left_out_s", json_number(soak->left_out_s)},
          {"points", points_json(soak->points)},
          {"energy", energy_json(soak->energy)},
          {"no_energy", json_text_or_null(soak->no_energy)},
          {"sensors", sensors_json(*soak)},
          {"absences", absences_json(*soak)},
          {"watch", watch_json(soak->watch)}};
}

std::optional<SoakRecord> read_soak(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  SoakRecord soak{.period_s = field.member("period_s").non_negative(),
                  .ambient_c = field.member("ambient_c").optional_number(),
                  .points = read_points(field.member("points")),
                  .left_out_s = field.member("left_out_s").non_negative(),
                  .trip_temperature_c = field.member("trip_temperature_c").optional_number(),
                  .no_audit = field.member("no_audit").text_or_empty(),
                  .energy = read_energy(field.member("energy")),
                  .no_energy = field.member("no_energy").text_or_empty(),
                  .watch = read_watch(field.member("watch"))};
  if (const Field audit = field.member("audit"); !audit.absent()) {
    read_audit(audit, soak);
  }
  const Field verdict = field.member("verdict");
  const auto cause = sustained_cause_from(verdict.member("cause").text());
  if (!cause) {
    verdict.member("cause").fail("the name of a verdict, e.g. \"STABLE\"");
  }
  soak.verdict = {.cause = *cause, .evidence = verdict.member("evidence").texts()};
  read_sensors(field, soak);
  return soak;
}

}  // namespace assay
