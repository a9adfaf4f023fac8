// Frames with a deadline: who missed it, what a display would have shown, and what the result says of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>

#include "analysis/frame_misses.hpp"
#include "analysis/frames_record.hpp"
#include "analysis/frames_text.hpp"
#include "analysis/multi_stream_inference.hpp"
#include "analysis/report_frames.hpp"
#include "analysis/report_text.hpp"
#include "analysis/run_file.hpp"
#include "analysis/run_summary.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr Nanoseconds kDropped = kNever;

/// A test of cameras whose i-th frame took latencies[i]; work began at the trigger.
TestResult camera_test(const CameraArrivals& cameras, const std::vector<Nanoseconds>& latencies) {
  TestResult result;
  result.settings = TestSettings::defaults_for(Scenario::server);
  result.settings.arrivals = cameras;
  result.settings.server_target_qps = cameras.rate_hz();
  result.settings.min_query_count = 1;
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    const std::uint64_t trigger = i / cameras.cameras;
    const Nanoseconds scheduled = from_seconds(static_cast<double>(trigger) / cameras.frames_per_s);
    QueryRecord record{.scheduled_ns = scheduled.count(), .issued_ns = scheduled.count()};
    if (latencies[i] == kDropped) {
      record.completed_ns = QueryRecord::kDropped;
    } else {
      record.started_ns = scheduled.count();
      record.completed_ns = (scheduled + latencies[i]).count();
    }
    result.records.push_back(record);
    result.scheduled_duration = result.issue_duration = scheduled;
  }
  result.settings.late_frames = LateFrames::drop;
  result.settings.min_duration = result.scheduled_duration;
  result.query_count = latencies.size();
  return result;
}

FramesRecord frames_of(const TestResult& result) { return frames_record(result, distributions_of(result)).value(); }

const std::vector<Nanoseconds> kTwoCameras{5ms, 15ms, 5ms, 25ms, 5ms, kDropped, 5ms, 8ms};

TEST(Frames, CountsMissesAndTheLongestRunOfACamera) {
  TestResult result = camera_test({.cameras = 2, .frames_per_s = 10.0}, kTwoCameras);
  result.settings.target_latency = 10ms;
  const FramesRecord frames = frames_of(result);
  EXPECT_EQ(frames.frames, 8U);
  EXPECT_EQ(frames.missed, 3U);
  EXPECT_EQ(frames.dropped, 1U);
  EXPECT_DOUBLE_EQ(*frames.missed_share.point, 0.375);
  EXPECT_EQ(frames.longest_miss_run, 3U);
  EXPECT_EQ(frames.longest_miss_stream, 1U);
  EXPECT_EQ(frames.deadline_source, "window");
  EXPECT_FALSE(frames.display);
}

TEST(Frames, ATriggerIsAsSlowAsItsSlowestFrame) {
  const FramesRecord frames = frames_of(camera_test({.cameras = 2, .frames_per_s = 10.0}, kTwoCameras));
  EXPECT_EQ(frames.triggers, 4U);  // 15, 25, never and 8 ms: the second of them
  EXPECT_DOUBLE_EQ(*frames.trigger_latency_s.at("p50").point, 0.015);
  EXPECT_FALSE(frames.trigger_latency_s.at("p99").point);
  EXPECT_EQ(frames.trigger_latency_s.at("p99").reason, "infinite: 1 of 4 never completed");
  EXPECT_DOUBLE_EQ(*frames.computed_latency_s.at("p50").point, 0.005);
  EXPECT_DOUBLE_EQ(*frames.computed_latency_s.at("p99").point, 0.025);
  EXPECT_DOUBLE_EQ(frames.deadline_s, 0.1);  // no window was asked for: the period
  EXPECT_EQ(frames.deadline_source, "period");
  EXPECT_EQ(frames.missed, 1U);
  const CameraArrivals staggered{.cameras = 2, .frames_per_s = 10.0, .phase = CameraPhase::staggered};
  EXPECT_EQ(frames_of(camera_test(staggered, kTwoCameras)).triggers, 0U);
}

