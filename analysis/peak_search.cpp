#include "analysis/peak_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "analysis/estimate_record.hpp"
#include "analysis/format.hpp"
#include "analysis/run_window_share.hpp"

namespace assay {
namespace {

constexpr std::size_t kMajority = 2;
constexpr std::size_t kMostVotes = 3;
/// Probes kept back to confirm the ends: one more for the end that held, three for the one that broke.
constexpr std::uint64_t kConfirmingProbes = 4;

/// The probes that could not decide alone, as one test. Decided ones stay out: a spoilt probe would poison the sum.
WindowShare pooled_undecided(const std::vector<PeakProbe>& probes) {
  WindowShare all;
  double within = 0.0;
  for (const PeakProbe& probe : probes) {
    if (probe.outcome == ProbeOutcome::undecided) {
      all.effective_sample_size += probe.share.effective_sample_size;
      within += probe.share.within * probe.share.effective_sample_size;
    }
  }
  all.interval = clopper_pearson({.successes = within, .trials = all.effective_sample_size}, kUsualConfidence);
  return all;
}

}  // namespace

struct PeakSearch::Bracket {
  std::optional<double> held;
  std::optional<double> broke;
  std::optional<double> lowest_undecided;   // between the two
  std::optional<double> highest_undecided;  // between the two
  std::optional<double> open;               // a rate that needs another vote
};

std::string_view name_of(ProbeOutcome outcome) {
  constexpr std::array kNames{"held", "broke", "undecided"};
  return kNames.at(static_cast<std::size_t>(outcome));
}

PeakProbe probe_of(const RunDocument& run) {
  const auto tokens = recorded_token_share(run);
  if ((!run.slo_s && !tokens) || !run.rate_target_hz) {
    throw std::invalid_argument("a peak is the highest rate that holds a window: the run has no window or no rate");
  }
  PeakProbe probe{.rate_hz = *run.rate_target_hz};
  probe.generator_limited = run.lateness.late_share > run.lateness.allowed_share;
  if (tokens) {
    probe.share = tokens->share;
    probe.tail_latency_s = tokens->tail_s;
    return probe;
  }
  probe.share = recorded_window_share(run);
  if (run.latency.count == 0) {
    return probe;
  }
  const auto percentile = Percentile::of_percent(100.0 * run.percentile);
  const auto tail = run.latency.percentiles_s.find(percentile.name());
  if (tail != run.latency.percentiles_s.end()) {
    probe.tail_latency_s = tail->second.point;
  }
  return probe;
}

ProbeOutcome outcome_of(const WindowShare& share, Percentile percentile) {
  if (share.interval.lower >= percentile.fraction()) {
    return ProbeOutcome::held;
  }
  return share.interval.upper < percentile.fraction() ? ProbeOutcome::broke : ProbeOutcome::undecided;
}

std::optional<ProbeOutcome> PeakSearch::Level::decision(Percentile percentile) const {
  const auto votes = [this](ProbeOutcome outcome) {
    return static_cast<std::size_t>(std::ranges::count(round, outcome, &PeakProbe::outcome));
  };
  const std::size_t held = votes(ProbeOutcome::held);
  const std::size_t broke = votes(ProbeOutcome::broke);
  const std::size_t undecided = votes(ProbeOutcome::undecided);
  if (held >= (majority_needed ? kMajority : 1)) {
    return ProbeOutcome::held;
  }
  if (broke >= kMajority) {
    return ProbeOutcome::broke;
  }
  if (undecided >= kMajority) {
    return outcome_of(pooled_undecided(round), percentile);
  }
  return round.size() < kMostVotes ? std::nullopt : std::optional(ProbeOutcome::undecided);
}

PeakSearch::PeakSearch(const PeakSearchSettings& settings) : settings_(settings) {
  const auto require = [](bool holds, const std::string& text) {
    if (!holds) {
      throw std::invalid_argument("peak search: " + text);
    }
  };
  require(settings.lowest_rate_hz > 0.0 && settings.lowest_rate_hz <= settings.start_rate_hz &&
              settings.start_rate_hz <= settings.highest_rate_hz,
          fmt::format("rates {} <= {} <= {}: lowest, start and highest must be above 0 and in this order",
                      settings.lowest_rate_hz, settings.start_rate_hz, settings.highest_rate_hz));
  require(settings.growth > 1.0, fmt::format("growth {}: must be above 1", settings.growth));
  require(settings.resolution > 0.0, fmt::format("resolution {}: must be above 0", settings.resolution));
  require(settings.most_probes > kConfirmingProbes,
          fmt::format("{} probes: there must be more than {}", settings.most_probes, kConfirmingProbes));
}

PeakSearch::Bracket PeakSearch::bracket() const {
  Bracket bracket;
  // Ascending: the lowest rate that broke ends the walk, so a rate above it that held is not believed.
  for (const auto& [rate, level] : levels_) {
    auto decision = level.decision(settings_.percentile);
    if (!decision && over()) {
      decision = level.in_question;
    }
    if (!decision) {
      bracket.open = rate;
    } else if (*decision == ProbeOutcome::broke) {
      bracket.broke = rate;
      break;
    } else if (*decision == ProbeOutcome::held) {
      bracket.held = rate;
      bracket.lowest_undecided.reset();
      bracket.highest_undecided.reset();
    } else {
      bracket.lowest_undecided = bracket.lowest_undecided.value_or(rate);
      bracket.highest_undecided = rate;
    }
  }
  return bracket;
}

/// The multiple of the step at or below it, at least one.
double PeakSearch::on_step(double rate_hz) const {
  constexpr double kRounding = 1e-6;
  const double step = settings_.step_hz;
  return step > 0.0 ? std::max(1.0, std::floor(rate_hz / step + kRounding)) * step : rate_hz;
}

/// The middle of the wider gap between what held, what is undecided and what broke; absent where neighbours are left.
std::optional<double> PeakSearch::step_inside(const Bracket& bracket) const {
  const auto steps = [this](double from, double to) { return std::round((to - from) / settings_.step_hz); };
  const double below_end = bracket.lowest_undecided.value_or(*bracket.broke);
  const double above_begin = bracket.highest_undecided.value_or(*bracket.held);
  const double below = steps(*bracket.held, below_end);
  const double above = steps(above_begin, *bracket.broke);
  if (std::max(below, above) < 2.0) {
    return std::nullopt;
  }
  const double begin = below >= above ? *bracket.held : above_begin;
  return on_step(begin + std::floor(std::max(below, above) / 2.0) * settings_.step_hz);
}

/// A rate that narrows the bracket, or looks for a missing end of it.
std::optional<double> PeakSearch::rate_inside(const Bracket& bracket) const {
  if (levels_.empty()) {
    return settings_.start_rate_hz;
  }
  // A rate that decides nothing costs two or three probes. Where another such would leave too few to find the missing
  // end, the next goes farther, to where probes decide.
  const bool scarce = probes_.size() + kMostVotes + kMajority > settings_.most_probes;
  const double growth = settings_.growth * (scarce && bracket.highest_undecided ? settings_.growth : 1.0);
  if (!bracket.broke) {
    const double highest = std::max(bracket.held.value_or(0.0), bracket.highest_undecided.value_or(0.0));
    const double next = std::max(highest * growth, settings_.breaking_rate_hz.value_or(0.0));
    return highest < settings_.highest_rate_hz ? std::optional(on_step(std::min(next, settings_.highest_rate_hz)))
                                               : std::nullopt;
  }
  if (!bracket.held) {
    const double lowest = std::min(*bracket.broke, bracket.lowest_undecided.value_or(*bracket.broke));
    return lowest > settings_.lowest_rate_hz
               ? std::optional(on_step(std::max(lowest / growth, settings_.lowest_rate_hz)))
               : std::nullopt;
  }
  if (settings_.step_hz > 0.0) {
    return step_inside(bracket);
  }
  // The wider gap first: to the undecided rates from below, or from above.
  const double below = bracket.lowest_undecided.value_or(*bracket.broke) / *bracket.held;
  const double above = *bracket.broke / bracket.highest_undecided.value_or(*bracket.held);
  if (std::max(below, above) <= 1.0 + settings_.resolution) {
    return std::nullopt;
  }
  return below >= above ? *bracket.held * std::sqrt(below) : *bracket.broke / std::sqrt(above);
}

std::optional<double> PeakSearch::rate_to_confirm(const Bracket& bracket) const {
  const auto confirmed = [this](double rate, bool asked) {
    return asked && levels_.at(rate).decision(settings_.percentile).has_value();
  };
  if (bracket.held && !confirmed(*bracket.held, levels_.at(*bracket.held).majority_needed)) {
    return bracket.held;
  }
  if (bracket.broke && !confirmed(*bracket.broke, levels_.at(*bracket.broke).confirmed_broken)) {
    return bracket.broke;
  }
  return std::nullopt;
}

std::optional<double> PeakSearch::next_rate() const {
  if (over()) {
    return std::nullopt;
  }
  const Bracket now = bracket();
  if (now.open) {
    return now.open;
  }
  const bool end_missing = !now.held || !now.broke;
  if (end_missing || probes_.size() + kConfirmingProbes < settings_.most_probes) {
    if (const auto rate = rate_inside(now)) {
      return rate;
    }
  }
  return rate_to_confirm(now);
}

void PeakSearch::record(PeakProbe probe) {
  const auto expected = next_rate();
  if (!expected || probe.rate_hz != *expected) {
    throw std::logic_error(fmt::format("peak search: a probe at {}/s was recorded, but not asked for", probe.rate_hz));
  }
  probe.outcome = outcome_of(probe.share, settings_.percentile);
  Level& level = levels_[probe.rate_hz];
  if (const auto decided = level.decision(settings_.percentile)) {
    // Asked again for a rate that was decided: this confirms an end of the bracket.
    level.majority_needed = true;
    level.in_question = decided;
    if (*decided == ProbeOutcome::broke) {
      level.confirmed_broken = true;
      level.round.clear();
    }
  }
  level.round.push_back(probe);
  probes_.push_back(probe);
}

PeakEstimate PeakSearch::estimate() const {
  const Bracket now = bracket();
  PeakEstimate estimate{.held_hz = now.held, .broke_hz = now.broke};
  if (now.broke) {
    const auto& round = levels_.at(*now.broke).round;
    estimate.generator_limited = std::ranges::any_of(round, &PeakProbe::generator_limited);
  }
  if (now.held && now.broke) {
    estimate.point_hz = settings_.step_hz > 0.0 ? *now.held : std::sqrt(*now.held * *now.broke);
  }
  estimate.reason = reason_for_doubt(now);
  return estimate;
}

std::string PeakSearch::text_of(double rate_hz) const {
  if (settings_.step_hz <= 0.0) {
    return format_rate(rate_hz, "queries/s");
  }
  const double steps = std::round(rate_hz / settings_.step_hz);
  return fmt::format("{} {}{}", steps, settings_.step_name, steps == 1.0 ? "" : "s");
}

std::string PeakSearch::reason_for_doubt(const Bracket& bracket) const {
  if (levels_.empty()) {
    return "no probe was made";
  }
  const auto rate = [this](double per_second) { return text_of(per_second); };
  if (!bracket.broke) {
    return fmt::format("no rate broke the window, up to {}", rate(levels_.rbegin()->first));
  }
  if (!bracket.held) {
    return fmt::format("no rate held the window, down to {}", rate(levels_.begin()->first));
  }
  if (const auto unconfirmed = rate_to_confirm(bracket)) {
    return fmt::format("stopped after {} probes before {} was confirmed", probes_.size(), rate(*unconfirmed));
  }
  if (bracket.lowest_undecided) {
    return fmt::format("from {} to {} the probes were too short to decide", rate(*bracket.lowest_undecided),
                       rate(*bracket.highest_undecided));
  }
  return rate_inside(bracket) ? fmt::format("stopped after {} probes", probes_.size()) : std::string();
}

}  // namespace assay
