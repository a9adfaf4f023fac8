#include "loadgen/load_generator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

#include "loadgen/dispatcher.hpp"
#include "loadgen/frame_line.hpp"

namespace assay {

namespace {

void require_sound(const TestSettings& settings) {
  const auto problems = settings.problems();
  if (!problems.empty()) {
    throw std::invalid_argument(fmt::format("{}", fmt::join(problems, "\n")));
  }
}

std::vector<QueryPlan> make_plans(const TestSettings& settings, const QuerySampleLibrary& library) {
  std::vector<QueryPlan> plans;
  for (const LoadableSet& set :
       make_loadable_sets(settings, library.total_sample_count(), library.performance_sample_count())) {
    if (settings.selection == SampleSelection::same && settings.same_index >= set.size) {
      throw std::invalid_argument(
          fmt::format("same_index {}: the loaded set has {} samples", settings.same_index, set.size));
    }
    plans.push_back(make_query_plan(settings, set));
  }
  return plans;
}

ResponseLogSettings response_log(const TestSettings& settings, std::uint64_t capacity) {
  if (settings.mode == TestMode::accuracy) {
    return {.seed = settings.seeds.response_log, .probability = 1.0, .capacity = capacity};
  }
  const double wanted = static_cast<double>(settings.response_log_count);
  // An open-ended run may be far shorter than its capacity: some are kept for certain.
  constexpr std::uint64_t kCertain = 16;
  return {.seed = settings.seeds.response_log,
          .probability = capacity == 0 ? 0.0 : wanted / static_cast<double>(capacity),
          .first_count = std::min(kCertain, settings.response_log_count),
          // Which samples are kept is random, so their number is too: room for twice as many loses none in practice.
          .capacity = settings.response_log_count == 0 ? 0 : 2 * settings.response_log_count + 2 * kCertain};
}

EndCause dispatch(Dispatcher& dispatcher, QueryPlan& plan) {
  switch (dispatcher.settings.scenario) {
    case Scenario::single_stream:
    case Scenario::multi_stream:
      return dispatch_closed_loop(dispatcher, plan);
    case Scenario::server:
      return dispatch_server(dispatcher, plan);
    case Scenario::offline:
      return dispatch_offline(dispatcher, plan);
  }
  return EndCause::complete;
}

/// Flushes and waits for what is in flight.
EndCause drain(Dispatcher& dispatcher, EndCause cause) {
  try {
    dispatcher.system.flush_queries();
  } catch (const std::exception& error) {
    dispatcher.recorder.count_error(ResponseError::threw);
    dispatcher.messages.push_back(std::string("flush_queries threw: ") + error.what());
  }
  if (cause == EndCause::deadline) {
    return cause;  // it has waited already
  }
  switch (dispatcher.wait_settled(dispatcher.progress.issued.load())) {
    case Dispatcher::Wait::stalled:
      return EndCause::deadline;
    case Dispatcher::Wait::interrupted:
      return EndCause::interrupted;
    case Dispatcher::Wait::settled:
    case Dispatcher::Wait::max_duration:
      break;
  }
  return cause;
}

/// Keeps the issued records; after an interruption only whole queries that came back.
void keep_measured(TestResult& result) {
  auto& records = result.records;
  if (result.end_cause != EndCause::interrupted) {
    std::erase_if(records, [](const QueryRecord& record) { return !record.issued(); });
    return;
  }
  if (std::holds_alternative<CameraArrivals>(result.settings.arrivals)) {
    // A record's place says of which camera it is: nothing may be taken out of the middle.
    const auto unsettled = std::ranges::find_if(
        records, [](const QueryRecord& record) { return !record.completed() && !record.dropped(); });
    records.erase(unsettled, records.end());
    return;
  }
  if (result.settings.scenario != Scenario::multi_stream) {
    std::erase_if(records, [](const QueryRecord& record) { return !record.completed(); });
    return;
  }
  std::vector<QueryRecord> whole;
  for (std::size_t begin = 0; begin + result.samples_per_query <= records.size(); begin += result.samples_per_query) {
    const auto query = std::span(records).subspan(begin, result.samples_per_query);
    if (std::all_of(query.begin(), query.end(), [](const QueryRecord& record) { return record.completed(); })) {
      whole.insert(whole.end(), query.begin(), query.end());
    }
  }
  records = std::move(whole);
}

void check_tokens(TestResult& result) {
  if (!result.settings.token_latencies) {
    return;
  }
  const bool first_token_needed = result.settings.scenario != Scenario::offline;
  for (const QueryRecord& record : result.records) {
    if (!record.completed()) {
      continue;
    }
    if (first_token_needed && record.first_token_ns == QueryRecord::kUnset) {
      ++result.errors[ResponseError::first_token_missing];
    }
    if (record.token_count == 0) {
      ++result.errors[ResponseError::token_count_missing];
    }
  }
}

void fill_totals(TestResult& result) {
  const auto& records = result.records;
  const std::uint64_t size = result.samples_per_query;
  result.query_count =
      result.settings.scenario == Scenario::offline ? (records.empty() ? 0 : 1) : (records.size() + size - 1) / size;
  for (const QueryRecord& record : records) {
    result.issue_duration = std::max(result.issue_duration, Nanoseconds{record.issued_ns});
    result.scheduled_duration = std::max(result.scheduled_duration, Nanoseconds{record.scheduled_ns});
  }
}

}  // namespace

TestResult run_test(const TestSettings& settings, SystemUnderTest& system, QuerySampleLibrary& library,
                    const RunContext& context) {
  require_sound(settings);
  std::vector<QueryPlan> plans = make_plans(settings, library);
  std::uint64_t capacity = 0;
  for (const QueryPlan& plan : plans) {
    capacity += plan.sample_capacity(settings);
  }
  auto progress = context.progress ? context.progress : std::make_shared<RunProgress>();
  progress->issued = 0;
  progress->settled = 0;
  const auto recorder =
      std::make_shared<ResponseRecorder>(context.clock, progress, capacity, response_log(settings, capacity));
  const auto line = settings.late_frames == LateFrames::drop ? std::make_shared<FrameLine>(system, recorder, settings)
                                                             : std::shared_ptr<FrameLine>();
  SystemUnderTest& issued_to = line ? static_cast<SystemUnderTest&>(*line) : system;
  Dispatcher dispatcher{.settings = settings,
                        .system = issued_to,
                        .recorder = *recorder,
                        .progress = *progress,
                        .clock = context.clock,
                        .stop = context.stop,
                        .on_issuing_thread = context.on_issuing_thread};
  if (settings.scenario != Scenario::server && context.on_issuing_thread) {
    context.on_issuing_thread(0);
  }

  TestResult result{.settings = settings, .samples_per_query = plans.front().samples_per_query};
  result.loaded_set = plans.front().set.samples;
  issued_to.begin_run(recorder);
  dispatcher.start = context.clock.now();
  recorder->set_start(dispatcher.start);
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
  on_stop.emplace(context.stop, [&issued_to] { issued_to.cancel(); });
  for (QueryPlan& plan : plans) {
    library.load_samples(plan.set.samples);
    if (&plan == &plans.front() && settings.scenario != Scenario::offline) {
      dispatcher.start = context.clock.now();
      recorder->set_start(dispatcher.start);
    }
    result.end_cause = drain(dispatcher, dispatch(dispatcher, plan));
    library.unload_samples(plan.set.samples);
    if (result.end_cause != EndCause::complete) {
      break;
    }
  }
  const std::uint64_t in_flight = recorder->close();
  on_stop.reset();
  issued_to.end_run();

  result.errors = recorder->errors();
  if (in_flight != 0 && result.end_cause != EndCause::interrupted) {
    result.errors[ResponseError::lost] += in_flight;
  }
  result.responses = recorder->take_responses();
  result.error_messages = std::move(dispatcher.messages);
  if (line && !line->message().empty()) {
    result.error_messages.push_back(line->message());
  }
  result.records = recorder->take_records();
  keep_measured(result);
  check_tokens(result);
  fill_totals(result);
  return result;
}

}  // namespace assay
