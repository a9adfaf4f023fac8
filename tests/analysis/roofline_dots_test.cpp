#include "analysis/roofline_dots.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/sample_rooflines.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr double kFlat = 50e9;
constexpr double kSlopes[] = {200e9, 100e9, 50e9, 20e9};

/// A roof of 50 Gflop/s and slopes of 200, 100, 50 and 20 GB/s; capacities 32 KiB, 512 KiB, 4 MiB (of 32 reported).
RooflineMeasurement four_levels() {
  RooflineMeasurement m;
  m.machine.data_caches = {
      {.level = 1, .sharing_cores = 1}, {.level = 2, .sharing_cores = 1}, {.level = 3, .sharing_cores = 2}};
  m.levels = {{.name = "L1", .reported_bytes = 32768},
              {.name = "L2", .reported_bytes = 524288},
              {.name = "L3", .reported_bytes = 33554432, .measured_bytes = 4194304},
              {.name = "DRAM"}};
  for (const std::size_t threads : {1U, 2U}) {
    const auto factor = static_cast<double>(threads);
    for (const char* dtype : {"f64", "f32"}) {
      m.subjects.push_back(
          subject_of({.id = "fma", .dtype = dtype, .threads = threads, .work = 16.0}, constant_rates(kFlat * factor)));
    }
    for (std::size_t i = 0; i < 4; ++i) {
      m.subjects.push_back(subject_of({.id = m.levels[i].name + "/load",
                                       .kind = SubjectKind::bandwidth,
                                       .level = m.levels[i].name,
                                       .mix = "load",
                                       .threads = threads,
                                       .bytes = 64.0},
                                      constant_rates(kSlopes[i] * factor)));
    }
  }
  return m;
}

PlacedDot placed(double intensity, double rate, std::uint64_t working_set, std::size_t threads = 1) {
  RooflineMeasurement m = four_levels();
  m.subjects.push_back(subject_of(
      {.id = "dot", .kind = SubjectKind::dot, .threads = threads, .work = 1000.0 * intensity, .bytes = 1000.0},
      constant_rates(rate)));
  m.subjects.back().working_set_bytes = working_set;
  return place_dots(fit_roofline(m), m).at(0);
}

TEST(RooflineDots, BothSidesOfTheRidgeAtEveryLevel) {
  const std::uint64_t sets[] = {8192, 262144, 2097152, 268435456};
  const char* const names[] = {"L1", "L2", "L3", "DRAM"};
  for (std::size_t i = 0; i < 4; ++i) {
    const double ridge = kFlat / kSlopes[i];
    const PlacedDot left = placed(ridge / 4.0, 5e9, sets[i]);
    ASSERT_EQ(left.refused, "");
    EXPECT_EQ(left.level, names[i]);
    EXPECT_TRUE(left.memory_bound);
    EXPECT_NEAR(left.attainable.value(), kFlat / 4.0, 1.0);
    EXPECT_NEAR(left.share.point.value(), 0.4, 1e-9);
    EXPECT_NEAR(left.share.lower.value(), 0.4, 1e-6);
    EXPECT_THAT(left.sentence, HasSubstr(std::string("reaches 40 % [40.0, 40.0] of its ceiling")));
    EXPECT_THAT(left.sentence, HasSubstr(std::string("the bandwidth of ") + names[i] + " load"));
    const PlacedDot right = placed(ridge * 4.0, 40e9, sets[i]);
    EXPECT_FALSE(right.memory_bound);
    EXPECT_NEAR(right.attainable.value(), kFlat, 1.0);
    EXPECT_NEAR(right.share.point.value(), 0.8, 1e-9);
    EXPECT_THAT(right.sentence, HasSubstr("the arithmetic of fma f64, avx2, 1 thread"));
  }
}

TEST(RooflineDots, TheMeasuredCapacityCountsAndASharedCacheHoldsAllThreads) {
  EXPECT_EQ(placed(1.0, 1e9, 8388608).level, "DRAM");  // 8 MiB: within the 32 reported, above the 4 measured
  EXPECT_EQ(placed(1.0, 1e9, 3145728, 1).level, "L3");
  EXPECT_EQ(placed(1.0, 1e9, 3145728, 2).level, "DRAM");  // 2 x 3 MiB in a shared cache of 4
  EXPECT_EQ(placed(1.0, 1e9, 262144, 2).level, "L2");     // each core has its own
  EXPECT_THAT(placed(1.0, 1e9, 2097152).level_reason, HasSubstr("2.00 MiB of working set fit its 4.00 MiB (measured)"));
}

TEST(RooflineDots, AboveItsCeilingIsSaid) {
  EXPECT_THAT(placed(0.1, 10e9, 268435456).sentence, HasSubstr("above it: its data come from a nearer level"));
}

