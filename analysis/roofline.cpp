#include "analysis/roofline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

namespace assay {
namespace {

struct Fit {
  const RooflineMeasurement& measurement;
  const std::vector<Ceiling>& ceilings;
  const RooflineFitOptions& options;

  [[nodiscard]] const RooflineSubject& subject(std::size_t i) const { return measurement.subjects[i]; }
  [[nodiscard]] std::size_t threads(std::size_t i) const { return std::max<std::size_t>(1, subject(i).cpus.size()); }
  [[nodiscard]] double roof(std::size_t i) const { return ceilings[i].roof.point.value_or(0.0); }
};

/// Of an instruction set that the processor lacks there is a subject without a kernel, which nobody asks for.
bool was_planned(const RooflineSubject& subject) { return subject.unavailable.empty() || !subject.kernel.empty(); }

/// A multiply-add, or the integer products summed as a matrix product needs them. A bare integer multiplication is
/// faster and bounds nothing that computes a sum.
bool is_multiply_add(const RooflineSubject& subject) { return subject.mix == "fma" || subject.mix.starts_with("dot"); }

/// The fastest first; equals in the order of measuring.
void sort_by_roof(const Fit& fit, std::vector<std::size_t>& indices) {
  std::stable_sort(indices.begin(), indices.end(),
                   [&](std::size_t a, std::size_t b) { return fit.roof(a) > fit.roof(b); });
}

/// Takes the first of `candidates` that `accept` takes.
template <class Accept>
std::optional<std::size_t> take_first(std::vector<std::size_t>& candidates, const Accept& accept) {
  const auto found = std::find_if(candidates.begin(), candidates.end(), accept);
  if (found == candidates.end()) {
    return std::nullopt;
  }
  const std::size_t index = *found;
  candidates.erase(found);
  return index;
}

/// A candidate that lacks clean samples and yet was faster than the roof: the roof would be another one.
template <class IsCandidate>
std::string doubt_about(const Fit& fit, std::optional<std::size_t> roof, const IsCandidate& is_candidate) {
  for (std::size_t i = 0; roof && i < fit.ceilings.size(); ++i) {
    const Ceiling& ceiling = fit.ceilings[i];
    if (ceiling.state == CeilingState::too_few_samples && ceiling.fastest_sample.value_or(0.0) > fit.roof(*roof) &&
        is_candidate(i)) {
      return fmt::format("{} ({}) had a faster sample than {}", ceiling.id, ceiling.problem, fit.ceilings[*roof].id);
    }
  }
  return {};
}

void fit_flat(const Fit& fit, RoofSet& set) {
  std::string refused;
  for (std::size_t i = 0; i < fit.ceilings.size(); ++i) {
    const RooflineSubject& subject = fit.subject(i);
    if (subject.kind != SubjectKind::compute || subject.dtype != set.dtype || subject.work_unit != set.work_unit ||
        fit.threads(i) > set.threads) {
      continue;
    }
    set.asked_for = set.asked_for || (fit.threads(i) == set.threads && was_planned(subject));
    if (fit.ceilings[i].usable()) {
      set.others.push_back(i);
    } else if (fit.threads(i) == set.threads && refused.empty()) {
      refused = fmt::format("{}: {}", subject.id, fit.ceilings[i].problem);
    }
  }
  sort_by_roof(fit, set.others);
  const auto of_this_set = [&](std::size_t i) { return fit.threads(i) == set.threads; };
  set.flat = take_first(set.others, [&](std::size_t i) { return of_this_set(i) && is_multiply_add(fit.subject(i)); });
  if (!set.flat) {
    set.flat = take_first(set.others, of_this_set);
  }
  set.doubt = doubt_about(fit, set.flat, [&](std::size_t i) {
    const RooflineSubject& subject = fit.subject(i);
    return subject.kind == SubjectKind::compute && subject.dtype == set.dtype && subject.work_unit == set.work_unit &&
           of_this_set(i) && is_multiply_add(subject);
  });
  if (!set.flat) {
    set.reason = refused.empty() ? fmt::format("no {} kernel of {} was measured on {} threads", set.work_unit,
                                               set.dtype, set.threads)
                                 : refused;
  }
}

void fit_slope(const Fit& fit, const RoofSet& set, LevelRoofs& roofs) {
  std::string refused;
  for (std::size_t i = 0; i < fit.ceilings.size(); ++i) {
    const RooflineSubject& subject = fit.subject(i);
    if (subject.kind != SubjectKind::bandwidth || subject.level != roofs.level || fit.threads(i) > set.threads) {
      continue;
    }
    roofs.asked_for = roofs.asked_for || fit.threads(i) == set.threads;
    if (fit.ceilings[i].usable()) {
      roofs.mixes.push_back(i);
    } else if (fit.threads(i) == set.threads && refused.empty()) {
      refused = fmt::format("{}: {}", subject.id, fit.ceilings[i].problem);
    }
  }
  sort_by_roof(fit, roofs.mixes);
  roofs.slope = take_first(roofs.mixes, [&](std::size_t i) { return fit.threads(i) == set.threads; });
  roofs.doubt = doubt_about(fit, roofs.slope, [&](std::size_t i) {
    return fit.subject(i).kind == SubjectKind::bandwidth && fit.subject(i).level == roofs.level &&
           fit.threads(i) == set.threads;
  });
  if (!roofs.slope) {
    roofs.reason = refused.empty()
                       ? fmt::format("no bandwidth of {} was measured on {} threads", roofs.level, set.threads)
                       : refused;
  }
  if (set.flat && roofs.slope) {
    roofs.ridge = ratio_of(fit.ceilings[*set.flat], fit.ceilings[*roofs.slope], fit.options.bootstrap);
  } else {
    roofs.ridge.reason = set.flat ? roofs.reason : set.reason;
  }
}

std::vector<KneePoint> knee_points(const Fit& fit, const std::vector<std::size_t>& points,
                                   std::optional<std::size_t> draw) {
  std::vector<KneePoint> result;
  for (const std::size_t i : points) {
    const Ceiling& ceiling = fit.ceilings[i];
    result.push_back({.log_intensity = std::log(*ceiling.intensity),
                      .log_rate = draw ? ceiling.log_roof_draws[*draw] : std::log(*ceiling.roof.point)});
  }
  return result;
}

/// The same resampled rounds for all points of a draw, so that what a round did to all of them stays together.
std::vector<Knee> knee_draws(const Fit& fit, const std::vector<std::size_t>& points, const Knee& knee) {
  std::size_t draws = static_cast<std::size_t>(std::max(0, fit.options.bootstrap.draws));
  for (const std::size_t i : points) {
    draws = std::min(draws, fit.ceilings[i].log_roof_draws.size());
  }
  std::vector<Knee> result;
  for (std::size_t draw = 0; draw < draws; ++draw) {
    if (const auto refitted = refit_knee(knee_points(fit, points, draw), knee)) {
      result.push_back(*refitted);
    }
  }
  return result;
}

template <class Log>
EstimateRecord knee_estimate(const LevelKnee& knee, const BootstrapPlan& plan, const Log& log_of) {
  std::vector<double> logs;
  for (const Knee& draw : knee.draws) {
    logs.push_back(log_of(draw));
  }
  return RoundBootstrap(plan).estimate(std::exp(log_of(knee.knee)), logs, knee.rounds);
}

void fit_level_knee(const Fit& fit, const RoofSet& set, LevelRoofs& roofs) {
  for (std::size_t i = 0; i < fit.ceilings.size(); ++i) {
    const RooflineSubject& subject = fit.subject(i);
    if (subject.kind == SubjectKind::intensity && subject.level == roofs.level && subject.dtype == set.dtype &&
        subject.work_unit == set.work_unit && fit.threads(i) == set.threads && fit.ceilings[i].usable() &&
        fit.ceilings[i].intensity) {
      roofs.points.push_back(i);
    }
  }
  std::stable_sort(roofs.points.begin(), roofs.points.end(), [&](std::size_t a, std::size_t b) {
    return *fit.ceilings[a].intensity < *fit.ceilings[b].intensity;
  });
  const std::vector<KneePoint> points = knee_points(fit, roofs.points, std::nullopt);
  const KneeFit fitted = fit_knee(points);
  if (!fitted.knee) {
    roofs.knee_reason = fitted.reason;
    return;
  }
  LevelKnee level;
  level.knee = *fitted.knee;
  level.log_error_round = mean_log_error(level.knee, points);
  level.log_error_hard = mean_log_error_hard(level.knee, points);
  level.draws = knee_draws(fit, roofs.points, level.knee);
  level.rounds = fit.ceilings[roofs.points.front()].counts.rounds;
  for (const std::size_t i : roofs.points) {
    level.rounds = std::min<std::size_t>(level.rounds, fit.ceilings[i].counts.rounds);
  }
  const BootstrapPlan& plan = fit.options.bootstrap;
  level.pi = knee_estimate(level, plan, [](const Knee& knee) { return knee.log_pi; });
  level.beta = knee_estimate(level, plan, [](const Knee& knee) { return knee.log_beta; });
  level.ridge = knee_estimate(level, plan, [](const Knee& knee) { return knee.log_ridge(); });
  level.p = knee_estimate(level, plan, [](const Knee& knee) { return std::log(knee.p); });
  roofs.knee = std::move(level);
}

/// Levels in the order of the measurement, then those that only subjects name.
std::vector<std::string> level_names(const RooflineMeasurement& measurement) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  };
  for (const MemoryLevel& level : measurement.levels) {
    add(level.name);
  }
  for (const RooflineSubject& subject : measurement.subjects) {
    if (subject.kind == SubjectKind::bandwidth || subject.kind == SubjectKind::intensity) {
      add(subject.level);
    }
  }
  return names;
}