TEST(Frames, MissesThatClusterAreWorthFewerFrames) {
  // Whole triggers of 8 miss or hold, each second one: as many independent facts as triggers.
  std::vector<std::uint32_t> alternating;
  std::vector<std::uint32_t> blocks;
  for (std::uint32_t i = 0; i < 400; ++i) {
    alternating.push_back(i % 2 * 8);
    blocks.push_back(i / 20 % 2 * 8);
  }
  EXPECT_DOUBLE_EQ(effective_frames(alternating, 8), 400.0);
  EXPECT_LT(effective_frames(blocks, 8), 60.0);
  // The same four of eight in each trigger: nothing varies, and no more than all frames are claimed.
  EXPECT_DOUBLE_EQ(effective_frames(std::vector<std::uint32_t>(100, 4), 8), 800.0);
  EXPECT_DOUBLE_EQ(effective_frames({}, 8), 0.0);

  std::vector<std::int64_t> latencies;
  for (const std::uint32_t misses : blocks) {
    latencies.insert(latencies.end(), 8, misses == 0 ? 5'000'000 : 15'000'000);
  }
  const FrameMisses misses =
      frame_misses(LatencyDistribution(latencies), 8, {.percentile = Percentile::of_percent(99), .limit = 10ms}, 0.95);
  EXPECT_EQ(misses.missed, 1600U);
  EXPECT_EQ(misses.longest_run, 20U);
  EXPECT_LT(misses.effective, 60.0);
  EXPECT_LT(misses.interval.lower, 0.38);  // 50 % of 3,200 independent frames would say 48.2 to 51.8 %
  EXPECT_GT(misses.interval.upper, 0.62);
}

TEST(Frames, ADisplayShowsAFrameAtTheNextRefresh) {
  // Periods of 100 ms. Shown at refresh 1, 4, 5 (complete just then), 6, 7 and 12; frames 2, 3, 8 to 11 were dropped.
  const TestResult result =
      camera_test({.cameras = 1, .frames_per_s = 10.0},
                  {50ms, 250ms, kDropped, kDropped, 100ms, 40ms, 10ms, 450ms, kDropped, kDropped, kDropped, kDropped});
  const DisplayRecord display = frames_of(result).display.value();
  EXPECT_EQ(display.refreshes, 12U);
  EXPECT_EQ(display.janks, 6U);
  EXPECT_DOUBLE_EQ(display.fps, 5.0);
  EXPECT_DOUBLE_EQ(*display.frame_time_p99_s.point, 0.5);
  EXPECT_DOUBLE_EQ(*display.work_mean_s, 0.15);
  EXPECT_DOUBLE_EQ(*display.wait_mean_s, 0.05);
  EXPECT_FALSE(display.low_fps);
  EXPECT_FALSE(display.first_30_s_fps);
}

/// 60 frames a second for 30 s, then each sixth for 90 s.
TestResult phone_test() {
  std::vector<Nanoseconds> latencies(1800, 10ms);
  for (int i = 0; i < 5400; ++i) {
    latencies.push_back(i % 6 == 0 ? Nanoseconds{90ms} : kDropped);
  }
  return camera_test({.cameras = 1, .frames_per_s = 60.0}, latencies);
}

TEST(Frames, TheFirst30SecondsStandBesideWhatIsKept) {
  const DisplayRecord display = frames_of(phone_test()).display.value();
  EXPECT_DOUBLE_EQ(display.window_s, 5.0);
  ASSERT_EQ(display.fps_windows.size(), 24U);
  EXPECT_DOUBLE_EQ(display.fps_windows[5], 60.0);
  EXPECT_DOUBLE_EQ(display.fps_windows[6], 10.0);
  EXPECT_DOUBLE_EQ(display.first_30_s_fps.value(), 60.0);
  EXPECT_DOUBLE_EQ(display.last_quarter_fps.value(), 10.0);
  EXPECT_DOUBLE_EQ(display.retention.value(), 1.0 / 6.0);
  EXPECT_DOUBLE_EQ(display.knee_s.value(), 30.0);
  EXPECT_NEAR(display.low_fps.value(), 10.0, 1e-6);
  EXPECT_DOUBLE_EQ(display.fps, 22.5);
  EXPECT_EQ(display.janks, 4500U);
  // One block of them: 7,200 independent refreshes would say 61.4 to 63.6 %.
  EXPECT_DOUBLE_EQ(display.jank_share.point.value(), 0.625);
  EXPECT_LT(display.jank_share.lower.value(), 0.5);
  EXPECT_GT(display.jank_share.upper.value(), 0.75);
}

