#include "tests/analysis/sample_rooflines.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>

#include "harness/random_bits.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

constexpr double kClock = 3.24e9;

/// Rate in the best of times, and how far rounds and samples fall below it (standard deviations, relative).
struct Quality {
  double best = 1.0;
  double round = 0.01;
  double sample = 0.01;
};

class Maker {
 public:
  Maker(std::uint64_t seed, std::uint32_t rounds, int samples) : random_(seed), rounds_(rounds), samples_(samples) {
    for (std::uint32_t round = 0; round < rounds; ++round) {
      round_shift_.push_back(std::abs(random_.normal()));
    }
  }

  RooflineSubject make(SubjectShape shape, const Quality& quality, double contaminated_share = 0.05) {
    shape.id = shape.id.empty() ? id_of(shape) : shape.id;
    RooflineSubject subject = subject_of(shape, {});
    const double amount = shape.kind == SubjectKind::bandwidth ? shape.bytes : shape.work;
    for (std::uint32_t round = 0; round < rounds_; ++round) {
      for (int i = 0; i < samples_; ++i) {
        const double slow = quality.round * round_shift_[round] + quality.sample * std::abs(random_.normal());
        const bool bad = random_.unit() < contaminated_share;
        const double rate = quality.best * std::exp(-slow) * (bad ? 0.4 : 1.0);
        const double clock = kClock * (1.0 - 0.002 * std::abs(random_.normal()) - 0.001 * round_shift_[round]);
        subject.samples.push_back(
            {.round = round,
             .seconds_per_iteration = amount / rate,
             .clock_hz = std::round(clock),
             .injected_bytes_per_s = {},
             .contamination =
                 bad ? (i % 2 == 0 ? Contamination::preempted : Contamination::stalled) : Contamination::none});
      }
    }
    return subject;
  }

 private:
  static std::string id_of(const SubjectShape& shape) {
    return fmt::format("{}{}/{}/{}/{}t", shape.level.empty() ? "" : shape.level + "/", shape.mix, shape.dtype,
                       shape.isa, shape.threads);
  }

  RandomBits random_;
  std::uint32_t rounds_;
  int samples_;
  std::vector<double> round_shift_;
};

struct Level {
  const char* name;
  std::uint64_t working_set;
  std::map<std::string, double> mixes;  ///< GB/s of one thread
  double two_threads;                   ///< factor
  double p;                             ///< of its knee
  double latency_ns;
  Quality quality;
};

const std::vector<Level>& levels() {
  static const std::vector<Level> all{
      {"L1",
       8192,
       {{"load", 206.0}, {"copy", 205.0}, {"triad", 202.0}, {"store", 103.0}},
       2.0,
       3.2,
       1.23,
       {1, .01, .01}},
      {"L2", 262144, {{"load", 103.0}, {"copy", 99.0}, {"triad", 97.0}, {"store", 90.0}}, 2.0, 5.4, 3.8, {1, .01, .02}},
      {"L3",
       1572864,
       {{"load", 78.0}, {"copy", 70.0}, {"triad", 76.0}, {"store", 62.0}},
       1.7,
       4.3,
       15.6,
       {1, .05, .05}},
      {"DRAM",
       268435456,
       {{"load", 22.5}, {"copy", 21.0}, {"triad", 23.0}, {"triad nt", 36.0}, {"store", 17.5}},
       1.6,
       2.0,
       135.0,
       {1, .07, .05}}};
  return all;
}

