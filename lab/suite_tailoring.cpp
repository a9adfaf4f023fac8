#include "lab/suite_tailoring.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "analysis/run_file_field.hpp"
#include "harness/digest.hpp"
#include "harness/quantity.hpp"
#include "lab/command_error.hpp"
#include "lab/suite_plan.hpp"
#include "lab/track_plan.hpp"

namespace assay {
namespace {

using Step = SuiteStepDefinition;

void replace_work(SuiteDefinition& suite, const SuiteTailoring& wanted) {
  RunOptions work{.workload = suite.workload, .values = {}, .parameters = suite.parameters};
  if (!wanted.workload.empty()) {
    work.workload = wanted.workload;
    work.parameters.clear();
  }
  for (const std::string& parameter : wanted.parameters) {
    const auto equals = parameter.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw CommandError(ExitCode::usage,
                         fmt::format("--param '{}': expected NAME=VALUE, e.g. width=0.5", printable(parameter, 60)));
    }
    work = with_parameter(std::move(work), parameter.substr(0, equals), parameter.substr(equals + 1));
  }
  suite.workload = work.workload;
  suite.parameters = work.parameters;
}

/// As long as a person chose, whatever count of queries the file asks for. Only a roofline keeps four seconds: a roof
/// needs ten rounds, and without one there would be nothing to look at.
void shorten(Step& step, const std::string& duration) {
  if (step.kind == Step::Kind::roofline) {
    constexpr Nanoseconds kShortest = std::chrono::seconds{4};
    step.flags["duration"] = parse_duration(duration) < kShortest ? "4s" : duration;
    return;
  }
  step.flags["duration"] = duration;
  step.flags["min-queries"] = "1";
  step.flags["warmup"] = "100ms";
}

}  // namespace

SuiteDefinition tailored_suite(SuiteDefinition suite, const SuiteTailoring& wanted) {
  suite.track = wanted.track.empty() ? suite.track : wanted.track;
  if (wanted.workload.empty() && wanted.parameters.empty() && wanted.duration.empty()) {
    return suite;
  }
  replace_work(suite, wanted);
  if (!wanted.duration.empty()) {
    for (Step& step : suite.steps) {
      shorten(step, wanted.duration);
    }
  }
  suite.sha256 = sha256_hex(
      fmt::format("{}\n{}\n{}\n{}\n", suite.sha256, suite.workload, fmt::join(suite.parameters, " "), wanted.duration));
  return suite;
}

Nanoseconds suite_time(const SuiteDefinition& suite) {
  Nanoseconds sum{0};
  for (const Step& step : suite.steps) {
    sum += static_cast<std::int64_t>(step.repeat) * suite_step_time(step);
  }
  return sum;
}

}  // namespace assay
