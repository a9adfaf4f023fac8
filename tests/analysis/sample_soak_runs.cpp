#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "harness/random_bits.hpp"
#include "tests/analysis/sample_run_parts.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

/// To four digits, as a file of measured values would hold them.
double rounded(double value) {
  const double scale = std::pow(10.0, 3.0 - std::floor(std::log10(value)));
  return std::round(value * scale) / scale;
}

std::vector<SoakPoint> steady_points(int seconds, double rate, unsigned seed) {
  RandomBits random(seed);
  std::vector<SoakPoint> points;
  for (int i = 0; i < seconds; ++i) {
    SoakPoint point{.t_s = static_cast<double>(i), .throughput_per_s = rounded(rate * (1.0 + 0.004 * random.normal()))};
    point.p50_s = rounded(0.98 / point.throughput_per_s);
    point.p99_s = rounded(1.3 / point.throughput_per_s * (1.0 + 0.02 * std::abs(random.normal())));
    point.clock_hz = rounded(3.2e9 * (1.0 + 0.0005 * random.normal()));
    point.foreign_share = 0.011;
    point.involuntary_switches_per_s = 12.0;
    points.push_back(point);
  }
  return points;
}

/// The clock falls to 80 % after 60 s, when the temperature is near the trip.
void heat(SoakPoint& point) {
  const bool hot = point.t_s >= 60.0;
  const double slow = hot ? 0.8 : 1.0;
  point.throughput_per_s = rounded(slow * point.throughput_per_s);
  point.p50_s = rounded(*point.p50_s / slow);
  point.p99_s = rounded(*point.p99_s / slow);
  point.clock_hz = rounded(slow * *point.clock_hz);
  point.steal_share = 0.0;
  point.temperature_c = std::round(10.0 * (95.5 - 48.0 * std::exp(-point.t_s / 16.0) - (hot ? 1.0 : 0.0))) / 10.0;
  point.power_w = hot ? 45.2 : 64.8;
  point.throttle_flag = hot && std::fmod(point.t_s, 120.0) < 100.0;
}

/// The tail of each loop; of the first one without an upper limit.
std::vector<EstimateRecord> loop_tails(const SustainedAudit& audit) {
  std::vector<EstimateRecord> tails;
  for (const SoakLoop& loop : audit.loops) {
    tails.push_back({.point = loop.p99_s, .lower = rounded(0.97 * *loop.p99_s), .upper = rounded(1.04 * *loop.p99_s)});
  }
  tails.front().upper.reset();
  tails.front().reason = "needs 214 more queries";
  return tails;
}

void conclude(SoakRecord& soak) {
  const SoakSettings settings{.trip_temperature_c = soak.trip_temperature_c};
  soak.audit = sustained_audit(soak.points, settings).value();
  soak.loop_p99_s = loop_tails(*soak.audit);
  soak.verdict = sustained_verdict(soak.points, *soak.audit, settings);
}

RunDocument soaked(const char* id, SoakRecord soak, unsigned seed) {
  double queries = 0.0;
  for (const SoakPoint& point : soak.points) {
    queries += soak.period_s * point.throughput_per_s;
  }
  RunDocument run = sample_run({"single", id, static_cast<std::size_t>(queries), 1, 2.5, 3.2, 0.90}, seed);
  run.slo_s = 0.0036;
  run.slo_met_share = EstimateRecord{.point = 0.991, .lower = 0.9902, .upper = 0.9917};
  run.duration_s = static_cast<double>(soak.points.size()) * soak.period_s + soak.left_out_s;
  run.queries_per_s = run.samples_per_s = queries / run.duration_s;
  run.series.clear();
  run.soak = std::move(soak);
  return run;
}

SoakRecord virtual_machine_soak() {
  SoakRecord soak{.points = steady_points(180, 400.0, 3),
                  .left_out_s = 0.4,
                  .no_energy = "this host shows no energy counter (no /sys/class/powercap/intel-rapl)",
                  .absences = {{.kind = "temperature", .reason = "no thermal zone in this virtual machine"},
                               {.kind = "throttle flag", .reason = "no cpu0/thermal_throttle in this virtual machine"},
                               {.kind = "energy", .reason = "no /sys/class/powercap/intel-rapl"}},
                  .watch = {.clock_cpus = {0, 1},
                            .own_cpu_share = 0.0013,
                            .departures = {"real-time priority for the sampler: not permitted"}}};
  conclude(soak);
  return soak;
}

