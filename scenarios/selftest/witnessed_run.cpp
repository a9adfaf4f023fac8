#include "scenarios/selftest/witnessed_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "analysis/run_file.hpp"
#include "analysis/run_summary.hpp"
#include "harness/clock_cross_check.hpp"
#include "harness/random_bits.hpp"
#include "harness/realtime.hpp"
#include "harness/thread_placement.hpp"
#include "harness/witness_clock.hpp"
#include "loadgen/load_generator.hpp"
#include "scenarios/selftest/paired_reading.hpp"
#include "scenarios/selftest/witnessed_sut.hpp"
#include "scenarios/synthetic_sut.hpp"

namespace assay {

namespace {

/// The instrument's clock and the witness's at one moment.
PairedReading<std::int64_t> read_both(const Clock& clock) {
  constexpr int kReadings = 20;
  return paired_reading(clock, kReadings, witness_now_ns);
}

/// Seconds of the instrument in one of the witness: NTP slews the one and not the other.
double rate_between(const PairedReading<std::int64_t>& before, const PairedReading<std::int64_t>& after) {
  return static_cast<double>(after.time.time_since_epoch().count() - before.time.time_since_epoch().count()) /
         static_cast<double>(after.value - before.value);
}

/// Puts the account of the system on the time line of the records. The start of a run is not told to the system: it
/// follows from the sample that was handed over fastest.
void fill_from_account(WitnessedRun& run, const TestResult& result, std::span<const WitnessedSample> account,
                       double rate) {
  const std::size_t count = std::min(result.records.size(), account.size());
  std::vector<double> received(count);
  double offset = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    received[i] = rate * static_cast<double>(account[i].received_ns - account.front().received_ns);
    const double gap = received[i] - static_cast<double>(result.records[i].issued_ns);
    offset = i == 0 ? gap : std::min(offset, gap);
  }
  const bool scheduled = result.settings.scenario == Scenario::server;
  for (std::size_t i = 0; i < count; ++i) {
    const QueryRecord& record = result.records[i];
    const double inside = rate * static_cast<double>(account[i].done_ns - account[i].received_ns);
    const double late = received[i] - offset - static_cast<double>(record.scheduled_ns);
    run.recorded_ns.push_back(record.latency().count());
    run.witnessed_ns.push_back(static_cast<std::int64_t>(scheduled ? late + inside : inside));
    if (scheduled) {
      run.late_recorded_ns.push_back(record.issue_delay().count());
      run.late_witnessed_ns.push_back(static_cast<std::int64_t>(late));
    }
  }
}

/// Linux lets real-time threads have 95 % of each second and stalls them for the rest of it (sched_rt_runtime_us): a
/// pause after each run keeps below that, and what was kept waiting gets its turn.
void let_others_run(SteadyClock& clock, Nanoseconds busy, const SelftestPlace& place) {
  if (place.fifo_priority > 0) {
    clock.wait_until(clock.now() + std::max<Nanoseconds>(busy / 4, std::chrono::milliseconds{30}));
  }
}

TestSettings settings_of(const KnownSystem& system, const WitnessedRunOptions& options) {
  TestSettings settings = TestSettings::defaults_for(system.is_queue() ? Scenario::server : Scenario::single_stream);
  settings.min_duration = std::chrono::milliseconds{1};
  settings.min_query_count = system.queries;
  settings.max_query_count = system.queries;
  settings.seeds = Seeds::from(options.seed);
  settings.response_log_count = 0;
  settings.expected_latency = std::chrono::microseconds{100};
  if (system.is_queue()) {
    settings.server_target_qps = system.arrival_rate;
    if (options.constant_arrivals) {
      settings.arrivals = ConstantArrivals{};
    }
  }
  return settings;
}

RunDocument document_of(const KnownSystem& system, const WitnessedRunOptions& options, const SelftestPlace& place) {
  RunDocument document = place.instrument;
  document.id =
      new_run_id(static_cast<std::int64_t>(std::time(nullptr)) * 1000, {.high = 0, .low = split_mix(options.seed)});
  document.created = utc_timestamp(std::time(nullptr));
  document.workload = "synthetic";
  document.workload_parameters = {{"system", system.id}};
  document.synthetic = true;
  document.seed = options.seed;
  document.output_check = "none: a SYNTHETIC workload has no output";
  document.observer = "none";
  return document;
}

}  // namespace

Nanoseconds percentile_of(std::vector<std::int64_t> values, Percentile percentile) {
  if (values.empty()) {
    return Nanoseconds{0};
  }
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(percentile.rank(values.size()) - 1);
  std::nth_element(values.begin(), at, values.end());
  return Nanoseconds{*at};
}

Nanoseconds WitnessedRun::shift(Percentile percentile) const {
  return percentile_of(witnessed_ns, percentile) - percentile_of(ideal_ns, percentile);
}

WitnessedRun run_witnessed(const KnownSystem& system, const WitnessedRunOptions& options, const SelftestPlace& place,
                           const std::stop_token& stop) {
  const std::vector<Nanoseconds> services = system.services(system.queries + 64, split_mix(options.seed + 1));
  const std::vector<Nanoseconds> busy = system.busy_at_start(options.seed);
  WitnessedSut sut({.services = services,
                    .busy_at_start = busy,
                    .cpu = place.system_cpu,
                    .fifo_priority = place.fifo_priority,
                    .block_each = options.block_each,
                    .block = options.block});
  NumberedSampleLibrary library(64);
  SteadyClock clock(place.wait);
  const TestSettings settings = settings_of(system, options);
  const auto before = read_both(clock);
  const ClockCrossCheck cross_check;
  TestResult result = run_test(settings, sut, library, {.clock = clock, .stop = stop, .on_issuing_thread = [&](int) {
                                                          pin_this_thread(place.issuing_cpu);
                                                          request_precise_sleep();
                                                          if (place.fifo_priority > 0) {
                                                            (void)take_realtime_priority(place.fifo_priority);
                                                          }
                                                        }});
  leave_realtime_priority();
  let_others_run(clock, result.issue_duration, place);
  result.clock_step = cross_check.disagreement();
  const auto after = read_both(clock);

  WitnessedRun run;
  run.interrupted = stop.stop_requested();
  fill_from_account(run, result, sut.account(), rate_between(before, after));
  if (system.is_queue()) {
    std::vector<std::int64_t> arrivals;
    arrivals.reserve(result.records.size());
    for (const QueryRecord& record : result.records) {
      arrivals.push_back(record.scheduled_ns);
    }
    run.ideal_ns = ideal_latencies(arrivals, services, busy);
  } else {
    for (std::size_t i = 0; i < run.recorded_ns.size(); ++i) {
      run.ideal_ns.push_back(services[i].count());
    }
  }
  RunDocument document = document_of(system, options, place);
  document.clock_disagreement_s = seconds(result.clock_step);
  fill_results(document, result, std::nullopt);
  run.document = run_document_from_json(to_json(document), "self-test");
  return run;
}

}  // namespace assay
