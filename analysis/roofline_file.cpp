#include "analysis/roofline_file.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "analysis/interference_json.hpp"
#include "analysis/json_values.hpp"
#include "analysis/machine_json.hpp"
#include "analysis/roofline_derived_json.hpp"
#include "analysis/roofline_file_names.hpp"
#include "analysis/run_file.hpp"
#include "analysis/run_file_pretty.hpp"
#include "analysis/tool_json.hpp"
#include "analysis/untrusted_json.hpp"

namespace assay {
namespace {

using nlohmann::ordered_json;

/// One array a member: a tenth of the size of an object for each sample, and what a plotting program wants.
ordered_json samples_json(const std::vector<RooflineSample>& samples) {
  ordered_json rounds = ordered_json::array();
  ordered_json times = ordered_json::array();
  ordered_json clocks = ordered_json::array();
  ordered_json injected = ordered_json::array();
  ordered_json contamination = ordered_json::array();
  for (const RooflineSample& sample : samples) {
    rounds.push_back(sample.round);
    times.push_back(json_number(sample.seconds_per_iteration));
    clocks.push_back(json_number(sample.clock_hz));
    injected.push_back(json_number(sample.injected_bytes_per_s));
    contamination.push_back(index_of(sample.contamination));
  }
  const bool any_injected =
      std::any_of(samples.begin(), samples.end(), [](const auto& s) { return s.injected_bytes_per_s.has_value(); });
  return {{"round", std::move(rounds)},
          {"seconds_per_iteration", std::move(times)},
          {"clock_hz", std::move(clocks)},
          {"injected_bytes_per_s", any_injected ? std::move(injected) : ordered_json(nullptr)},
          {"contamination", std::move(contamination)}};
}

ordered_json counters_json(const std::vector<CounterReading>& counters) {
  ordered_json out = ordered_json::array();
  for (const CounterReading& counter : counters) {
    out.push_back({{"event", name_of(counter.event)},
                   {"value", counter.value ? ordered_json(*counter.value) : ordered_json(nullptr)},
                   {"reason", json_text_or_null(counter.value.reason())},
                   {"source", json_text_or_null(counter.source)}});
  }
  return out;
}

ordered_json subject_json(const RooflineSubject& s) {
  ordered_json parameters = ordered_json::object();
  for (const auto& [key, value] : s.parameters) {
    parameters[key] = json_parameter(value);
  }
  return {{"id", s.id},
          {"kind", name_of(s.kind)},
          {"kernel", s.kernel},
          {"version", s.kernel_version},
          {"params", std::move(parameters)},
          {"level", json_text_or_null(s.level)},
          {"isa", json_text_or_null(s.isa)},
          {"dtype", json_text_or_null(s.dtype)},
          {"mix", json_text_or_null(s.mix)},
          {"pages", json_text_or_null(s.pages)},
          {"cpus", s.cpus},
          {"working_set_bytes", s.working_set_bytes},
          {"work_unit", s.work_unit},
          {"work_per_iteration", json_number(s.work_per_iteration)},
          {"traffic_bytes_per_iteration", json_number(s.traffic_bytes_per_iteration)},
          {"bus_bytes_per_iteration", json_number(s.bus_bytes_per_iteration)},
          {"work_source", name_of(s.work_source)},
          {"bytes_source", name_of(s.bytes_source)},
          {"work_per_cycle_limit", json_number(s.work_per_cycle_limit)},
          {"bytes_per_cycle_limit", json_number(s.bytes_per_cycle_limit)},
          {"check", json_text_or_null(s.output_check)},
          {"stopped_by", json_text_or_null(s.stopped_by)},
          {"unavailable", json_text_or_null(s.unavailable)},
          {"samples", samples_json(s.samples)},
          {"counters", counters_json(s.counters)},
          {"counted_iterations", s.counted_iterations}};
}

ordered_json rounds_json(const std::vector<RoundConditions>& rounds) {
  ordered_json out = ordered_json::array();
  for (const RoundConditions& round : rounds) {
    out.push_back({{"round", round.round},
                   {"begin_s", json_number(round.begin_s)},
                   {"end_s", json_number(round.end_s)},
                   {"steal_share", json_number(round.steal_share)},
                   {"foreign_cpu_share", json_number(round.foreign_cpu_share)},
                   {"cpu_pressure_share", json_number(round.cpu_pressure_share)}});
  }
  return out;
}

ordered_json levels_json(const std::vector<MemoryLevel>& levels) {
  ordered_json out = ordered_json::array();
  for (const MemoryLevel& level : levels) {
    out.push_back({{"name", level.name},
                   {"reported_bytes", json_count(level.reported_bytes)},
                   {"measured_bytes", json_count(level.measured_bytes)},
                   {"working_set_bytes", level.working_set_bytes},
                   {"note", json_text_or_null(level.note)}});
  }
  return out;
}

/// Why readings that may be null are null, where no member beside them says so.
ordered_json not_available_json(const RooflineMeasurement& m) {
  ordered_json reasons = ordered_json::object();
  const auto note = [&](const char* path, bool absent, const char* reason) {
    if (absent) {
      reasons[path] = reason;
    }
  };
  const auto any_round = [&](const auto& member) {
    return std::any_of(m.rounds.begin(), m.rounds.end(), [&](const RoundConditions& r) { return !(r.*member); });
  };
  note("rounds.steal_share", any_round(&RoundConditions::steal_share), "this host does not show it");
  note("rounds.foreign_cpu_share", any_round(&RoundConditions::foreign_cpu_share), "this host does not show it");
  note("rounds.cpu_pressure_share", any_round(&RoundConditions::cpu_pressure_share),
       "this kernel has no pressure information");
  const auto lacks_clock = [](const RooflineSubject& s) {
    return std::any_of(s.samples.begin(), s.samples.end(), [](const RooflineSample& x) { return !x.clock_hz; });
  };
  note("subjects.samples.clock_hz", std::any_of(m.subjects.begin(), m.subjects.end(), lacks_clock),
       "no clock was measured beside this sample");
  return reasons;
}

ordered_json document_json(const RooflineMeasurement& m, const Roofline& roofline, std::span<const PlacedDot> dots) {
  ordered_json subjects = ordered_json::array();
  for (const RooflineSubject& subject : m.subjects) {
    subjects.push_back(subject_json(subject));
  }
  ordered_json document{
      {"schema", kRooflineSchema},
      {"id", m.id},
      {"created", m.created},
      {"tool", tool_json(m.tool, kBuildOfMeasurement)},
      {"plan", {{"sample_s", json_number(m.sample_s)}, {"pause_s", json_number(m.pause_s)}, {"seed", m.seed}}},
      {"duration_s", json_number(m.duration_s)},
      {"interrupted", m.interrupted},
      {"nominal_clock_hz", json_number(m.nominal_clock_hz)},
      {"nominal_clock_source", json_text_or_null(m.nominal_clock_source)},
      {"machine", machine_json(m.machine, m.machine_identity)},
      {"conditions", conditions_json(m.conditions)},
      {"rounds", rounds_json(m.rounds)},
      {"levels", levels_json(m.levels)},
      {"contamination_kinds", contamination_names()},
      {"subjects", std::move(subjects)},
      {"warnings", m.warnings},
      {"not_available", not_available_json(m)},
      {"derived", derived_json(m, roofline, dots)}};
  if (m.limits.any()) {  // only then: a file of a machine as it is keeps the members that it always had
    document["limits"] = limits_json(m.limits);
    document["interference"] = interference_json(m.interference);
  }
  return document;
}

}  // namespace

std::string roofline_json(const RooflineMeasurement& measurement, const Roofline& roofline,
                          std::span<const PlacedDot> dots) {
  ordered_json out = document_json(measurement, roofline, dots);
  // Through the text, so that the hash is that of what a reader sees (invalid UTF-8 is replaced in it).
  out["hash"] = content_hash(pretty_json(out));
  return pretty_json(out);
}

RooflineMeasurement read_roofline_file(const std::filesystem::path& path) {
  return roofline_from_json(read_untrusted_file(path), path.string());
}

std::string roofline_file_name(const RooflineMeasurement& measurement) {
  return result_file_stem(measurement.created,
                          {"roofline", measurement.machine_identity.label, limits_file_word(measurement.limits)},
                          measurement.id) +
         ".roofline.json";
}

}  // namespace assay
