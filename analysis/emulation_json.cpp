#include "analysis/emulation_json.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "analysis/json_values.hpp"

namespace assay {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::pair<const char*, double EnvelopeRecord::*>, 9> kNumbers{
    {{"ambient_c", &EnvelopeRecord::ambient_c},
     {"resistance_k_per_w", &EnvelopeRecord::resistance_k_per_w},
     {"time_constant_s", &EnvelopeRecord::time_constant_s},
     {"trip_c", &EnvelopeRecord::trip_c},
     {"idle_w", &EnvelopeRecord::idle_w},
     {"peak_w", &EnvelopeRecord::peak_w},
     {"hysteresis_k", &EnvelopeRecord::hysteresis_k},
     {"poll_period_s", &EnvelopeRecord::poll_period_s},
     {"time_compression", &EnvelopeRecord::time_compression}}};

constexpr std::array<std::pair<const char*, double EmulatedPoint::*>, 4> kColumns{
    {{"t_s", &EmulatedPoint::t_s},
     {"factor", &EmulatedPoint::factor},
     {"temperature_c", &EmulatedPoint::temperature_c},
     {"utilisation", &EmulatedPoint::utilisation}}};

std::string name_in(const Field& envelope) {
  const Field name = envelope.member("name");
  if (name.text().empty()) {  // it is what marks the run
    name.fail("a name");
  }
  return name.text();
}

std::vector<EmulatedPoint> read_trace(const Field& field) {
  std::vector<EmulatedPoint> trace(field.member("t_s").elements().size());
  for (const auto& [key, member] : kColumns) {
    const auto values = field.member(key).elements();
    if (values.size() != trace.size()) {
      field.fail("four arrays of equal length");
    }
    for (std::size_t i = 0; i < trace.size(); ++i) {
      trace[i].*member = values[i].number();
    }
  }
  return trace;
}

}  // namespace

ordered_json envelope_json(const EnvelopeRecord& record) {
  ordered_json envelope{{"name", record.name}, {"source", record.source}};
  for (const auto& [key, member] : kNumbers) {
    envelope[key] = json_number(record.*member);
  }
  envelope["steps"] = record.steps;
  return envelope;
}

ordered_json emulation_json(const std::optional<EnvelopeRecord>& record) {
  if (!record) {
    return nullptr;
  }
  ordered_json trace = ordered_json::object();
  for (const auto& [key, member] : kColumns) {
    ordered_json& column = trace[key] = ordered_json::array();
    for (const EmulatedPoint& point : record->trace) {
      column.push_back(json_number(point.*member));
    }
  }
  return {{"envelope", envelope_json(*record)}, {"trace", trace}, {"no_room_count", record->no_room_count}};
}

std::optional<EnvelopeRecord> read_emulation(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  const Field envelope = field.member("envelope");
  EnvelopeRecord record;
  record.name = name_in(envelope);
  record.source = envelope.member("source").text();
  for (const auto& [key, member] : kNumbers) {
    record.*member = envelope.member(key).number();
  }
  for (const Field& step : envelope.member("steps").elements()) {
    record.steps.push_back(step.number());
  }
  record.trace = read_trace(field.member("trace"));
  record.no_room_count = field.member("no_room_count").count();
  return record;
}

}  // namespace assay
