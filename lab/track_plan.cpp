#include "lab/track_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "analysis/percentile_interval.hpp"
#include "harness/quantity.hpp"
#include "lab/command_error.hpp"
#include "lab/latency_window_text.hpp"
#include "lab/run_request_text.hpp"

namespace assay {

namespace {

std::string length_of(const TrackDefinition& track, const TrackChoices& choices, const std::string& length) {
  return choices.duration ? *choices.duration : track.presets.at(choices.full ? "full" : "quick").at(length);
}

RunOptions base_run(const TrackDefinition& track, const TrackChoices& choices) {
  RunOptions run{.workload = choices.workload.value_or(track.workload), .values = {}, .parameters = {}};
  if (!choices.workload) {
    run.parameters = track.parameters;
  }
  for (const std::string& parameter : choices.parameters) {
    const auto equals = parameter.find('=');
    if (equals == std::string::npos) {
      run.parameters.push_back(parameter);  // request_from() says what is wrong with it
    } else {
      run = with_parameter(run, parameter.substr(0, equals), parameter.substr(equals + 1));
    }
  }
  run.set("seed", choices.seed);
  return run;
}

TrackStep step_of(const TrackDefinition& track, const TrackChoices& choices, const TrackStepDefinition& definition) {
  TrackStep step{.definition = definition, .run = base_run(track, choices)};
  if (!definition.workload.empty()) {
    step.run.workload = definition.workload;
    step.run.parameters.clear();
  }
  for (const std::string& parameter : definition.parameters) {
    const auto equals = parameter.find('=');
    step.run = with_parameter(step.run, parameter.substr(0, equals),
                              equals == std::string::npos ? "" : parameter.substr(equals + 1));
  }
  const std::string length = length_of(track, choices, definition.length);
  if (!definition.flags.contains("lengths")) {  // a serving engine has windows of its own: the whole answer has none
    step.run.set("slo", track.window);
  }
  step.run.set("duration", length);
  if (definition.kind == TrackStepDefinition::Kind::search) {  // fewer could not show that the percentile holds
    constexpr double kOneEndOf95 = 0.975;
    try {
      step.run.set("min-queries", fmt::format("{}", samples_for_upper_limit(percentile_of(track), kOneEndOf95)));
    } catch (const std::invalid_argument&) {  // NOLINT(bugprone-empty-catch): request_from() says what is wrong
    }
  }
  for (const auto& [flag, value] : definition.flags) {
    step.run.set(flag, value);
  }
  try {
    step.expected = parse_duration(length);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--duration: {}", error.what()));
  }
  return step;
}

/// Why the step cannot be measured; nothing if it can.
std::optional<std::string> problem_of(const TrackStep& step) {
  for (const auto& [flag, value] : step.definition.flags) {
    if (std::ranges::find(run_flags(), flag, &RunFlag::name) == run_flags().end()) {
      return fmt::format("this program has no flag --{}", flag);
    }
  }
  if (step.definition.kind == TrackStepDefinition::Kind::realworld) {
    return std::nullopt;
  }
  try {
    RunOptions run = step.run;
    if (step.definition.kind == TrackStepDefinition::Kind::search) {
      run = for_cameras(run, 1);
    } else if (step.definition.kind == TrackStepDefinition::Kind::lever) {
      run.set("rate", "1");
    }
    (void)request_from(run);
    return std::nullopt;
  } catch (const CommandError& error) {
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
  }
}

/// A fixed size that would have no effect is a mistake, and no wish to be passed over in silence.
void refuse_size(const TrackChoices& choices, const std::string& why) {
  if (choices.size != "calibrated") {
    throw CommandError(ExitCode::usage, fmt::format("--preset {}: {}", choices.size, why));
  }
}

void plan_calibration(TrackPlan& plan, const TrackDefinition& track, const TrackChoices& choices) {
  plan.size_mode = "given";
  if (!track.calibration) {
    refuse_size(choices, fmt::format("track {} has no sizes to choose from", track.name));
    return;
  }
  const TrackCalibration& calibration = *track.calibration;
  const auto& values = calibration.values;
  if (choices.size != "calibrated" && std::ranges::find(values, choices.size) == values.end()) {
    throw CommandError(ExitCode::usage, fmt::format("--preset {}: is none of calibrated, {} (the {} of the workload)",
                                                    choices.size, fmt::join(values, ", "), calibration.parameter));
  }
  const std::string given = calibration.parameter + "=";
  if (std::ranges::any_of(choices.parameters, [&](const std::string& text) { return text.starts_with(given); })) {
    refuse_size(choices, fmt::format("--param gives the {} too; leave one of the two out", calibration.parameter));
    plan.size_note = fmt::format("--param gives the {}", calibration.parameter);
    return;
  }
  const TrackStepDefinition definition{.id = "calibrate",
                                       .title = "calibration",
                                       .length = calibration.length,
                                       .flags = {{"scenario", "single"}, {"threads", "1"}, {"min-queries", "20"}}};
  for (const std::string& value : values) {
    TrackStep step = step_of(track, choices, definition);
    step.definition.title = fmt::format("calibration: {} {}", calibration.parameter, value);
    step.run = with_parameter(step.run, calibration.parameter, value);
    if (choices.workload && problem_of(step)) {  // somebody else's workload need not have the parameter
      plan.calibration.clear();
      refuse_size(choices, fmt::format("workload {} has no {} to choose; leave --preset out", step.run.workload,
                                       calibration.parameter));
      plan.size_note = fmt::format("workload {} has no {} to choose", step.run.workload, calibration.parameter);
      return;
    }
    plan.calibration.push_back(std::move(step));
  }
  plan.size_mode = "calibrated";
  if (choices.size != "calibrated") {
    plan.size_mode = "fixed";
    std::erase_if(plan.calibration, [&](const TrackStep& step) {
      return step.definition.title != fmt::format("calibration: {} {}", calibration.parameter, choices.size);
    });
  }
}

/// RealWorld hears with the networks that come with the program, whatever a person asked to have measured.
std::optional<std::string> other_networks(const TrackStepDefinition& step, const TrackChoices& choices) {
  if (step.kind != TrackStepDefinition::Kind::realworld || (!choices.workload && choices.parameters.empty())) {
    return std::nullopt;
  }
  return fmt::format(
      "it evaluates the networks that come with the program as the track has them, which says nothing about {}",
      choices.workload ? *choices.workload : fmt::format("--param {}", fmt::join(choices.parameters, " ")));
}

bool is_in_preset(const TrackStepDefinition& step, const TrackChoices& choices) {
  const std::string preset = choices.full ? "full" : "quick";
  return step.presets.empty() || std::ranges::find(step.presets, preset) != step.presets.end();
}

}  // namespace

Percentile percentile_of(const TrackDefinition& track) {
  return parse_latency_window(track.window).percentile.value_or(Percentile::of_percent(99.0));
}

std::string preset_name(const TrackChoices& choices) {
  if (choices.duration) {
    return fmt::format("{} each", *choices.duration);
  }
  return choices.full ? "full" : "quick";
}

RunOptions with_parameter(RunOptions run, const std::string& name, const std::string& value) {
  std::erase_if(run.parameters, [&](const std::string& text) { return text.starts_with(name + "="); });
  run.parameters.push_back(name + "=" + value);
  return run;
}

RunOptions for_cameras(const RunOptions& run, std::uint64_t cameras) {
  RunOptions result = run;
  for (auto& [flag, value] : result.values) {
    if (const auto at = value.find("{}"); at != std::string::npos) {
      value.replace(at, 2, fmt::format("{}", cameras));
    }
  }
  return result;
}

TrackPlan plan_track(const TrackDefinition& track, const TrackChoices& choices,
                     const std::optional<std::string>& realtime_refusal) {
  TrackPlan plan;
  plan_calibration(plan, track, choices);
  for (const TrackStepDefinition& definition : track.steps) {
    if (!is_in_preset(definition, choices)) {
      continue;
    }
    TrackStep step = step_of(track, choices, definition);
    if (!plan.calibration.empty() && definition.workload.empty()) {
      const auto& values = track.calibration->values;
      step.run = with_parameter(step.run, track.calibration->parameter,
                                plan.size_mode == "fixed" ? choices.size : values.front());
    }
    if (const auto reason = other_networks(definition, choices)) {
      plan.left_out.push_back(fmt::format("{}: {}", definition.title, *reason));
      continue;
    }
    if (definition.needs == "realtime" && realtime_refusal) {
      plan.left_out.push_back(fmt::format("{}: {}", definition.title, *realtime_refusal));
      continue;
    }
    if (const auto problem = problem_of(step)) {
      if (!definition.optional) {
        throw CommandError(ExitCode::usage, fmt::format("track {}, step {}: {}", track.name, definition.id, *problem));
      }
      plan.left_out.push_back(fmt::format("{}: {}", definition.title, *problem));
      continue;
    }
    plan.steps.push_back(std::move(step));
  }
  if (plan.size_mode == "fixed") {
    plan.calibration.clear();
  }
  return plan;
}

Nanoseconds expected_time(const TrackPlan& plan) {
  Nanoseconds sum{0};
  constexpr int kProbes = 10;  // of a search, as a guess
  for (const TrackStep& step : plan.calibration) {
    sum += step.expected + kAroundRun;
  }
  for (const TrackStep& step : plan.steps) {
    constexpr int kLeverProbes = 8;
    const int runs = step.definition.kind == TrackStepDefinition::Kind::search  ? kProbes
                     : step.definition.kind == TrackStepDefinition::Kind::lever ? kLeverProbes
                                                                                : 1;
    sum += runs * (step.expected + kAroundRun);
  }
  return sum;
}

}  // namespace assay