TEST(Frames, DroppedFramesAreAResultAndNoError) {
  RunDocument run;
  fill_results(run, phone_test(), std::nullopt, {});
  EXPECT_TRUE(run.valid) << (run.invalid_reasons.empty() ? "" : run.invalid_reasons[0].message);
  EXPECT_THAT(run.errors, IsEmpty());
  EXPECT_EQ(run.metric_name, "p99 latency of a frame");
  EXPECT_THAT(run.metric.reason, HasSubstr("infinite: 4,500 of 7,200 never completed"));
  const std::string text = run_summary_text(run, {});
  EXPECT_THAT(text, HasSubstr("1 camera at 60.0 frames/s, aligned (ConstantStream); late frames are dropped"));
  EXPECT_THAT(text, HasSubstr("the first 30 s, as long as a short benchmark, show 60.0 frames/s; the last quarter of "
                              "120 s shows 10.0 frames/s; retention 16.7 % (last 30 s / first 30 s); knee after "
                              "30.0 s"));
  EXPECT_THAT(text, HasSubstr("4,500 of 7,200 vsyncs missed (janks, 62.5 % ["));
  run.frames->display->jank_share = {};  // of a file from before it
  EXPECT_THAT(run_summary_text(run, {}), HasSubstr("(janks, a count without an interval)"));
  EXPECT_THAT(text, HasSubstr("FPS/W not available: power is read in a soak only: assay soak"));
  EXPECT_THAT(frames_section(run).str(), HasSubstr("<h3>Frames"));
}

TEST(Frames, AWindowThatCamerasMissDoesNotMakeTheRunInvalid) {
  TestResult result = camera_test({.cameras = 2, .frames_per_s = 10.0}, kTwoCameras);
  result.settings.target_latency = 10ms;
  result.settings.late_share_allowed = 1.0;
  RunDocument run;
  fill_results(run, result, std::nullopt, {});
  EXPECT_TRUE(run.valid);
  EXPECT_DOUBLE_EQ(*run.slo_met_share->point, 0.625);
  EXPECT_THAT(misses_sentence(run, Charset::ascii), HasSubstr("of 8 frames missed the deadline of 10.0 ms; longest run "
                                                              "of misses 3 frames (stream 1); 1 dropped"));
  result.records[0].completed_ns = QueryRecord::kUnset;  // lost is another matter
  fill_results(run, result, std::nullopt, {});
  EXPECT_EQ(run.errors.at("lost_queries"), 1U);
  EXPECT_FALSE(run.valid);
}

TEST(Frames, TheSamplesOfAMultiStreamQueryAreFrames) {
  TestResult result = camera_test({.cameras = 4, .frames_per_s = 10.0}, {5ms, 6ms, 11ms, 20ms, 5ms, 6ms, 7ms, 8ms});
  result.settings.scenario = Scenario::multi_stream;
  result.settings.late_frames = LateFrames::queue;
  result.samples_per_query = 4;
  EXPECT_FALSE(frames_record(result, distributions_of(result)));  // without a window nothing is late
  result.settings.target_latency = 10ms;
  const FramesRecord frames = frames_of(result);
  EXPECT_EQ(frames.streams, 4U);
  EXPECT_EQ(frames.phase, "closed loop");
  EXPECT_FALSE(frames.frames_per_s);
  EXPECT_EQ(frames.missed, 2U);
  EXPECT_DOUBLE_EQ(*frames.trigger_latency_s.at("p99").point, 0.02);
}

TEST(Frames, PowerComesFromTheSoaksOwnCounter) {
  RunDocument run;
  fill_results(run, phone_test(), std::nullopt, {});
  run.soak.emplace();
  run.soak->no_energy = "this host shows no energy counter";
  EXPECT_EQ(frame_power_sentence(run), "FPS/W not available: this host shows no energy counter");
  run.soak->energy.push_back({.boundary = "RAPL package-0", .mean_power_w = 9.0});
  EXPECT_EQ(frame_power_sentence(run), "2.5 FPS/W (RAPL package-0, idle power included)");
}

TEST(Frames, ThePolicyIsPartOfWhatMayBeCompared) {
  RunDocument run;
  fill_results(run, phone_test(), std::nullopt, {});
  RunDocument queued = run;
  queued.frames->late_frames = "queue";
  EXPECT_NE(comparability_key(run), comparability_key(queued));
  queued.frames.reset();  // keys of files from before frames stay
  RunDocument before = queued;
  EXPECT_EQ(comparability_key(before), comparability_key(queued));
}

