#include "analysis/interference_json.hpp"

#include <nlohmann/json.hpp>

#include "analysis/json_values.hpp"

namespace assay {

using nlohmann::ordered_json;

ordered_json interference_json(const std::vector<DoseRecord>& doses) {
  if (doses.empty()) {
    return nullptr;
  }
  ordered_json list = ordered_json::array();
  for (const DoseRecord& dose : doses) {
    list.push_back({{"knob", dose.knob},
                    {"unit", dose.unit},
                    {"requested", json_number(dose.requested)},
                    {"achieved", json_number(dose.achieved)},
                    {"achieved_alone", json_number(dose.achieved_alone)},
                    {"cpu_share", json_number(dose.cpu_share)},
                    {"length_requested_s", json_number(dose.length_requested_s)},
                    {"length_p50_s", json_number(dose.length_p50_s)},
                    {"length_p99_s", json_number(dose.length_p99_s)},
                    {"cpus", dose.cpus},
                    {"source", dose.source},
                    {"scheduling", dose.scheduling},
                    {"delivered", dose.delivered},
                    {"reason", json_text_or_null(dose.reason)}});
  }
  return {{"doses", list}};
}

namespace {

/// A stream that was to take all that it gets was asked for no rate: "memory" and "pcie".
double requested_of(const Field& dose) {
  const bool all = dose.member("unit").text() == "bytes/s" && dose.member("requested").absent();
  return all ? SystemLimits::kAllItGets : dose.member("requested").non_negative();
}

}  // namespace

std::vector<DoseRecord> read_interference(const Field& field) {
  std::vector<DoseRecord> doses;
  if (field.absent()) {
    return doses;
  }
  for (const Field& dose : field.member("doses").elements()) {
    doses.push_back({.knob = dose.member("knob").text(),
                     .unit = dose.member("unit").text(),
                     .requested = requested_of(dose),
                     .achieved = dose.member("achieved").optional_number(),
                     .achieved_alone = dose.member("achieved_alone").optional_number(),
                     .cpu_share = dose.member("cpu_share").optional_number(),
                     .length_requested_s = dose.member("length_requested_s").optional_number(),
                     .length_p50_s = dose.member("length_p50_s").optional_number(),
                     .length_p99_s = dose.member("length_p99_s").optional_number(),
                     .cpus = dose.member("cpus").small_integers(),
                     .source = dose.member("source").text(),
                     .scheduling = dose.member("scheduling").text(),
                     .delivered = dose.member("delivered").boolean(),
                     .reason = dose.member("reason").text_or_empty()});
  }
  return doses;
}

ordered_json interference_request_json(const std::vector<DoseRecord>& doses) {
  if (doses.empty()) {
    return nullptr;
  }
  ordered_json list = ordered_json::array();
  for (const DoseRecord& dose : doses) {
    list.push_back({{"knob", dose.knob},
                    {"requested", json_number(dose.requested)},
                    {"length_requested_s", json_number(dose.length_requested_s)},
                    {"source", dose.source},
                    {"scheduling", dose.scheduling}});
  }
  return list;
}

}  // namespace assay