void add_compute(Maker& maker, RooflineMeasurement& m, std::size_t threads) {
  const auto add = [&](const char* mix, const char* dtype, const char* isa, double per_cycle, double limit,
                       const char* unit = "flop") {
    RooflineSubject subject = maker.make({.id = "",
                                          .kind = SubjectKind::compute,
                                          .mix = mix,
                                          .dtype = dtype,
                                          .isa = isa,
                                          .work_unit = unit,
                                          .threads = threads,
                                          .work = per_cycle * 1000.0 * static_cast<double>(threads)},
                                         {per_cycle * kClock * static_cast<double>(threads), .003, .003});
    subject.work_per_cycle_limit = limit;
    m.subjects.push_back(std::move(subject));
  };
  add("fma", "f64", "avx2", 16, 16);
  add("fma+add", "f64", "avx2", 23.9, 24);
  add("fma", "f64", "sse2", 8, 8);
  add("fma", "f64", "scalar", 4, 4);
  add("fma", "f32", "avx2", 32, 32);
  add("fma+add", "f32", "avx2", 42.7, 48);
  add("dot", "i8", "avx2", 62, 64, "op");
  add("maddubs", "i8", "avx2", 127.8, 128, "op");
}

void add_level(Maker& maker, RooflineMeasurement& m, const Level& level, std::size_t threads) {
  const double factor = threads == 1 ? 1.0 : level.two_threads;
  for (const auto& [mix, gigabytes] : level.mixes) {
    RooflineSubject subject = maker.make({.id = "",
                                          .kind = SubjectKind::bandwidth,
                                          .level = level.name,
                                          .mix = mix,
                                          .threads = threads,
                                          .bytes = 96.0 * static_cast<double>(threads)},
                                         {gigabytes * 1e9 * factor, level.quality.round, level.quality.sample});
    subject.pages = "huge";
    subject.working_set_bytes = level.working_set;
    subject.bytes_per_cycle_limit = 64.0;
    const double allocate = mix == "triad" ? 4.0 / 3.0 : mix == "copy" ? 1.5 : mix == "store" ? 2.0 : 1.0;
    subject.bus_bytes_per_iteration = allocate * subject.traffic_bytes_per_iteration;
    m.subjects.push_back(std::move(subject));
  }
}

void add_dial(Maker& maker, RooflineMeasurement& m, const Level& level, std::size_t threads) {
  const double factor = threads == 1 ? 1.0 : level.two_threads;
  const double pi = 51.7e9 * static_cast<double>(threads);
  const double beta = level.mixes.at("load") * 1e9 * factor;
  for (const double k : {1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96}) {
    const double intensity = 0.25 * k;
    const double rate = std::pow(std::pow(pi, -level.p) + std::pow(beta * intensity, -level.p), -1.0 / level.p);
    RooflineSubject subject = maker.make({.id = fmt::format("dial/{}/{}/{}t", level.name, k, threads),
                                          .kind = SubjectKind::intensity,
                                          .level = level.name,
                                          .mix = "load+fma",
                                          .threads = threads,
                                          .work = 8.0 * k * static_cast<double>(threads),
                                          .bytes = 32.0 * static_cast<double>(threads)},
                                         {rate, level.quality.round, level.quality.sample});
    subject.working_set_bytes = level.working_set;
    m.subjects.push_back(std::move(subject));
  }
}

void add_latency(Maker& maker, RooflineMeasurement& m, const Level& level) {
  RooflineSubject subject = maker.make({.id = fmt::format("latency/{}", level.name),
                                        .kind = SubjectKind::latency,
                                        .level = level.name,
                                        .mix = "chase",
                                        .work_unit = "access",
                                        .work = 1.0},
                                       {1e9 / level.latency_ns, level.quality.round, level.quality.sample});
  subject.pages = "huge";
  subject.working_set_bytes = level.working_set;
  m.subjects.push_back(std::move(subject));
}

void add_dots(Maker& maker, RooflineMeasurement& m) {
  const auto add = [&](const char* kernel, const char* n, double work, double bytes, double gigaflops) {
    RooflineSubject subject = maker.make({.id = fmt::format("dot/{}/{}", kernel, n),
                                          .kind = SubjectKind::dot,
                                          .mix = "",
                                          .isa = "",
                                          .work = work,
                                          .bytes = bytes},
                                         {gigaflops * 1e9, .02, .02});
    subject.kernel = kernel;
    subject.parameters = {{"n", n}, {"dtype", "f64"}};
    subject.working_set_bytes = static_cast<std::uint64_t>(bytes);
    m.subjects.push_back(std::move(subject));
  };
  add("gemm", "512", 2.0 * 512 * 512 * 512, 3.0 * 8 * 512 * 512, 43.0);
  add("gemv", "4096", 2.0 * 4096 * 4096, 8.0 * 4096 * 4096, 4.9);
  add("softmax", "2048", 5.0 * 2048, 16.0 * 2048, 6.1);
}

