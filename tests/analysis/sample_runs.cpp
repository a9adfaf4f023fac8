#include "tests/analysis/sample_runs.hpp"

#include "tests/analysis/sample_run_parts.hpp"

namespace assay {

namespace {

/// Every member set.
RemoteRecord golden_remote() {
  return {.address = "http://127.0.0.1:8000/v1",
          .protocol = "openai",
          .token_count_by = "usage of each chunk",
          .connections = 16,
          .opened_in_run = 1,
          .unopened = 0,
          .waited = 3,
          .threads = 1,
          .events = 412'000,
          .busiest_share = 0.25,
          .receive_wait_p50_s = 1.1e-5,
          .receive_wait_p99_s = 9e-5,
          .receive_wait_max_s = 0.002,
          .chunk_gap_p50_s = 0.01,
          .chunk_gap_p99_s = 0.013,
          .chunk_gap_max_s = 0.1,
          .statuses = {{"429", 2}}};
}

FramesRecord golden_frames() {
  const auto estimate = [](double point) {
    return EstimateRecord{.point = point, .lower = 0.9 * point, .upper = 1.1 * point, .reason = ""};
  };
  return {
      .streams = 1,
      .frames_per_s = 60.0,
      .phase = "aligned",
      .late_frames = "drop",
      .deadline_s = 1.0 / 60.0,
      .deadline_source = "period",
      .frames = 7200,
      .dropped = 4500,
      .missed = 5400,
      .missed_share = estimate(0.75),
      .effective_frames = 9.5,
      .longest_miss_run = 5400,
      .longest_miss_stream = 0,
      .computed_latency_s = {{"p50", estimate(0.01)},
                             {"p99", estimate(0.09)},
                             {"p99.9", {.point = 0.09, .lower = {}, .upper = {}, .reason = "needs 9 more samples"}}},
      .triggers = 7200,
      .trigger_latency_s = {{"p50", {.point = {}, .reason = "infinite: 4,500 of 7,200 never completed"}}},
      .display = DisplayRecord{.refreshes = 7200,
                               .janks = 4500,
                               .jank_share = estimate(0.625),
                               .fps = 22.5,
                               .frame_time_p99_s = estimate(0.1),
                               .low_fps = 10.0,
                               .work_mean_s = 0.0367,
                               .wait_mean_s = 0.0078,
                               .window_s = 5.0,
                               .fps_windows = {60.0, 60.0, 10.0, 10.0, 10.0, 10.0},
                               .first_30_s_fps = 60.0,
                               .last_30_s_fps = 10.0,
                               .last_quarter_fps = 10.0,
                               .retention = 1.0 / 6.0,
                               .knee_s = 30.0}};
}

}  // namespace

RunDocument golden_run() {
  RunDocument run = common_run();
  run.id = "01JDEXAMPLE00000000000007F";
  run.scenario = "server";
  run.synthetic = true;
  // Six queries: 1.0, 1.1, 1.2, 1.3, 9.0 ms, and one that never came back.
  run.latency = {.count = 6,
                 .lost_count = 1,
                 .min_s = 0.001,
                 .percentiles_s = {{"p50", {.point = 0.0012, .lower = 0.001, .upper = 0.009, .confidence = 0.9375}},
                                   {"p99", {.point = {}, .lower = 0.009, .reason = "needs 293 more queries"}}},
                 .effective_sample_size = 4.5,
                 .histogram = {{509, 1}, {513, 1}, {516, 1}, {519, 1}, {610, 1}}};
  run.service_time = {.count = 2,
                      .mean_s = 0.000925,
                      .min_s = 0.0009,
                      .max_s = 0.00095,
                      .standard_deviation_s = 2.5e-05,
                      .percentiles_s = {{"p50", {.point = 0.0009, .reason = "needs 4 more samples"}}},
                      .effective_sample_size = 2.0,
                      .histogram = {{502, 1}, {505, 1}}};
  run.first_token =
      LatencyRecord{.count = 1, .mean_s = 0.0005, .min_s = 0.0005, .max_s = 0.0005, .histogram = {{477, 1}}};
  make_server(run);
  run.metric.point = 401.2;
  run.metric.reason = "one run has no interval; repeat it";
  run.query_count = run.sample_count = 6;
  run.interrupted = true;
  run.foreign_cpu_share.reset();
  run.not_available = {{"quality.foreign_cpu_share", "/proc/stat cannot be read here"}};
  run.interference = {{.knob = "noise",
                       .unit = "bursts/s",
                       .requested = 80.0,
                       .achieved = 79.5,
                       .achieved_alone = 81.0,
                       .cpu_share = 0.08,
                       .length_requested_s = 0.001,
                       .length_p50_s = 0.001002,
                       .length_p99_s = 0.0014,
                       .cpus = {1},
                       .source = "own",
                       .scheduling = "SCHED_FIFO 60",
                       .delivered = true,
                       .reason = ""},
                      {.knob = "background",
                       .unit = "share",
                       .requested = 0.75,
                       .achieved = {},
                       .cpus = {1},
                       .source = "stress-ng 0.15.06",
                       .scheduling = "as stress-ng sets it",
                       .delivered = false,
                       .reason = "the injector on CPU 1 was gone before the end"}};
  run.emulated = EnvelopeRecord{.name = "phone",
                                .source = "assumed, not measured",
                                .ambient_c = 25.0,
                                .resistance_k_per_w = 9.0,
                                .time_constant_s = 120.0,
                                .trip_c = 43.0,
                                .idle_w = 0.5,
                                .peak_w = 6.0,
                                .hysteresis_k = 1.0,
                                .steps = {1.0, 0.6},
                                .poll_period_s = 1.0,
                                .time_compression = 100.0,
                                .trace = {{.t_s = 0.01, .factor = 1.0, .temperature_c = 42.9, .utilisation = 0.98},
                                          {.t_s = 0.02, .factor = 0.6, .temperature_c = 43.1, .utilisation = 1.0}},
                                .no_room_count = 3};
  run.math_peek =
      MathPeekRecord{.rows = {{.name = "normal", .value_s = 0.0041, .ratio_to_measured = 0.456, .share_above = 0.17},
                              {.name = "measured", .value_s = 0.009, .ratio_to_measured = 1.0, .share_above = 0.0}},
                     .finding = "too low: more than 1 % of the queries were hit"};
  run.fleet = FleetRecord{.share = 0.01,
                          .share_upper = 0.02,
                          .autocorrelation = -0.05,
                          .rows = {{.devices = 100, .failure_probability = 0.634, .failure_probability_upper = 0.867}},
                          .even_odds = 69,
                          .even_odds_upper = 35};
  run.attribution = AttributionRecord{.slow_count = 2,
                                      .without_account = 1,
                                      .threshold_s = 0.0013,
                                      .excess_s = 0.0078,
                                      .causes = {{.name = "run-queue wait", .excess_s = 0.007, .query_count = 1},
                                                 {.name = "unattributed", .excess_s = 0.0008, .query_count = 1}},
                                      .involuntary_switches_per_s = 79.0,
                                      .waited_share = {},
                                      .accounting_share = 0.0004};
  run.not_available["result.attribution.waited_share"] = "switched off";
  run.hedging = HedgeRecord{.after_s = 0.0012,
                            .rule = "p95 of 4812 runs in the warm-up",
                            .scheduling = "SCHED_FIFO 61",
                            .sent = 4,
                            .started = 3,
                            .won = 2,
                            .dropped = 1,
                            .no_room_count = 5,
                            .extra_work_share = 0.5};
  run.placement.pinned = false;
  run.execution = ExecutionRecord{.worker_scheduling = "SCHED_FIFO 70",
                                  .worker_spin = true,
                                  .memory = "small pages, to be locked",
                                  .huge_bytes = 0,
                                  .locked_bytes = {}};
  run.not_available["execution.locked_bytes"] = "/proc/self/status is hidden here";
  run.errors = {{"lost", 1}};
  run.series = {{.t_s = 1.0, .completed = 5, .p50_s = 0.0012, .p99_s = {}}};
  run.soak = golden_soak();
  run.frames = golden_frames();
  run.serving = sample_serving();
  run.remote = golden_remote();
  run.warnings.push_back("a label with \"quotes\", a\ttab and µ");
  return run;
}

std::vector<RunDocument> sample_runs() {
  std::vector<RunDocument> runs{sample_run({"single", "01JDEXAMPLE0000000000000S1", 10'240, 1, 1.07, 8.0, 0.90}, 1),
                                sample_run({"multi", "01JDEXAMPLE0000000000000M2", 1'450, 8, 6.9, 16.0, 0.99}, 2),
                                sample_run({"server", "01JDEXAMPLE0000000000000V3", 4'788, 1, 2.1, 12.0, 0.99}, 3),
                                sample_run({"offline", "01JDEXAMPLE0000000000000F4", 1, 1, 1.0, 1.0, 0.99}, 4)};
  runs[1].stream = "mlperf";
  for (RunDocument& run : runs) {
    run.stream_seeds = {.sample_library = 6'023'615'788'873'153'749,
                        .sample_index = 15'036'839'855'038'426'416U,
                        .schedule = 9'933'818'062'894'767'841U};
    run.loaded_sample_count = 64;
  }
  make_server(runs[2]);
  make_offline(runs[3]);
  return runs;
}

}  // namespace assay
