#include "analysis/dose_verdict.hpp"
#include "analysis/latency_distribution.hpp"
#include "analysis/percentile.hpp"
#include "analysis/tail_records.hpp"
#include "tests/analysis/sample_run_parts.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

struct SampleDose {
  const char* id;
  double requested;  ///< bursts/s
  double achieved;
  double median_ms;
  double second_mode_ms;  ///< of 2 %, so it decides P99
};

DoseRecord noise(const SampleDose& dose) {
  const bool delivered = dose.achieved > 0.95 * dose.requested;
  return {.knob = "noise",
          .unit = "bursts/s",
          .requested = dose.requested,
          .achieved = dose.achieved,
          .achieved_alone = dose.requested,
          .cpu_share = 0.001 * dose.achieved,
          .length_requested_s = 0.001,
          .length_p50_s = 0.001002,
          .length_p99_s = 0.0014,
          .cpus = {0},
          .source = "own",
          .scheduling = "SCHED_FIFO 60",
          .delivered = delivered,
          .reason = delivered ? "" : "the real-time limit of the kernel held the bursts back"};
}

AttributionRecord sample_attribution(double dose, double threshold_s) {
  return {.slow_count = 48,
          .without_account = 0,
          .threshold_s = threshold_s,
          .excess_s = 0.12 + 0.002 * dose,
          .causes = {{.name = "generator", .excess_s = 0.0, .query_count = 0},
                     {.name = "own queueing", .excess_s = 0.08, .query_count = 31},
                     {.name = "run-queue wait", .excess_s = 0.002 * dose, .query_count = dose > 0.0 ? 14U : 0U},
                     {.name = "steal", .excess_s = 0.03, .query_count = 2},
                     {.name = "unattributed", .excess_s = 0.01, .query_count = 1}},
          .involuntary_switches_per_s = dose,
          .waited_share = 0.001 * dose,
          .accounting_share = 0.0004};
}

}  // namespace

std::vector<RunDocument> dose_runs() {
  constexpr std::size_t kQueries = 4'800;
  std::vector<RunDocument> runs;
  for (const SampleDose& dose : {SampleDose{"01JDEXAMPLE0000000000000N0", 0.0, 0.0, 2.1, 5.0},
                                 SampleDose{"01JDEXAMPLE0000000000000N1", 40.0, 39.8, 2.15, 6.2},
                                 SampleDose{"01JDEXAMPLE0000000000000N2", 80.0, 79.5, 2.2, 7.4},
                                 SampleDose{"01JDEXAMPLE0000000000000N3", 160.0, 158.7, 2.35, 12.5},
                                 SampleDose{"01JDEXAMPLE0000000000000N4", 320.0, 291.0, 2.9, 19.0}}) {
    const auto seed = static_cast<unsigned>(10 + runs.size());
    RunDocument run = sample_run({"server", dose.id, kQueries, 1, dose.median_ms, dose.second_mode_ms, 0.99}, seed);
    const EstimateRecord p99 = run.latency.percentiles_s.at("p99");
    make_server(run);
    run.warnings.clear();
    run.valid = *p99.point <= *run.slo_s;
    run.metric = {.point = 399.0, .lower = {}, .upper = {}, .confidence = 0.95, .reason = "one run has no interval"};
    if (run.valid) {
      run.invalid_reasons.clear();
    } else {
      run.invalid_reasons.at(0).message = "P99 latency is above the window of 10.0 ms";
    }
    const LatencyDistribution distribution(latencies(kQueries, dose.median_ms, dose.second_mode_ms, seed));
    run.math_peek = math_peek_record(distribution, Percentile::of_percent(99));
    run.fleet =
        fleet_record(distribution, {.percentile = Percentile::of_percent(99), .limit = Nanoseconds{10'000'000}});
    run.attribution = sample_attribution(dose.requested, *p99.point);
    run.slo_met_share->point = 1.0 - run.fleet->share;
    run.slo_met_share->lower = 1.0 - run.fleet->share_upper;
    run.slo_met_share->upper.reset();
    if (dose.requested > 0.0) {
      run.interference = {noise(dose)};
    }
    for (const InvalidReason& problem : dose_problems(run.interference)) {
      run.valid = false;
      run.invalid_reasons.push_back(problem);
    }
    runs.push_back(run);
  }
  return runs;
}

}  // namespace assay