void describe(RooflineMeasurement& m, std::uint32_t rounds) {
  const RunDocument run = golden_run();
  m.id = "01JDR4ZK3M8Q6WXYV5T2A9BC7D";
  m.created = "2026-11-24T03:12:09Z";
  m.tool.version = "0.1.0";
  m.tool.revision = "a2b75c1";
  m.tool.compiler = "GNU 12.2.0";
  m.tool.build_type = "Release";
  m.machine = run.machine;
  m.machine.cpu_model = "Example Zen 3 Processor";
  m.machine.data_caches = {{.level = 1, .size = {32768}, .line = {64}, .sharing_cores = 1, .instance_count = 2},
                           {.level = 2, .size = {524288}, .line = {64}, .sharing_cores = 1, .instance_count = 2},
                           {.level = 3, .size = {33554432}, .line = {64}, .sharing_cores = 2, .instance_count = 1}};
  m.machine_identity = run.machine_identity;
  m.conditions = run.conditions;
  m.nominal_clock_hz = 2.445e9;
  m.nominal_clock_source = "cpuinfo";
  m.sample_s = 5e-4;
  m.pause_s = 3.5e-4;
  m.seed = 7;
  m.duration_s = 21.4;
  for (std::uint32_t round = 0; round < rounds; ++round) {
    m.rounds.push_back({.round = round,
                        .begin_s = 2.5 * round,
                        .end_s = 2.5 * round + 2.375,
                        .steal_share = 0.0125,
                        .foreign_cpu_share = 0.25,
                        .cpu_pressure_share = round == 2 ? std::nullopt : std::optional(0.375)});
  }
  m.levels = {
      {.name = "L1", .reported_bytes = 32768, .measured_bytes = 32768, .working_set_bytes = 8192, .note = ""},
      {.name = "L2", .reported_bytes = 524288, .measured_bytes = 458752, .working_set_bytes = 262144, .note = ""},
      {.name = "L3",
       .reported_bytes = 33554432,
       .measured_bytes = 4194304,
       .working_set_bytes = 1572864,
       .note = "an eighth of what is reported: other tenants share it"},
      {.name = "DRAM", .reported_bytes = {}, .measured_bytes = {}, .working_set_bytes = 268435456, .note = "no knee"}};
}

}  // namespace

RooflineSubject subject_of(const SubjectShape& shape, const std::vector<std::vector<double>>& rates) {
  RooflineSubject subject;
  subject.id = shape.id;
  subject.kind = shape.kind;
  subject.kernel = shape.kind == SubjectKind::compute ? "peak" : "stream";
  subject.level = shape.level;
  subject.isa = shape.isa;
  subject.dtype = shape.dtype;
  subject.mix = shape.mix;
  for (std::size_t thread = 0; thread < shape.threads; ++thread) {
    subject.cpus.push_back(static_cast<int>(thread));
  }
  subject.work_unit = shape.work_unit;
  subject.work_per_iteration = shape.work;
  subject.traffic_bytes_per_iteration = subject.bus_bytes_per_iteration = shape.bytes;
  subject.output_check = "ok 1e-16 (bound 1e-13)";
  subject.stopped_by = "all rounds done";
  const double amount = shape.kind == SubjectKind::bandwidth ? shape.bytes : shape.work;
  for (std::size_t round = 0; round < rates.size(); ++round) {
    for (const double rate : rates[round]) {
      subject.samples.push_back({.round = static_cast<std::uint32_t>(round),
                                 .seconds_per_iteration = amount / rate,
                                 .clock_hz = 3.2e9,
                                 .injected_bytes_per_s = {},
                                 .contamination = Contamination::none});
    }
  }
  return subject;
}

