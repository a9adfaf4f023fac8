#include "lab/flow/flow_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "analysis/run_file_field.hpp"
#include "harness/quantity.hpp"
#include "lab/flow/lab_refusal.hpp"
#include "lab/run_request_text.hpp"
#include "lab/suite_plan.hpp"
#include "lab/suite_tailoring.hpp"
#include "lab/track_plan.hpp"

namespace assay {
namespace {

RunOptions with_parameters(RunOptions run, const std::vector<std::string>& parameters) {
  for (const std::string& parameter : parameters) {
    const auto equals = parameter.find('=');
    run = with_parameter(std::move(run), parameter.substr(0, equals),
                         equals == std::string::npos ? "" : parameter.substr(equals + 1));
  }
  return run;
}

/// Of a length that a person chose, whatever count of queries the flow asks for: the run says what it then lacks.
void shorten(RunOptions& run, const std::string& duration) {
  if (duration.empty()) {
    return;
  }
  run.set("duration", duration);
  run.set("min-queries", "1");
  run.set("warmup", "100ms");
  if (!run.is_on("soak")) {
    run.set("max-duration", duration);
  }
}

std::string control_text(const FlowControl& control, double value) {
  std::string text = control.value;
  return text.replace(text.find("{}"), 2, fmt::format("{:.9g}", value));
}

Nanoseconds length_of(const std::string& flow, const std::string& duration) {
  return parse_duration(duration.empty() ? flow : duration);
}

/// The run's own workload, or the lab's in the size that was chosen.
RunOptions work_of(const FlowDefinition& flow, const FlowRun& run, const std::string& size) {
  RunOptions options{.workload = run.workload.empty() ? flow.workload : run.workload, .values = {}, .parameters = {}};
  if (run.workload.empty()) {
    options.parameters = flow.parameters;
    if (flow.calibration && !size.empty()) {
      options = with_parameter(options, flow.calibration->parameter, size);
    }
  }
  return with_parameters(std::move(options), run.parameters);
}

}  // namespace

RunOptions flow_run_options(const FlowDefinition& flow, const FlowPart& part, const FlowRun& run,
                            const FlowRunChoice& choice) {
  RunOptions options = work_of(flow, run, choice.size);
  options.set("seed", fmt::format("{}", choice.seed));
  if (!run.flags.contains("lengths")) {  // a serving engine has windows of its own
    options.set("slo", flow.window);
  }
  options.set("duration", run.duration);
  for (const auto& [flag, value] : run.flags) {
    options.set(flag, value);
  }
  shorten(options, choice.duration);
  for (const std::string& id : run.controls) {
    const FlowControl& control = *part.control(id);
    const auto asked = choice.controls.find(id);
    const double value = asked == choice.controls.end() ? control.start : asked->second;
    if (value > 0.0) {
      options.set(control.flag, control_text(control, value));
    }
  }
  return options;
}

SuiteDefinition flow_suite(const FlowDefinition& flow, const FlowRun& run, const FlowRunChoice& choice) {
  const RunOptions work = work_of(flow, run, choice.size);
  return tailored_suite(
      shipped_suite(run.suite),
      {.track = flow.track, .workload = work.workload, .parameters = work.parameters, .duration = choice.duration});
}

void check_flow_run(const FlowDefinition& flow, const FlowPart& part, const FlowRun& run, FlowRunChoice choice) {
  if (flow.calibration && choice.size.empty()) {
    choice.size = flow.calibration->values.front();
  }
  if (run.kind == FlowRun::Kind::run) {
    (void)request_from(flow_run_options(flow, part, run, choice));
  } else if (run.kind == FlowRun::Kind::suite) {
    (void)plan_suite(flow_suite(flow, run, choice), run.envelope);
  }
}

RunOptions calibration_options(const FlowDefinition& flow, const FlowRunChoice& choice) {
  RunOptions options{.workload = flow.workload, .values = {}, .parameters = flow.parameters};
  options = with_parameter(std::move(options), flow.calibration->parameter, choice.size);
  options.set("seed", fmt::format("{}", choice.seed));
  options.set("slo", flow.window);
  options.set("scenario", "single");
  options.set("threads", "1");
  options.set("min-queries", "20");
  options.set("duration", flow.calibration->duration);
  shorten(options, choice.duration);
  return options;
}

double control_value(const FlowControl& control, const std::string& text) {
  const auto braces = control.value.find("{}");
  const std::string before = control.value.substr(0, braces);
  const std::string after = control.value.substr(braces + 2);
  std::string number = text;
  if (!before.empty() && number.starts_with(before)) {
    number.erase(0, before.size());
  }
  if (!after.empty() && number.ends_with(after)) {
    number.resize(number.size() - after.size());
  }
  double value = -1.0;
  try {
    value = number == "0" ? 0.0 : parse_rate(number);
  } catch (const std::invalid_argument&) {
    throw LabRefusal(RefusalReason::bad_value,
                     fmt::format("--{} '{}': give a number in {}, such as --{} {:g}", control.id, printable(text, 40),
                                 control.unit, control.id, control.upper / 2.0));
  }
  if ((value < control.lower || value > control.upper) && value != control.start) {
    throw LabRefusal(RefusalReason::bad_value,
                     fmt::format("--{} {}: must be within {:g} and {:g} {}", control.id, printable(text, 40),
                                 control.lower, control.upper, control.unit));
  }
  return value;
}

Nanoseconds flow_run_time(const FlowRun& run, const std::string& duration) {
  switch (run.kind) {
    case FlowRun::Kind::run:
    case FlowRun::Kind::realworld:
      return length_of(run.duration, duration) + kAroundRun;
    case FlowRun::Kind::suite:
      return suite_time(tailored_suite(shipped_suite(run.suite), {.duration = duration}));
    case FlowRun::Kind::audit:
    case FlowRun::Kind::file:
      break;
  }
  return Nanoseconds{0};
}

Nanoseconds calibration_time(const FlowDefinition& flow, const std::string& duration) {
  return flow.calibration ? static_cast<int>(flow.calibration->values.size()) *
                                (length_of(flow.calibration->duration, duration) + kAroundRun)
                          : Nanoseconds{0};
}

Nanoseconds flow_part_time(const FlowPart& part, const std::string& duration) {
  Nanoseconds sum{0};
  for (const FlowRun& run : part.runs) {
    sum += static_cast<std::int64_t>(std::max<std::uint64_t>(run.most, 1)) * flow_run_time(run, duration);
  }
  return sum;
}

Nanoseconds flow_time(const FlowDefinition& flow, const std::string& duration) {
  Nanoseconds sum = calibration_time(flow, duration);
  for (const FlowPart& part : flow.parts) {
    sum += flow_part_time(part, duration);
  }
  return sum;
}

}  // namespace assay
