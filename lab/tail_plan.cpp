#include "lab/tail_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "analysis/dose_verdict.hpp"
#include "analysis/format.hpp"
#include "analysis/stall_model.hpp"
#include "scenarios/interference/duty_control.hpp"

namespace assay {
namespace {

constexpr std::array kKnobs{Knob::noise, Knob::background, Knob::ctxsw, Knob::memory, Knob::pcie};

std::string_view flag_of(Knob knob) { return knob == Knob::memory ? "membw" : name_of(knob); }

std::string flag_value(const TailKnob& knob, double dose) {
  switch (knob.knob) {
    case Knob::noise:
      return fmt::format("{:.9g}x{}ns", dose, knob.burst.count());
    case Knob::background:
      return fmt::format("{:.9g}%", 100.0 * dose);
    case Knob::ctxsw:
      return fmt::format("{:.9g}", dose);
    case Knob::memory:
    case Knob::pcie:
      return fmt::format("{:.0f}B/s", dose);
  }
  return "";
}

ModelDose noise_model(const TailKnob& knob, Nanoseconds service_time, Nanoseconds window, Percentile percentile) {
  if (service_time + knob.burst <= window) {
    return {.dose = std::nullopt,
            .formula = fmt::format("a burst of {} fits between the service time {} and the window {}: a single one "
                                   "breaks nothing, and the 1 % law is about single ones",
                                   format_duration(seconds(knob.burst)), format_duration(seconds(service_time)),
                                   format_duration(seconds(window)))};
  }
  return {.dose = critical_rate_per_s(service_time, percentile),
          .formula = fmt::format("-ln(p) / T with T = {}", format_duration(seconds(service_time)))};
}

ModelDose background_model(Nanoseconds service_time, Nanoseconds window, Percentile percentile) {
  const double period_s = seconds(DutyControl::kPeriod);
  if (hit_probability(1.0 / period_s, service_time) < percentile.share_above()) {
    return {.dose = std::nullopt,
            .formula = fmt::format("with a burst every {} fewer than {} of the queries are hit",
                                   format_duration(period_s), format_percent(percentile.share_above()))};
  }
  const double share = seconds(window - service_time) / period_s;
  if (share > InterferenceRequest::kMostShare) {
    return {.dose = std::nullopt,
            .formula = fmt::format("the bursts of a share come every {} and cannot fill the window of {}",
                                   format_duration(period_s), format_duration(seconds(window)))};
  }
  return {.dose = share,
          .formula = fmt::format("(window - T) / {} with T = {}: the share whose bursts fill the window",
                                 format_duration(period_s), format_duration(seconds(service_time)))};
}

}  // namespace

Knob knob_from(std::string_view name) {
  for (const Knob knob : kKnobs) {
    if (name == name_of(knob)) {
      return knob;
    }
  }
  throw std::invalid_argument(fmt::format("'{}' is none of noise, background, ctxsw, memory, pcie", name));
}

TailKnob tail_knob(Knob knob, Nanoseconds burst) {
  using Request = InterferenceRequest;
  TailKnob found{.knob = knob, .burst = burst};
  switch (knob) {
    case Knob::noise:
      found.lowest = 1.0;
      found.highest = std::min(Request::kMostBursts, Request::kMostShare / seconds(burst));
      break;
    case Knob::background:
      found.lowest = 0.01;
      found.highest = Request::kMostShare;
      break;
    case Knob::ctxsw:
      found.lowest = 50.0;
      found.highest = Request::kMostSwitches;
      break;
    case Knob::memory:
    case Knob::pcie:
      found.lowest = 1e8;
      found.highest = 1e11;
      break;
  }
  return found;
}

void set_dose(RunOptions& run, const TailKnob& knob, double dose) {
  if (dose > 0.0) {
    run.set(flag_of(knob.knob), flag_value(knob, dose));
    return;
  }
  // How to inject says nothing where nothing is injected.
  for (const std::string_view flag :
       {flag_of(knob.knob), std::string_view("with"), std::string_view("inject-on"), std::string_view("inject-from")}) {
    run.values.erase(std::string(flag));
  }
}

std::string dose_text(Knob knob, double dose) { return dose_amount(unit_of(knob), dose); }

ModelDose model_dose(const TailKnob& knob, Nanoseconds service_time, Nanoseconds window, Percentile percentile) {
  if (service_time >= window) {
    return {.dose = std::nullopt, .formula = "the service time alone fills the window"};
  }
  switch (knob.knob) {
    case Knob::noise:
      return noise_model(knob, service_time, window, percentile);
    case Knob::background:
      return background_model(service_time, window, percentile);
    case Knob::ctxsw:
    case Knob::memory:
    case Knob::pcie:
      break;
  }
  return {.dose = std::nullopt, .formula = "there is no model of this knob without a measurement"};
}

double achieved_dose_of(const RunDocument& run, Knob knob) {
  for (const DoseRecord& dose : run.interference) {
    if (dose.knob == name_of(knob)) {
      if (!dose.achieved) {
        throw std::runtime_error(fmt::format("{}: no reading of what was delivered: {}", dose.knob, dose.reason));
      }
      return *dose.achieved;
    }
  }
  return 0.0;
}

}  // namespace assay
