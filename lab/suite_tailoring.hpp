#pragma once

#include <string>
#include <vector>

#include "harness/time.hpp"
#include "scenarios/suite_definition.hpp"

namespace assay {

/// What a suite measures in place of what its file says.
struct SuiteTailoring {
  std::string track;                    ///< empty: as the file has it
  std::string workload;                 ///< of its steps without one of their own; empty: as the file has it
  std::vector<std::string> parameters;  ///< of that workload; without one, over those of the file
  std::string duration;                 ///< of each measurement, to try something out; empty: as the file has it
};

/// The suite with that in place. What changes what is measured changes sha256 too: bundles of suites that were cut to
/// measure differently do not pass for one. Throws CommandError (usage) for a parameter without '='.
[[nodiscard]] SuiteDefinition tailored_suite(SuiteDefinition suite, const SuiteTailoring& wanted);

/// How long its steps take with what is around them, as plan_suite() has it, without asking the machine.
[[nodiscard]] Nanoseconds suite_time(const SuiteDefinition& suite);

}  // namespace assay
