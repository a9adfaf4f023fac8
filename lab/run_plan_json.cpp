#include "lab/run_plan_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/format.hpp"
#include "loadgen/loadable_sets.hpp"
#include "loadgen/query_plan.hpp"
#include "scenarios/thermal_envelope.hpp"
#include "scenarios/workload.hpp"

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kShown = 1000;

/// The first set's plan and what is known of it beforehand.
struct PlanView {
  LoadableSet set;
  std::size_t set_count = 0;
  std::optional<std::uint64_t> query_count;
  std::optional<std::uint64_t> samples_per_query;
  std::vector<std::int64_t> scheduled_ns;  ///< empty in a closed loop
  std::vector<QuerySampleIndex> sample_indices;
};

/// Offline's one query is sized by the warm-up, unless the rate was given.
bool size_known(const RunRequest& request) {
  return request.settings.scenario != Scenario::offline || request.offline_rate ||
         request.settings.mode == TestMode::accuracy || request.settings.selection == SampleSelection::unique;
}

PlanView view_of(const RunRequest& request) {
  const TestSettings& settings = request.settings;
  const std::uint64_t total = library_size(request.workload);
  const auto sets = make_loadable_sets(settings, total, total);
  QueryPlan plan = make_query_plan(settings, sets.front());
  PlanView view{.set = plan.set, .set_count = sets.size(), .query_count = plan.query_count};
  std::uint64_t shown = kShown;
  if (settings.scenario == Scenario::offline) {
    if (size_known(request)) {
      view.samples_per_query = plan.samples_per_query;
      shown = std::min(shown, plan.samples_per_query);
    }
    view.sample_indices.resize(shown);
    plan.sequence->next_query(view.sample_indices);
    view.scheduled_ns.push_back(0);
    return view;
  }
  view.samples_per_query = plan.samples_per_query;
  const std::uint64_t queries = std::min(kShown, plan.query_count.value_or(kShown));
  std::vector<QuerySampleIndex> query(plan.samples_per_query);
  for (std::uint64_t i = 0; i < queries; ++i) {
    if (plan.query_count && i + 1 == *plan.query_count) {
      query.resize(plan.last_query_samples);
    }
    plan.sequence->next_query(query);
    view.sample_indices.insert(view.sample_indices.end(), query.begin(), query.end());
  }
  // erase() and not resize(): this only ever shortens, and GCC 12 warns of the growth that resize() would also do.
  view.sample_indices.erase(
      view.sample_indices.begin() + std::min(std::ssize(view.sample_indices), std::ptrdiff_t{kShown}),
      view.sample_indices.end());
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(queries, plan.arrivals.size()); ++i) {
    view.scheduled_ns.push_back(plan.arrivals[i].count());
  }
  return view;
}

Json or_null(const std::optional<std::uint64_t>& value) { return value ? Json(*value) : Json(); }

Json not_available(const RunRequest& request) {
  Json reasons = Json::object();
  const Scenario scenario = request.settings.scenario;
  if (scenario == Scenario::single_stream || scenario == Scenario::multi_stream) {
    reasons["scheduled_ns"] = "each query follows the answer to the one before";
    if (request.settings.mode == TestMode::performance) {
      reasons["query_count"] = "ends with the duration, not with a count";
    }
  }
  if (!size_known(request)) {
    reasons["samples_per_query"] = "sized by the warm-up; --rate sizes it beforehand";
  }
  return reasons;
}

/// What the closed forms of the model expect of full load.
std::string emulation_plan(const ThermalEnvelope& envelope) {
  const auto trip = time_to_trip(envelope, steady_temperature_c(envelope, 1.0, 0.0));
  const std::string expected =
      trip ? fmt::format("full load trips it after {}, and then has at most {:.3g} of the clock on average",
                         format_duration(seconds(*trip) / envelope.time_compression), sustained_factor(envelope))
           : "no load trips it";
  return fmt::format("EMULATED {}: {} (projected; values {})\n", envelope.name, expected, envelope.source);
}

}  // namespace

std::string run_plan_json(const RunRequest& request) {
  const TestSettings& settings = request.settings;
  const PlanView view = view_of(request);
  const bool closed_loop = view.scheduled_ns.empty();
  Json json{{"schema", "assay/plan/1"},
            {"workload", request.workload.name},
            {"scenario", flag_of(settings.scenario)},
            {"mode", settings.mode == TestMode::performance ? "performance" : "accuracy"},
            {"stream", settings.stream == RandomStream::assay ? "assay" : "mlperf"},
            {"seeds",
             {{"sample_library", settings.seeds.sample_library},
              {"sample_index", settings.seeds.sample_index},
              {"schedule", settings.seeds.schedule},
              {"response_log", settings.seeds.response_log}}},
            {"arrivals", settings.scenario == Scenario::server ? Json(name_of(settings.arrivals)) : Json()},
            {"rate_target_hz", settings.scenario == Scenario::server ? Json(settings.server_target_qps) : Json()},
            {"query_count", or_null(view.query_count)},
            {"samples_per_query", or_null(view.samples_per_query)},
            {"loaded_set_count", view.set_count},
            {"loaded_set", view.set.samples},
            {"scheduled_ns", closed_loop ? Json() : Json(view.scheduled_ns)},
            {"sample_indices", view.sample_indices},
            {"not_available", not_available(request)}};
  return json.dump() + "\n";
}

std::string run_plan_text(const RunRequest& request) {
  const PlanView view = view_of(request);
  std::string text = fmt::format("plan: {} {}, {} of {} samples loaded, ", title_of(request.settings.scenario),
                                 request.workload.name, view.set.size, library_size(request.workload));
  text += view.query_count ? fmt::format("{} queries", *view.query_count) : "as many queries as the duration takes";
  if (view.samples_per_query) {
    text += fmt::format(" of {} samples", *view.samples_per_query);
  } else {
    text += " sized by the warm-up";
  }
  const std::size_t first = std::min<std::size_t>(view.sample_indices.size(), 8);
  text += fmt::format(
      "\nfirst samples: {}\n",
      fmt::join(view.sample_indices.begin(), view.sample_indices.begin() + static_cast<std::ptrdiff_t>(first), " "));
  if (view.scheduled_ns.size() > 1) {
    const std::size_t times = std::min<std::size_t>(view.scheduled_ns.size(), 8);
    text += fmt::format(
        "first arrivals [ns]: {}\n",
        fmt::join(view.scheduled_ns.begin(), view.scheduled_ns.begin() + static_cast<std::ptrdiff_t>(times), " "));
  }
  if (request.envelope) {
    text += emulation_plan(*request.envelope);
  }
  return text + "all of it: --dry-run --json\n";
}

}  // namespace assay
