#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/time.hpp"
#include "lab/roofline_options.hpp"
#include "lab/run_options.hpp"
#include "scenarios/suite_definition.hpp"

namespace assay {

/// One measurement of a suite.
struct SuiteStep {
  SuiteStepDefinition definition;
  std::uint64_t repeat = 1;  ///< from 1
  RunOptions run;            ///< of a run or a soak
  RooflineOptions roofline;
  Nanoseconds expected{0};  ///< with what is around it

  [[nodiscard]] bool is_roofline() const { return definition.kind == SuiteStepDefinition::Kind::roofline; }
  /// "assay run gemv --scenario offline --param size=64MiB": what measures it again, without the path of any file.
  [[nodiscard]] std::string command() const;
  /// "run" or "roofline": the schema of its file.
  [[nodiscard]] std::string file_kind() const { return is_roofline() ? "roofline" : "run"; }
};

/// A step that cannot be measured here, and was optional.
struct SuiteOmission {
  std::string step;
  std::string reason;
};

struct SuitePlan {
  std::vector<SuiteStep> steps;  ///< in the order in which they are measured
  std::vector<SuiteOmission> left_out;
  [[nodiscard]] Nanoseconds expected() const;
};

/// A shipped suite or a file. Throws CommandError: usage where there is none, file where it cannot be read.
[[nodiscard]] SuiteDefinition suite_named(const std::string& name);

/// Every step once, then every second repeat, and so on: what drifts meets all steps alike. Throws CommandError (usage)
/// for a step that cannot be measured and is not optional. Every step under `envelope`, a name or a file; empty: none.
[[nodiscard]] SuitePlan plan_suite(const SuiteDefinition& suite, const std::string& envelope = "");

/// "assay suite lab --workload ssdlite --param width=0.5 --envelope narrow"
[[nodiscard]] std::string suite_command_text(const SuiteDefinition& suite, const std::string& envelope);

/// What a step without a rate takes with what is around it.
[[nodiscard]] Nanoseconds suite_step_time(const SuiteStepDefinition& step);

/// The text with the folders of absolute paths left out: what is written into a bundle names no folder of this machine.
[[nodiscard]] std::string without_folders(const std::string& text);

}  // namespace assay