SoakRecord hot_soak() {
  SoakRecord soak{.ambient_c = 22.5, .points = steady_points(600, 400.0, 5), .trip_temperature_c = 95.0};
  SensorRecord zone{.name = "x86_pkg_temp",
                    .quantity = "temperature_c",
                    .source = "/sys/class/thermal/thermal_zone2/temp",
                    .trip_c = 95.0};
  SensorRecord counter{
      .name = "package-0", .quantity = "energy_j", .source = "/sys/class/powercap/intel-rapl:0/energy_uj"};
  double energy_j = 0.0;
  double queries = 0.0;
  for (SoakPoint& point : soak.points) {
    heat(point);
    energy_j += *point.power_w;
    queries += point.throughput_per_s;
    zone.values.push_back(point.temperature_c);
    counter.values.push_back(energy_j);
  }
  soak.energy = {{.boundary = "RAPL package-0",
                  .energy_j = energy_j,
                  .duration_s = 600.0,
                  .mean_power_w = energy_j / 600.0,
                  .idle_power_w = 9.1,
                  .energy_per_query_j = energy_j / queries,
                  .queries_per_j = queries / energy_j}};
  soak.sensors = {zone, counter};
  soak.absences = {{.kind = "fan", .reason = "no fan input in /sys/class/hwmon"}};
  soak.watch = {.clock_cpus = {2, 4},
                .own_cpu_share = 0.0009,
                .missed_count = 1,
                .temperature_of = "x86_pkg_temp",
                .power_of = "RAPL package-0"};
  conclude(soak);
  return soak;
}

std::vector<SoakPoint> golden_points() {
  std::vector<SoakPoint> points{{.t_s = 0.0, .throughput_per_s = 399.0}};
  for (const double t : {30.0, 60.0, 90.0}) {
    const bool hot = t >= 60.0;
    points.push_back({.t_s = t,
                      .throughput_per_s = hot ? 320.5 : 401.0,
                      .p50_s = hot ? 0.003 : 0.0024,
                      .p99_s = hot ? 0.0041 : 0.0033,
                      .clock_hz = hot ? 2.56e9 : 3.2e9,
                      .steal_share = 0.001,
                      .foreign_share = 0.02,
                      .involuntary_switches_per_s = 12.5,
                      .temperature_c = hot ? 95.5 : 71.0,
                      .power_w = hot ? 45.0 : 65.0,
                      .throttle_flag = hot});
  }
  return points;
}

SustainedAudit golden_audit() {
  const Segment fast{.begin = 0, .end = 2, .mean = 400.0, .standard_deviation = 1.0};
  const Segment slow{.begin = 2, .end = 4, .mean = 320.0, .standard_deviation = 0.5};
  SustainedAudit audit;
  audit.duration_s = 120.0;
  audit.loops = {{.begin_s = 0.0, .end_s = 60.0, .throughput_per_s = 400.0, .p99_s = 0.0033},
                 {.begin_s = 60.0, .end_s = 120.0, .throughput_per_s = 320.0, .p99_s = 0.0041}};
  audit.stability = 0.8;
  audit.sustained_to_peak = 0.79;
  audit.burst_per_s = 399.0;
  audit.peak_per_s = 401.0;
  audit.sustained_per_s = 320.5;
  audit.segments = {fast, slow};
  audit.steady.kind = SteadyKind::slow_down;
  audit.steady.begin = 2;
  audit.steady.mean = 320.0;
  audit.warm_up_s = 60.0;
  audit.drops = {{.before = fast, .during = slow, .begin_s = 60.0, .drop = 0.2, .clock_drop = 0.2}};
  audit.time_to_throttle_s = 60.0;
  return audit;
}

}  // namespace

std::vector<RunDocument> soak_runs() {
  std::vector<RunDocument> runs{soaked("01JDEXAMPLE0000000000000K0", virtual_machine_soak(), 20),
                                soaked("01JDEXAMPLE0000000000000K1", hot_soak(), 21)};
  runs[1].machine_identity.label = "lab3-08";
  return runs;
}

SoakRecord golden_soak() {
  SoakRecord soak{.period_s = 30.0, .ambient_c = 22.5, .left_out_s = 0.4, .trip_temperature_c = 95.0};
  soak.points = golden_points();
  soak.audit = golden_audit();
  soak.no_audit = "a reason";
  soak.loop_p99_s = {{.point = 0.0034, .lower = 0.0033, .reason = "needs 214 more queries"},
                     {.point = 0.0042, .lower = 0.0041, .upper = 0.0044}};
  soak.verdict = {.cause = SustainedCause::thermal, .evidence = {"The throttle flag was set in 2 of 4 points."}};
  soak.energy = {{.boundary = "RAPL package-0",
                  .energy_j = 6600.0,
                  .duration_s = 120.0,
                  .mean_power_w = 55.0,
                  .idle_power_w = 9.1,
                  .energy_per_query_j = 0.15,
                  .queries_per_j = 6.5}};
  soak.no_energy = "another reason";
  soak.sensors = {{.name = "x86_pkg_temp",
                   .quantity = "temperature_c",
                   .source = "/sys/class/thermal/thermal_zone2/temp",
                   .trip_c = 95.0,
                   .values = {{}, 71.0, 95.5, 95.5}}};
  soak.absences = {{.kind = "fan", .reason = "no fan input in /sys/class/hwmon"}};
  soak.watch = {.clock_cpus = {2, 4},
                .own_cpu_share = 0.0009,
                .missed_count = 1,
                .no_room_count = 2,
                .temperature_of = "x86_pkg_temp",
                .power_of = "RAPL package-0",
                .departures = {"real-time priority for the sampler: not permitted"}};
  return soak;
}

}  // namespace assay