/// Work unit, data type and threads of each set.
using SetKeys = std::set<std::tuple<std::string, std::string, std::size_t>>;

SetKeys set_keys(const Fit& fit) {
  SetKeys arithmetic;
  SetKeys bandwidth;
  for (std::size_t i = 0; i < fit.ceilings.size(); ++i) {
    const RooflineSubject& subject = fit.subject(i);
    if (subject.kind == SubjectKind::compute && was_planned(subject)) {
      arithmetic.insert({subject.work_unit, subject.dtype, fit.threads(i)});
    } else if (subject.kind == SubjectKind::bandwidth || subject.kind == SubjectKind::intensity) {
      bandwidth.insert({"flop", "f64", fit.threads(i)});
    }
  }
  return arithmetic.empty() ? bandwidth : arithmetic;
}

}  // namespace

const LevelRoofs* RoofSet::level(const std::string& name) const {
  const auto found = std::find_if(levels.begin(), levels.end(), [&](const LevelRoofs& l) { return l.level == name; });
  return found == levels.end() ? nullptr : &*found;
}

const RoofSet* Roofline::set(std::size_t threads, const std::string& dtype, const std::string& work_unit) const {
  const auto found = std::find_if(sets.begin(), sets.end(), [&](const RoofSet& s) {
    return s.threads == threads && s.dtype == dtype && s.work_unit == work_unit;
  });
  return found == sets.end() ? nullptr : &*found;
}

