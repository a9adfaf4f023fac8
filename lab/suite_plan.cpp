#include "lab/suite_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "harness/quantity.hpp"
#include "lab/command_error.hpp"
#include "lab/limit_flags.hpp"
#include "lab/run_request_text.hpp"
#include "lab/soak_command.hpp"
#include "scenarios/run_request.hpp"

namespace assay {

namespace {

/// What a run costs besides its measured time: start, preparation, warm-up, summary.
constexpr Nanoseconds kAroundRun = std::chrono::seconds{3};
/// Of a roofline: sweep, preparation, check.
constexpr Nanoseconds kAroundRoofline = std::chrono::seconds{25};

RooflineOptions roofline_of(const SuiteStepDefinition& definition) {
  RooflineOptions options;
  const std::array<std::pair<std::string_view, std::string*>, 5> known{{{"duration", &options.duration},
                                                                        {"only", &options.only},
                                                                        {"seed", &options.seed},
                                                                        {"cpus", &options.cpus},
                                                                        {"workload", &options.workload}}};
  for (const auto& [flag, value] : definition.flags) {
    const auto* const found = std::ranges::find(known, flag, &decltype(known)::value_type::first);
    if (found == known.end()) {
      throw CommandError(ExitCode::usage,
                         fmt::format("a roofline in a suite has no flag {}; known are duration, only, seed, cpus and "
                                     "workload",
                                     flag));
    }
    *found->second = value;
  }
  return options;
}

RunOptions run_of(const SuiteDefinition& suite, const SuiteStepDefinition& definition, const std::string& envelope) {
  const bool own = !definition.workload.empty();
  SoakCommandOptions soak;
  RunOptions run{.workload = own ? definition.workload : suite.workload,
                 .values = {},
                 .parameters = own ? definition.parameters : suite.parameters};
  if (!own) {
    run.parameters.insert(run.parameters.end(), definition.parameters.begin(), definition.parameters.end());
  }
  for (const auto& [flag, value] : definition.flags) {
    if (std::ranges::find(run_flags(), flag, &RunFlag::name) == run_flags().end()) {
      throw CommandError(ExitCode::usage, fmt::format("this program has no flag --{}", flag));
    }
    if (definition.kind == SuiteStepDefinition::Kind::soak && flag == "duration") {
      soak.length = value;
    }
    run.set(flag, value);
  }
  if (!envelope.empty()) {
    run.set("envelope", envelope);
  }
  if (definition.kind == SuiteStepDefinition::Kind::soak) {
    soak.run.run = with_envelope(std::move(run));  // all CPUs work, of those that are left
    return soak_run(soak);
  }
  return run;
}

SuiteStep step_of(const SuiteDefinition& suite, const SuiteStepDefinition& definition, const std::string& envelope) {
  SuiteStep step{.definition = definition, .repeat = 1, .run = {}, .roofline = {}};
  if (step.is_roofline()) {
    step.roofline = roofline_of(definition);
    step.roofline.envelope = envelope;
    (void)roofline_request_from(step.roofline);
    step.expected = suite_step_time(definition);
  } else {
    step.run = run_of(suite, definition, envelope);
    step.expected = expected_duration(request_from(step.run)) + kAroundRun;
  }
  return step;
}

bool ends_a_path(char c) { return c == ' ' || c == ',' || c == ';' || c == ':' || c == '\'' || c == '"' || c == ')'; }

}  // namespace

SuiteDefinition suite_named(const std::string& name) {
  try {
    return find_suite(name);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("suite {}", error.what()));
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file, error.what());
  }
}

std::string SuiteStep::command() const {
  if (!is_roofline()) {
    return without_folders(command_text("run", run));
  }
  std::string text = "assay roofline";
  for (const auto& [flag, value] : definition.flags) {
    text += fmt::format(" --{} {}", flag, value);
  }
  if (!roofline.envelope.empty()) {
    text += " --envelope " + roofline.envelope;
  }
  return without_folders(text);
}

Nanoseconds SuitePlan::expected() const {
  Nanoseconds sum{0};
  for (const SuiteStep& step : steps) {
    sum += step.expected;
  }
  return sum;
}

std::string suite_command_text(const SuiteDefinition& suite, const std::string& envelope) {
  std::string text = fmt::format("assay suite {} --workload {}", suite.name, suite.workload);
  for (const std::string& parameter : suite.parameters) {
    text += " --param " + parameter;
  }
  return without_folders(envelope.empty() ? text : text + " --envelope " + envelope);
}

Nanoseconds suite_step_time(const SuiteStepDefinition& step) {
  const bool is_roofline = step.kind == SuiteStepDefinition::Kind::roofline;
  const auto duration = step.flags.find("duration");
  const Nanoseconds length = duration != step.flags.end() ? parse_duration(duration->second)
                             : is_roofline                ? roofline_time_from(RooflineOptions{}.duration)
                                                          : TestSettings{}.min_duration;
  return length + (is_roofline ? kAroundRoofline : kAroundRun);
}

SuitePlan plan_suite(const SuiteDefinition& suite, const std::string& envelope) {
  SuitePlan plan;
  std::vector<SuiteStep> once;
  std::uint64_t rounds = 0;
  for (const SuiteStepDefinition& definition : suite.steps) {
    try {
      once.push_back(step_of(suite, definition, envelope));
      rounds = std::max(rounds, definition.repeat);
    } catch (const CommandError& error) {
      const std::string text = error.what();
      const std::string line = text.substr(0, text.find('\n'));
      if (!definition.optional) {
        throw CommandError(error.code(), fmt::format("suite {}, step {}: {}", suite.name, definition.id, line));
      }
      plan.left_out.push_back({.step = definition.id, .reason = line});
    }
  }
  for (std::uint64_t repeat = 1; repeat <= rounds; ++repeat) {
    for (const SuiteStep& step : once) {
      if (repeat <= step.definition.repeat) {
        plan.steps.push_back(step);
        plan.steps.back().repeat = repeat;
      }
    }
  }
  return plan;
}

std::string without_folders(const std::string& text) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const bool begins = at == 0 || !(std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0 ||
                                     std::string_view("/.-_~%").find(text[at - 1]) != std::string_view::npos);
    const bool is_path =
        begins && (text[at] == '/' || text.compare(at, 2, "~/") == 0) && text.compare(at, 2, "//") != 0;
    if (!is_path) {
      result += text[at++];
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && !ends_a_path(text[end])) {
      ++end;
    }
    const std::string path = text.substr(at, end - at);
    result += path.substr(path.rfind('/') + 1);
    at = end;
  }
  return result;
}

}  // namespace assay