std::vector<std::vector<double>> constant_rates(double rate, std::size_t rounds, std::size_t samples) {
  return std::vector<std::vector<double>>(rounds, std::vector<double>(samples, rate));
}

RooflineMeasurement sample_roofline() {
  constexpr std::uint32_t kRounds = 8;
  RooflineMeasurement m;
  describe(m, kRounds);
  Maker maker(20'261'124, kRounds, 12);
  for (const std::size_t threads : {1U, 2U}) {
    add_compute(maker, m, threads);
    for (const Level& level : levels()) {
      add_level(maker, m, level, threads);
      add_dial(maker, m, level, threads);
    }
  }
  for (const Level& level : levels()) {
    add_latency(maker, m, level);
  }
  add_dots(maker, m);
  RooflineSubject absent = subject_of({.id = "fma/f64/avx512/1t", .isa = "avx512", .work = 1.0}, {});
  absent.unavailable = "this CPU has no AVX-512";
  absent.output_check.clear();
  m.subjects.push_back(std::move(absent));
  m.warnings = {"the host takes time from this guest"};
  return m;
}

RooflineMeasurement small_roofline() {
  constexpr std::uint32_t kRounds = 5;
  RooflineMeasurement m;
  describe(m, kRounds);
  Maker maker(3, kRounds, 5);
  m.levels.resize(1);
  m.subjects.push_back(
      maker.make({.id = "fma/f64/avx2/1t", .kind = SubjectKind::compute, .work = 16'000.0}, {51.8e9, .003, .003}, 0.0));
  m.subjects.back().work_per_cycle_limit = 16.0;
  m.subjects.back().parameters = {{"dtype", "f64"}, {"chains", "12"}};
  m.subjects.back().counters = {
      {.event = CounterEvent::task_clock, .value = std::uint64_t{1'234'567}, .source = "perf::TASK-CLOCK"},
      {.event = CounterEvent::cycles, .value = Unavailable{"no PMU in this guest"}, .source = ""}};
  m.subjects.back().counted_iterations = 1000;
  m.subjects.push_back(
      maker.make({.id = "L1/load/1t", .kind = SubjectKind::bandwidth, .level = "L1", .mix = "load", .bytes = 64.0},
                 {205e9, .01, .01}, 0.0));
  m.subjects.back().bytes_per_cycle_limit = 64.0;
  m.subjects.back().pages = "huge";
  m.subjects.back().working_set_bytes = 8192;
  m.subjects.back().samples[3].contamination = Contamination::preempted;
  m.subjects.push_back(maker.make({.id = "latency/L1",
                                   .kind = SubjectKind::latency,
                                   .level = "L1",
                                   .mix = "chase",
                                   .work_unit = "access",
                                   .work = 1.0},
                                  {8e8, .01, .01}, 0.0));
  m.subjects.back().samples[0].clock_hz.reset();
  for (RooflineSample& sample : m.subjects.back().samples) {
    sample.injected_bytes_per_s = 1e9;
  }
  m.subjects.push_back(maker.make({.id = "dot/gemm", .kind = SubjectKind::dot, .mix = "", .work = 4e6, .bytes = 1e5},
                                  {4e10, .02, .02}, 0.0));
  m.subjects.back().kernel = "gemm";
  m.subjects.back().bytes_source = FiguresSource::modelled;
  m.subjects.back().working_set_bytes = 24576;
  RooflineSubject absent = subject_of({.id = "fma/f64/avx512/1t", .isa = "avx512", .work = 1.0}, {});
  absent.unavailable = "this CPU has no AVX-512";
  m.subjects.push_back(std::move(absent));
  m.warnings = {"the host takes time from this guest"};
  return m;
}

}  // namespace assay