EstimateRecord attainable(const LevelKnee& knee, double flops_per_byte, const BootstrapPlan& plan) {
  const double log_intensity = std::log(flops_per_byte);
  return knee_estimate(knee, plan, [&](const Knee& draw) { return draw.log_attainable(log_intensity); });
}

EstimateRecord ratio_of(const Ceiling& numerator, const Ceiling& denominator, const BootstrapPlan& plan) {
  std::vector<double> logs;
  const std::size_t draws = std::min(numerator.log_roof_draws.size(), denominator.log_roof_draws.size());
  for (std::size_t i = 0; i < draws; ++i) {
    logs.push_back(numerator.log_roof_draws[i] - denominator.log_roof_draws[i]);
  }
  const std::uint64_t rounds = std::min(numerator.counts.rounds, denominator.counts.rounds);
  return RoundBootstrap(plan).estimate(*numerator.roof.point / *denominator.roof.point, logs, rounds);
}

Roofline fit_roofline(const RooflineMeasurement& measurement, const RooflineFitOptions& options) {
  Roofline roofline;
  roofline.options = options;
  for (std::size_t i = 0; i < measurement.subjects.size(); ++i) {
    roofline.ceilings.push_back(ceiling_of(measurement, i, options));
  }
  const Fit fit{.measurement = measurement, .ceilings = roofline.ceilings, .options = options};
  const std::vector<std::string> levels = level_names(measurement);
  for (const auto& [work_unit, dtype, threads] : set_keys(fit)) {
    RoofSet set;
    set.threads = threads;
    set.dtype = dtype;
    set.work_unit = work_unit;
    fit_flat(fit, set);
    for (const std::string& level : levels) {
      LevelRoofs roofs;
      roofs.level = level;
      fit_slope(fit, set, roofs);
      fit_level_knee(fit, set, roofs);
      set.levels.push_back(std::move(roofs));
    }
    roofline.sets.push_back(std::move(set));
  }
  return roofline;
}

}  // namespace assay
