#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "harness/time.hpp"
#include "lab/flow/flow_definition.hpp"
#include "lab/run_options.hpp"
#include "scenarios/suite_definition.hpp"

namespace assay {

/// What decides a run besides its flow.
struct FlowRunChoice {
  std::string size;                        ///< of the calibrated parameter; empty: as the flow has it
  std::string duration;                    ///< instead of the flow's; empty: as the flow has it
  std::map<std::string, double> controls;  ///< by id; one that is missing stands where it starts
  std::uint64_t seed = 0;
};

/// The run as `assay run` takes it. The controls must be within their bounds.
[[nodiscard]] RunOptions flow_run_options(const FlowDefinition& flow, const FlowPart& part, const FlowRun& run,
                                          const FlowRunChoice& choice);
/// Throws CommandError as request_from() and plan_suite() do for what this machine cannot measure, such as controls
/// that together ask for more than a CPU. `choice.size` may be empty: any of the sizes then stands for it.
void check_flow_run(const FlowDefinition& flow, const FlowPart& part, const FlowRun& run, FlowRunChoice choice);

/// The suite as it is measured for a run of that kind: its steps with the lab's workload, or the run's own. Controls
/// and seed decide nothing of it.
[[nodiscard]] SuiteDefinition flow_suite(const FlowDefinition& flow, const FlowRun& run, const FlowRunChoice& choice);
/// The run that measures one size of the workload.
[[nodiscard]] RunOptions calibration_options(const FlowDefinition& flow, const FlowRunChoice& choice);

/// A control as typed: "40", "40x6ms", "20%", "1.5k". Throws LabRefusal (bad_value) outside its bounds, naming them.
[[nodiscard]] double control_value(const FlowControl& control, const std::string& text);

/// How long it takes with what is around it; 0 for what measures nothing: an audit, a file.
[[nodiscard]] Nanoseconds flow_run_time(const FlowRun& run, const std::string& duration);
[[nodiscard]] Nanoseconds calibration_time(const FlowDefinition& flow, const std::string& duration);
/// Every run once, those of a limited number as often as they may be made, and the calibration.
[[nodiscard]] Nanoseconds flow_time(const FlowDefinition& flow, const std::string& duration);
[[nodiscard]] Nanoseconds flow_part_time(const FlowPart& part, const std::string& duration);

}  // namespace assay
