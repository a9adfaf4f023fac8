#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "analysis/interference_json.hpp"
#include "analysis/machine_json.hpp"
#include "analysis/roofline_file.hpp"
#include "analysis/roofline_file_names.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/tool_json.hpp"
#include "analysis/untrusted_json.hpp"

namespace assay {
namespace {

/// The enumerator that a text names, by one of the functions of roofline_file_names.hpp.
template <class From>
auto read_name(const Field& field, const From& from, const char* expected) {
  const auto value = from(field.text());
  if (!value) {
    field.fail(expected);
  }
  return *value;
}

std::uint32_t read_round(const Field& field) {
  const std::uint64_t round = field.count();
  if (round > std::numeric_limits<std::uint32_t>::max()) {
    field.fail("the number of a round");
  }
  return static_cast<std::uint32_t>(round);
}

std::vector<RooflineSample> read_samples(const Field& field, const std::vector<Contamination>& kinds) {
  const auto rounds = field.member("round").elements();
  const auto times = field.member("seconds_per_iteration").elements();
  const auto clocks = field.member("clock_hz").elements();
  const auto contamination = field.member("contamination").elements();
  const Field injected_field = field.member("injected_bytes_per_s");
  const auto injected = injected_field.absent() ? std::vector<Field>{} : injected_field.elements();
  const std::size_t n = rounds.size();
  if (times.size() != n || clocks.size() != n || contamination.size() != n ||
      (!injected_field.absent() && injected.size() != n)) {
    field.fail("arrays of equal length");
  }
  std::vector<RooflineSample> samples;
  samples.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t kind = contamination[i].count();
    if (kind >= kinds.size()) {
      contamination[i].fail("an index of contamination_kinds");
    }
    samples.push_back({.round = read_round(rounds[i]),
                       .seconds_per_iteration = times[i].non_negative(),
                       .clock_hz = clocks[i].optional_number(),
                       .injected_bytes_per_s = injected.empty() ? std::nullopt : injected[i].optional_number(),
                       .contamination = kinds[kind]});
  }
  return samples;
}

std::vector<CounterReading> read_counters(const Field& field) {
  std::vector<CounterReading> counters;
  for (const Field& counter : field.elements()) {
    const std::optional<std::uint64_t> value = counter.member("value").optional_count();
    const Unavailable absence{counter.member("reason").text_or_empty()};
    counters.push_back({.event = read_name(counter.member("event"), counter_event_from, "the name of a counter"),
                        .value = value ? Reading<std::uint64_t>(*value) : Reading<std::uint64_t>(absence),
                        .source = counter.member("source").text_or_empty()});
  }
  return counters;
}

RooflineSubject read_subject(const Field& field, const std::vector<Contamination>& kinds) {
  RooflineSubject s;
  s.id = field.member("id").text();
  s.kind = read_name(field.member("kind"), subject_kind_from, "the kind of a subject");
  s.kernel = field.member("kernel").text();
  s.kernel_version = field.member("version").small_integer();
  for (const auto& [key, value] : field.member("params").members()) {
    s.parameters[key] = value.is_text() ? value.text() : value.compact();
  }
  s.level = field.member("level").text_or_empty();
  s.isa = field.member("isa").text_or_empty();
  s.dtype = field.member("dtype").text_or_empty();
  s.mix = field.member("mix").text_or_empty();
  s.pages = field.member("pages").text_or_empty();
  s.cpus = field.member("cpus").small_integers();
  s.working_set_bytes = field.member("working_set_bytes").count();
  const Field work_unit = field.member("work_unit");
  s.work_unit = work_unit.text();
  if (s.work_unit != "flop" && s.work_unit != "op" && s.work_unit != "access") {
    work_unit.fail("\"flop\", \"op\" or \"access\"");
  }
  s.work_per_iteration = field.member("work_per_iteration").non_negative();
  s.traffic_bytes_per_iteration = field.member("traffic_bytes_per_iteration").non_negative();
  s.bus_bytes_per_iteration = field.member("bus_bytes_per_iteration").non_negative();
  const char* const source = "\"counted\", \"measured\" or \"modelled\"";
  s.work_source = read_name(field.member("work_source"), figures_source_from, source);
  s.bytes_source = read_name(field.member("bytes_source"), figures_source_from, source);
  s.work_per_cycle_limit = field.member("work_per_cycle_limit").optional_number();
  s.bytes_per_cycle_limit = field.member("bytes_per_cycle_limit").optional_number();
  s.output_check = field.member("check").text_or_empty();
  s.stopped_by = field.member("stopped_by").text_or_empty();
  s.unavailable = field.member("unavailable").text_or_empty();
  s.samples = read_samples(field.member("samples"), kinds);
  s.counters = read_counters(field.member("counters"));
  s.counted_iterations = field.member("counted_iterations").count();
  return s;
}

void read_rounds_and_levels(const Field& root, RooflineMeasurement& m) {
  for (const Field& round : root.member("rounds").elements()) {
    m.rounds.push_back({.round = read_round(round.member("round")),
                        .begin_s = round.member("begin_s").number(),
                        .end_s = round.member("end_s").number(),
                        .steal_share = round.member("steal_share").optional_number(),
                        .foreign_cpu_share = round.member("foreign_cpu_share").optional_number(),
                        .cpu_pressure_share = round.member("cpu_pressure_share").optional_number()});
  }
  for (const Field& level : root.member("levels").elements()) {
    m.levels.push_back({.name = level.member("name").text(),
                        .reported_bytes = level.member("reported_bytes").optional_count(),
                        .measured_bytes = level.member("measured_bytes").optional_count(),
                        .working_set_bytes = level.member("working_set_bytes").count(),
                        .note = level.member("note").text_or_empty()});
  }
}

RooflineMeasurement read_document(const Field& root) {
  const Field schema = root.member("schema");
  if (schema.text() != kRooflineSchema) {
    schema.fail(fmt::format("\"{}\" (this program reads only that major version)", kRooflineSchema));
  }
  RooflineMeasurement m;
  m.id = root.member("id").text();
  m.created = root.member("created").text();
  m.tool = read_tool(root.member("tool"), kBuildOfMeasurement);
  const Field plan = root.member("plan");
  m.sample_s = plan.member("sample_s").non_negative();
  m.pause_s = plan.member("pause_s").non_negative();
  m.seed = plan.member("seed").count();
  m.duration_s = root.member("duration_s").non_negative();
  m.interrupted = root.member("interrupted").boolean();
  m.nominal_clock_hz = root.member("nominal_clock_hz").optional_number();
  m.nominal_clock_source = root.member("nominal_clock_source").text_or_empty();
  read_machine(root.member("machine"), m.machine, m.machine_identity);
  m.conditions = read_conditions(root.member("conditions"));
  read_rounds_and_levels(root, m);
  std::vector<Contamination> kinds;
  for (const Field& kind : root.member("contamination_kinds").elements()) {
    kinds.push_back(read_name(kind, contamination_from, "a kind of contamination"));
  }
  for (const Field& subject : root.member("subjects").elements()) {
    m.subjects.push_back(read_subject(subject, kinds));
  }
  m.limits = read_limits(root.member("limits"));
  m.interference = read_interference(root.member("interference"));
  m.warnings = root.member("warnings").texts();
  m.stored_hash = root.member("hash").text_or_empty();
  return m;
}

}  // namespace

RooflineMeasurement roofline_from_json(std::string_view text, std::string_view source_name) {
  const nlohmann::json root = parse_untrusted_json(text, source_name, "a roofline file");
  RooflineMeasurement measurement = read_document(Field(source_name, root));
  measurement.hash_matches = measurement.stored_hash == content_hash(text);
  return measurement;
}

}  // namespace assay
