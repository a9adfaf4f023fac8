#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "lab/console.hpp"
#include "lab/measurement.hpp"
#include "scenarios/suite_definition.hpp"

namespace assay {

struct LabSuiteRequest {
  SuiteDefinition suite;
  std::string envelope;
  std::filesystem::path folder;  ///< where the bundle appears
  std::string name;              ///< of its folder there
};

struct LabSuiteOutcome {
  std::optional<std::filesystem::path> bundle;  ///< absent: nothing was measured
  ExitCode code = ExitCode::ok;
};

/// Measures a suite within an envelope into FOLDER/NAME; what measures then writes into `folder` again. An interrupted
/// bundle is kept, flagged. Throws CommandError as plan_suite() and BundleWriter do.
[[nodiscard]] LabSuiteOutcome measure_lab_suite(const LabSuiteRequest& request, Measurements& measurements,
                                                Console& console);

}  // namespace assay