TEST(Frames, AFileThatContradictsItselfIsRefused) {
  nlohmann::json file = nlohmann::json::parse(to_json(golden_run()));
  EXPECT_EQ(to_json(run_document_from_json(file.dump(), "golden")), to_json(golden_run()));
  for (const auto& [pointer, value, words] : std::vector<std::tuple<const char*, nlohmann::json, const char*>>{
           {"/frames/dropped", 1'000'000, "frames.dropped: expected no more than the missed frames"},
           {"/frames/missed", 1'000'000, "frames.missed: expected no more than the frames"},
           {"/frames/longest_miss_run", 7000, "frames.longest_miss_run: expected no more than the missed"},
           {"/frames/streams", 0, "frames.streams: expected an integer from 1"},
           {"/frames/longest_miss_stream", 1, "frames.longest_miss_stream: expected a number below"},
           {"/frames/frames_per_s", -60.0, "frames.frames_per_s: expected a number from 0"},
           {"/frames/frames_per_s", 0.0, "frames.frames_per_s: expected a number above 0"},
           {"/frames/effective_frames", 1e9, "frames.effective_frames: expected no more"},
           {"/frames/missed_share/point", 1.5, "frames.missed_share.point: expected a share from 0 to 1"},
           {"/frames/missed_share/lower", -0.1, "frames.missed_share.lower: expected a share from 0 to 1"},
           {"/frames/missed_share/lower", 0.9, "frames.missed_share.lower: expected no more than the upper limit"},
           {"/frames/computed_latency/p99/point_s", -1.0,
            "frames.computed_latency.p99.point_s: expected a number from"},
           {"/frames/display/jank_share/upper", 2.0, "frames.display.jank_share.upper: expected a share"},
           {"/frames/display/frame_time_p99/lower_s", -1.0, "frames.display.frame_time_p99.lower_s: expected"},
           {"/frames/display/retention", -0.2, "frames.display.retention: expected a number from 0"},
           {"/frames/display/knee_s", -5.0, "frames.display.knee_s: expected a number from 0"},
           {"/frames/display/fps_windows/1", -5.0, "frames.display.fps_windows[1]: expected a number from 0"}}) {
    nlohmann::json broken = file;
    broken[nlohmann::json::json_pointer(pointer)] = value;
    EXPECT_THAT([&broken] { (void)run_document_from_json(broken.dump(), "broken"); },
                ::testing::ThrowsMessage<std::runtime_error>(HasSubstr(words)))
        << pointer;
  }
  file["frames"]["display"].erase("jank_share");  // as in files from before it
  EXPECT_FALSE(run_document_from_json(file.dump(), "older").frames->display->jank_share.point);
}

RunDocument run_with_p99(const char* scenario, double p99_s) {
  RunDocument run;
  run.workload = "ssdlite";
  run.scenario = scenario;
  run.samples_per_query = 8;
  run.latency.percentiles_s["p99"] = {.point = p99_s, .lower = 0.97 * p99_s, .upper = 1.03 * p99_s};
  return run;
}

TEST(MultiStreamInference, EightTimesSingleStreamStandsBesideTheMeasurement) {
  const RunDocument single = run_with_p99("single", 0.008);
  const RunDocument multi = run_with_p99("multi", 0.030);
  const auto inference = infer_multi_stream(single, multi);
  ASSERT_TRUE(inference);
  EXPECT_DOUBLE_EQ(inference->inferred_p99_s, 0.064);
  EXPECT_NEAR(inference->ratio, 2.133, 0.001);
  EXPECT_THAT(inference_sentence(*inference, Charset::ascii),
              HasSubstr("inferred as 8 x SingleStream P99 = 64.0 ms (derived by MLPerf's rule, not measured); "
                        "MultiStream measured a P99 of 30.00 ms [29.10, 30.90]: inferred / measured 2.13"));
  EXPECT_EQ(infer_multi_stream(multi, single).reason(), "it takes a SingleStream run and a MultiStream run");
  RunDocument other = multi;
  other.workload = "resnet50";
  EXPECT_EQ(infer_multi_stream(single, other).reason(), "the two runs are not of the same workload");
  other = multi;
  other.latency.percentiles_s["p99"].point.reset();
  EXPECT_EQ(infer_multi_stream(single, other).reason(), "the MultiStream run has no finite P99");
}

}  // namespace
}  // namespace assay
