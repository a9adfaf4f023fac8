#include "analysis/roofline_dots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/format.hpp"
#include "analysis/measured_figures.hpp"
#include "analysis/roofline_titles.hpp"

namespace assay {
namespace {

/// How many of `threads` share one instance of the level "L<n>"; 1 if the machine does not show it.
double threads_sharing(const Machine& machine, const std::string& level, std::size_t threads) {
  for (const CacheLevel& cache : machine.data_caches) {
    if (level == fmt::format("L{}", cache.level)) {
      return static_cast<double>(
          std::min<std::size_t>(threads, static_cast<std::size_t>(std::max(1, cache.sharing_cores))));
    }
  }
  return 1.0;
}

std::string bytes_text(double bytes) {
  constexpr double kLargest = 1e18;
  return format_bytes(static_cast<std::uint64_t>(std::clamp(bytes, 0.0, kLargest)));
}

std::string roofs_there_are(const Roofline& roofline) {
  std::string list;
  for (const RoofSet& set : roofline.sets) {
    if (!set.flat) {
      continue;
    }
    list += fmt::format("{}{} {} on {}", list.empty() ? "" : ", ", set.work_unit, set.dtype, threads_text(set.threads));
  }
  return list.empty() ? "none (they need compute and bandwidth in --only)" : list;
}

/// The half width of an interval in logarithms; absent without both limits.
std::optional<double> log_half_width(const EstimateRecord& estimate) {
  if (!estimate.lower || !estimate.upper || !(*estimate.lower > 0.0) || !(*estimate.upper >= *estimate.lower)) {
    return std::nullopt;
  }
  return 0.5 * std::log(*estimate.upper / *estimate.lower);
}

void scale(EstimateRecord& estimate, double factor) {
  for (std::optional<double>* value : {&estimate.point, &estimate.lower, &estimate.upper}) {
    if (*value) {
      **value *= factor;
    }
  }
}

/// Two measurements that share no round: their relative errors add as squares.
EstimateRecord independent_ratio(const EstimateRecord& numerator, double denominator,
                                 const EstimateRecord& denominator_estimate) {
  EstimateRecord ratio{.point = *numerator.point / denominator,
                       .lower = {},
                       .upper = {},
                       .confidence = denominator_estimate.confidence,
                       .reason = ""};
  const auto a = log_half_width(numerator);
  const auto b = log_half_width(denominator_estimate);
  if (a && b) {
    const double half_width = std::hypot(*a, *b);
    ratio.lower = *ratio.point * std::exp(-half_width);
    ratio.upper = *ratio.point * std::exp(half_width);
  } else {
    ratio.reason = a ? "the ceiling has no interval" : "the rate of the run has no interval";
  }
  return ratio;
}

std::string sentence_of(const PlacedDot& dot, const RooflineSubject& binding) {
  const double share = *dot.share.point;
  std::string interval;
  if (dot.share.lower && dot.share.upper) {
    const int decimals = *dot.share.upper - *dot.share.lower < 0.02 ? 1 : 0;
    interval =
        fmt::format(" [{:.{}f}, {:.{}f}]", 100.0 * *dot.share.lower, decimals, 100.0 * *dot.share.upper, decimals);
  }
  std::string text = fmt::format("reaches {:.0f} %{} of its ceiling at {} {}/byte: the {} of {}", 100.0 * share,
                                 interval, plain_number(*dot.intensity), dot.axes.work_unit,
                                 dot.memory_bound ? "bandwidth" : "arithmetic", title_of(binding));
  constexpr double kAbove = 1.02;
  if (share > kAbove) {
    const bool counted = dot.axes.bytes_source == FiguresSource::measured;
    text += counted            ? "; above it: the stretch that was counted differs from the samples"
            : dot.memory_bound ? "; above it: its data come from a nearer level than its working set tells"
                               : "; above it: its declared work or its clock does not fit this roofline";
  }
  return text;
}

/// Finds level and binding ceiling of a dot whose intensity, rate and working set are known.
void bind(const Roofline& roofline, PlacedDot& dot) {
  const RoofSet* set = roofline.set(dot.threads, dot.dtype, dot.axes.work_unit);
  if (set == nullptr || !set->flat) {
    dot.refused = set != nullptr ? set->reason
                                 : fmt::format("no roof counts {} of {} on {}; there are: {}", dot.axes.work_unit,
                                               dot.dtype.empty() ? "its data type" : dot.dtype,
                                               threads_text(dot.threads), roofs_there_are(roofline));
    return;
  }
  const LevelRoofs* level = set->level(dot.level);
  if (level == nullptr || !level->slope) {
    dot.refused = level != nullptr ? level->reason : fmt::format("no roof of level \"{}\" was measured", dot.level);
    return;
  }
  const double flat = *roofline.ceilings[*set->flat].roof.point;
  const double slope = *roofline.ceilings[*level->slope].roof.point;
  dot.memory_bound = slope * *dot.intensity < flat;
  dot.binding = dot.memory_bound ? level->slope : set->flat;
  dot.attainable = std::min(flat, slope * *dot.intensity);
  if (level->knee) {
    // The shape of the knee is the dial's, the height is that of the roofs: the dial's own mix may be a slower one.
    Knee knee = level->knee->knee;
    knee.log_pi = std::log(flat);
    knee.log_beta = std::log(slope);
    dot.attainable_round = std::exp(knee.log_attainable(std::log(*dot.intensity)));
  }
}

void say(const Roofline& roofline, const RooflineMeasurement& measurement, PlacedDot& dot) {
  dot.sentence = sentence_of(dot, measurement.subjects[roofline.ceilings[*dot.binding].subject]);
}

/// Binds the dot and says its share of the roof, with the draws that its ceiling and the roof have in common.
void finish(const Roofline& roofline, const RooflineMeasurement& measurement, const Ceiling& ceiling, PlacedDot& dot) {
  bind(roofline, dot);
  if (!dot.refused.empty()) {
    return;
  }
  dot.share = ratio_of(ceiling, roofline.ceilings[*dot.binding], roofline.options.bootstrap);
  // The ratio of the two rates, carried to the intensity: a constant factor leaves the draws' spread as it is.
  scale(dot.share, *dot.achieved.point / *dot.attainable / *dot.share.point);
  say(roofline, measurement, dot);
}

double last_line_bytes(const RooflineMeasurement& measurement) {
  return measurement.machine.data_caches.empty()
             ? 0.0
             : static_cast<double>(measurement.machine.data_caches.back().line.count);
}

/// The same work by what the counters saw of it; none where they saw no memory traffic.
std::optional<PlacedDot> place_by_counters(const Roofline& roofline, const RooflineMeasurement& measurement,
                                           const Ceiling& ceiling, const PlacedDot& declared) {
  const RooflineSubject& subject = measurement.subjects[ceiling.subject];
  const MeasuredFigures figures = measured_figures(subject, last_line_bytes(measurement));
  if (!ceiling.usable() || !declared.intensity || !figures.memory_bytes || measurement.levels.empty()) {
    return std::nullopt;
  }
  PlacedDot dot;
  dot.name = declared.name + ", by counters";
  dot.layer = declared.layer;
  dot.axes = {.form = RooflineForm::classic,
              .work_unit = subject.work_unit,
              .work_source = figures.flops ? FiguresSource::measured : subject.work_source,
              .bytes_source = FiguresSource::measured,
              .bytes_level = measurement.levels.back().name,
              .write_allocate = true};
  dot.threads = declared.threads;
  dot.dtype = declared.dtype;
  dot.working_set_bytes = declared.working_set_bytes;
  dot.level = dot.axes.bytes_level;
  dot.level_reason = "the counters saw what came from there";
  const double work = figures.flops.value_or(subject.work_per_iteration);
  dot.achieved = ceiling.roof;
  dot.expected = ceiling.expected;
  for (EstimateRecord* estimate : {&dot.achieved, &dot.expected}) {
    scale(*estimate, work / subject.work_per_iteration);
  }
  dot.achieved_by = declared.achieved_by;
  if (!(*figures.memory_bytes > 0.0)) {
    dot.refused = "no line came from memory while it was counted: its intensity there has no bound";
    return dot;
  }
  dot.intensity = work / *figures.memory_bytes;
  if (const std::string conflict = flops_conflict(subject, figures); !conflict.empty()) {
    dot.notes.push_back(conflict);
  }
  dot.notes.emplace_back("bytes are lines that the last cache missed; what is written back is not among them");
  finish(roofline, measurement, ceiling, dot);
  return dot;
}

PlacedDot place_subject(const Roofline& roofline, const RooflineMeasurement& measurement, const Ceiling& ceiling) {
  const RooflineSubject& subject = measurement.subjects[ceiling.subject];
  PlacedDot dot;
  dot.name = title_of(subject);
  if (const auto layer = subject.parameters.find(kLayerParameter); layer != subject.parameters.end()) {
    dot.layer = layer->second;
    dot.name = layer->second + ", " + dot.name;
  }
  dot.axes.work_unit = subject.work_unit;
  dot.axes.work_source = subject.work_source;
  dot.axes.bytes_source = subject.bytes_source;
  if (subject.bytes_source == FiguresSource::measured) {  // counters sit behind the last cache
    dot.axes.form = RooflineForm::classic;
    dot.axes.bytes_level = measurement.levels.empty() ? "" : measurement.levels.back().name;
    dot.axes.write_allocate = true;
  }
  dot.threads = std::max<std::size_t>(1, subject.cpus.size());
  dot.dtype = subject.dtype;
  dot.intensity = ceiling.intensity;
  dot.achieved = ceiling.roof;
  dot.achieved_by = "0.95-quantile of the clean samples, as the roofs are";
  dot.expected = ceiling.expected;
  if (!ceiling.usable()) {
    dot.refused = ceiling.problem;
    return dot;
  }
  if (!dot.intensity) {
    dot.refused = "it declares no work or no bytes";
    return dot;
  }
  if (subject.working_set_bytes > 0) {
    dot.working_set_bytes = static_cast<double>(subject.working_set_bytes);
    const LevelChoice choice = level_holding(measurement, *dot.working_set_bytes, dot.threads);
    dot.level = choice.level;
    dot.level_reason = choice.reason;
  } else {
    dot.level = subject.level;
    dot.level_reason = "as the measurement says";
  }
  if (const std::string conflict = flops_conflict(subject, measured_figures(subject, 0.0)); !conflict.empty()) {
    dot.notes.push_back(conflict);
  }
  finish(roofline, measurement, ceiling, dot);
  return dot;
}

/// Why a run cannot be a dot at all; empty if it can.
std::string refusal_of(const RooflineMeasurement& measurement, const RunDocument& run) {
  if (run.synthetic) {
    return "synthetic: its service times were drawn from a law, no work was done";
  }
  if (run.emulated) {
    return fmt::format("emulated: its clock was lowered by the model of {}", run.emulated->name);
  }
  if (run.limits.simd != measurement.limits.simd) {
    const auto widest = [](const SystemLimits& limits) { return limits.simd.empty() ? "the best" : limits.simd; };
    return fmt::format("its widest instruction set was {}, that of the roofline {}", widest(run.limits),
                       widest(measurement.limits));
  }
  if (!run.work_flops || *run.work_flops == 0) {
    return "its file declares no flops per sample";
  }
  if (!run.traffic_bytes || *run.traffic_bytes == 0) {
    return "its file declares no bytes per sample";
  }
  if (!run.samples_per_s || !(*run.samples_per_s > 0.0)) {
    return "its file holds no rate: no sample was completed";
  }
  const std::string& here = measurement.machine_identity.id;
  if (!here.empty() && !run.machine_identity.id.empty() && run.machine_identity.id != here) {
    return fmt::format("it ran on another machine ({}) than the roofline ({})", run.machine_identity.label,
                       measurement.machine_identity.label);
  }
  return {};
}

void add_notes(const RunDocument& run, PlacedDot& dot) {
  if (!run.valid) {
    dot.notes.emplace_back("the run is INVALID: see its reasons before trusting its rate");
  }
  if (!run.interference.empty()) {
    dot.notes.emplace_back("load was injected beside the run: its distance to the roof is not its own");
  }
  if (run.scenario == "server") {
    dot.notes.emplace_back(
        "a Server run does as much as it was asked for: its distance to the roof is no fault of code");
  }
  if (!run.workload_parameters.contains("dtype")) {
    dot.notes.emplace_back("its parameters name no data type: the roofs of f32 are used");
  }
}

}  // namespace

LevelChoice level_holding(const RooflineMeasurement& measurement, double bytes, std::size_t threads) {
  for (const MemoryLevel& level : measurement.levels) {
    const std::optional<std::uint64_t> capacity = level.measured_bytes ? level.measured_bytes : level.reported_bytes;
    const double needed = bytes * threads_sharing(measurement.machine, level.name, threads);
    if (capacity && needed <= static_cast<double>(*capacity)) {
      return {.level = level.name,
              .reason = fmt::format("{} of working set fit its {} ({})", bytes_text(needed),
                                    bytes_text(static_cast<double>(*capacity)),
                                    level.measured_bytes ? "measured" : "as reported")};
    }
  }
  if (measurement.levels.empty()) {
    return {.level = "", .reason = "no memory level was measured"};
  }
  return {.level = measurement.levels.back().name,
          .reason = fmt::format("{} of working set fit no cache whose capacity is known", bytes_text(bytes))};
}

std::vector<PlacedDot> place_dots(const Roofline& roofline, const RooflineMeasurement& measurement) {
  std::vector<PlacedDot> dots;
  for (const Ceiling& ceiling : roofline.ceilings) {
    if (measurement.subjects[ceiling.subject].kind == SubjectKind::dot) {
      dots.push_back(place_subject(roofline, measurement, ceiling));
      if (auto counted = place_by_counters(roofline, measurement, ceiling, dots.back())) {
        dots.push_back(std::move(*counted));
      }
    }
  }
  return dots;
}

PlacedDot place_run(const Roofline& roofline, const RooflineMeasurement& measurement, const RunDocument& run) {
  PlacedDot dot;
  dot.name = fmt::format("{} {}", run.workload, run.scenario);
  dot.refused = refusal_of(measurement, run);
  if (!dot.refused.empty()) {
    return dot;
  }
  const auto work = static_cast<double>(*run.work_flops);
  dot.threads = std::max<std::size_t>(1, run.placement.worker_cpus.size());
  const auto dtype = run.workload_parameters.find("dtype");
  dot.dtype = dtype == run.workload_parameters.end() ? "f32" : dtype->second;
  dot.working_set_bytes = static_cast<double>(*run.traffic_bytes);
  dot.intensity = work / *dot.working_set_bytes;
  dot.achieved.point = *run.samples_per_s * work;
  if (run.metric_unit == "samples/s" && run.metric.lower && run.metric.upper) {
    dot.achieved.lower = *run.metric.lower * work;
    dot.achieved.upper = *run.metric.upper * work;
  } else {
    dot.achieved.reason = "the run file holds no interval of its rate";
  }
  dot.achieved_by = "work of a sample times the mean rate of the whole run";
  const LevelChoice choice = level_holding(measurement, *dot.working_set_bytes, dot.threads);
  dot.level = choice.level;
  dot.level_reason = choice.reason + "; the bytes of one sample stand for the working set, which a run file lacks";
  add_notes(run, dot);
  bind(roofline, dot);
  if (dot.refused.empty()) {
    dot.share = independent_ratio(dot.achieved, *dot.attainable, roofline.ceilings[*dot.binding].roof);
    say(roofline, measurement, dot);
  }
  return dot;
}

}  // namespace assay