TEST(RooflineDots, WhatCannotBePlacedSaysWhy) {
  EXPECT_THAT(placed(1.0, 1e9, 8192, 3).refused,
              HasSubstr("no roof counts flop of f64 on 3 threads; there are: flop f32 on 1 thread"));
  RooflineMeasurement m = four_levels();
  m.subjects.push_back(subject_of({.kind = SubjectKind::dot, .work = 1.0, .bytes = 0.0}, constant_rates(1e9)));
  EXPECT_EQ(place_dots(fit_roofline(m), m).at(0).refused, "it declares no work or no bytes");
  m.subjects.back().samples.resize(3);
  EXPECT_THAT(place_dots(fit_roofline(m), m).at(0).refused, HasSubstr("3 of 3 samples are clean"));
}

RunDocument run_of_work() {
  RunDocument run = golden_run();
  run.synthetic = false;
  run.emulated.reset();
  run.valid = true;
  run.workload = "gemm";
  run.scenario = "offline";
  run.workload_parameters = {{"dtype", "f64"}};
  run.work_flops = 1'000'000;
  run.traffic_bytes = 10'000'000;  // 0.1 flop/byte from DRAM: 20 GB/s x 0.1 = 2 Gflop/s
  run.samples_per_s = 1000.0;
  run.metric_unit = "samples/s";
  run.metric = {.point = 1000.0, .lower = 900.0, .upper = 1100.0};
  run.placement.worker_cpus = {0};
  return run;
}

TEST(RooflineDots, ARunIsPlacedByItsDeclaredWork) {
  const RooflineMeasurement m = four_levels();
  const PlacedDot dot = place_run(fit_roofline(m), m, run_of_work());
  ASSERT_EQ(dot.refused, "");
  EXPECT_NEAR(dot.intensity.value(), 0.1, 1e-12);
  EXPECT_NEAR(dot.achieved.point.value(), 1e9, 1e-3);
  EXPECT_EQ(dot.level, "DRAM");
  EXPECT_THAT(dot.level_reason, HasSubstr("the bytes of one sample stand for the working set"));
  EXPECT_TRUE(dot.memory_bound);
  EXPECT_NEAR(dot.share.point.value(), 0.5, 1e-9);
  EXPECT_LT(dot.share.lower.value(), 0.46);
  EXPECT_GT(dot.share.upper.value(), 0.54);
  EXPECT_EQ(dot.axes.form, RooflineForm::cache_aware);
  EXPECT_EQ(dot.axes.bytes_level, "core");
}

TEST(RooflineDots, ARunWithoutWorkOrFromElsewhereIsRefused) {
  RooflineMeasurement m = four_levels();
  const Roofline roofline = fit_roofline(m);
  const auto refusal = [&](auto change) {
    RunDocument run = run_of_work();
    change(run);
    return place_run(roofline, m, run).refused;
  };
  EXPECT_THAT(refusal([](RunDocument& r) { r.synthetic = true; }), HasSubstr("synthetic"));
  EXPECT_THAT(refusal([](RunDocument& r) { r.emulated = golden_run().emulated; }),
              HasSubstr("emulated: its clock was lowered by the model of phone"));
  EXPECT_THAT(refusal([](RunDocument& r) { r.work_flops.reset(); }), HasSubstr("declares no flops"));
  EXPECT_THAT(refusal([](RunDocument& r) { r.traffic_bytes = 0; }), HasSubstr("declares no bytes"));
  EXPECT_THAT(refusal([](RunDocument& r) { r.samples_per_s.reset(); }), HasSubstr("no rate"));
  EXPECT_THAT(refusal([](RunDocument& r) { r.workload_parameters["dtype"] = "bf16"; }),
              HasSubstr("of bf16 on 1 thread"));
  m.machine_identity = {.label = "there", .id = "another"};
  EXPECT_THAT(refusal([](RunDocument&) {}), HasSubstr("another machine"));
}

TEST(RooflineDots, NotesWhatARunCannotSay) {
  const RooflineMeasurement m = four_levels();
  RunDocument run = run_of_work();
  run.scenario = "server";
  run.valid = false;
  run.workload_parameters.clear();
  run.metric_unit = "s";
  const PlacedDot dot = place_run(fit_roofline(m), m, run);
  EXPECT_EQ(dot.refused, "");
  EXPECT_EQ(dot.dtype, "f32");
  EXPECT_THAT(dot.notes, SizeIs(4));
  EXPECT_EQ(dot.share.lower, std::nullopt);
  EXPECT_EQ(dot.share.reason, "the rate of the run has no interval");
}

TEST(RooflineForm, AxesAreSharedOnlyByLikePoints) {
  const DotAxes core;
  EXPECT_EQ(axes_conflict(core, core), "");
  EXPECT_THAT(axes_conflict(core, {.work_unit = "op"}), HasSubstr("flop"));
  EXPECT_THAT(axes_conflict(core, {.form = RooflineForm::classic}), HasSubstr("classic form"));
  EXPECT_THAT(axes_conflict(core, {.bytes_level = "DRAM"}), HasSubstr("at DRAM"));
  EXPECT_THAT(axes_conflict(core, {.write_allocate = true}), HasSubstr("write-allocate"));
  EXPECT_THAT(axes_conflict(core, {.bytes_source = FiguresSource::measured}), HasSubstr("measured"));
  EXPECT_THAT(axes_conflict(core, {.work_source = FiguresSource::modelled}), HasSubstr("modelled"));
  EXPECT_EQ(axes_sentence(core),
            "flop (counted) per byte at the core (counted, without write-allocate), cache-aware form");
}

/// A dot of 1000 flops and 1000 bytes at 10 Gflop/s whose counters over 100 iterations are given.
RooflineMeasurement counted(std::vector<CounterReading> counters) {
  RooflineMeasurement m = four_levels();
  m.machine.data_caches.back().line = Bytes{64};
  m.subjects.push_back(
      subject_of({.id = "dot", .kind = SubjectKind::dot, .work = 1000.0, .bytes = 1000.0}, constant_rates(10e9)));
  m.subjects.back().working_set_bytes = 8192;
  m.subjects.back().counters = std::move(counters);
  m.subjects.back().counted_iterations = 100;
  return m;
}

CounterReading saw(CounterEvent event, std::uint64_t value) {
  return {.event = event, .value = value, .source = "PAPI"};
}

TEST(RooflineDots, CountersGiveTheSameWorkASecondDotAtItsMemoryTraffic) {
  const RooflineMeasurement m = counted({saw(CounterEvent::flops_double, 120'000), saw(CounterEvent::llc_misses, 400)});
  const std::vector<PlacedDot> dots = place_dots(fit_roofline(m), m);
  ASSERT_THAT(dots, SizeIs(2));
  EXPECT_DOUBLE_EQ(*dots[0].intensity, 1.0);
  EXPECT_EQ(dots[0].axes.bytes_source, FiguresSource::counted);
  EXPECT_THAT(dots[0].notes, Contains(HasSubstr("the counters saw 1200 flop an iteration where it declares 1000")));
  const PlacedDot& dot = dots[1];
  EXPECT_EQ(dot.refused, "");
  EXPECT_DOUBLE_EQ(*dot.intensity, 1200.0 / (4 * 64));
  EXPECT_DOUBLE_EQ(*dot.achieved.point, 12e9);
  EXPECT_EQ(dot.axes.form, RooflineForm::classic);
  EXPECT_EQ(dot.axes.work_source, FiguresSource::measured);
  EXPECT_EQ(dot.axes.bytes_source, FiguresSource::measured);
  EXPECT_EQ(dot.level, "DRAM");
  EXPECT_FALSE(dot.memory_bound);  // 4.7 flop/byte is right of DRAM's ridge, 2.5
  EXPECT_DOUBLE_EQ(*dot.share.point, 12.0 / 50.0);
  EXPECT_THAT(axes_conflict(dots[0].axes, dot.axes), HasSubstr("classic"));
}

TEST(RooflineDots, CountersThatSayNothingGiveNoSecondDot) {
  const CounterReading absent{.event = CounterEvent::llc_misses, .value = Unavailable{"no PMU"}, .source = ""};
  for (const auto& counters : {std::vector<CounterReading>{}, {absent}, {saw(CounterEvent::flops_double, 100'000)}}) {
    const RooflineMeasurement m = counted(counters);
    const std::vector<PlacedDot> dots = place_dots(fit_roofline(m), m);
    ASSERT_THAT(dots, SizeIs(1));
    EXPECT_THAT(dots[0].notes, SizeIs(0));
  }
}

TEST(RooflineDots, AFlopCounterThatNeverMovesIsNotBelievedAndNoMissesHaveNoIntensity) {
  const RooflineMeasurement stuck = counted({saw(CounterEvent::flops_double, 0), saw(CounterEvent::llc_misses, 100)});
  const std::vector<PlacedDot> dots = place_dots(fit_roofline(stuck), stuck);
  ASSERT_THAT(dots, SizeIs(2));
  EXPECT_EQ(dots[1].axes.work_source, FiguresSource::counted);
  EXPECT_DOUBLE_EQ(*dots[1].intensity, 1000.0 / 64);
  const RooflineMeasurement cached = counted({saw(CounterEvent::llc_misses, 0)});
  EXPECT_THAT(place_dots(fit_roofline(cached), cached).at(1).refused, HasSubstr("no line came from memory"));
}

}  // namespace
}  // namespace assay
