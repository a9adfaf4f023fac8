#pragma once

#include <string>
#include <vector>

#include "harness/file_source.hpp"
#include "harness/unavailable.hpp"
#include "scenarios/interference/interference_request.hpp"

namespace assay {

/// One way to disturb a run, and what it is worth on this machine.
struct KnobFinding {
  std::string name;            ///< "noise", "background (stress-ng)", "GPU"
  std::string flag;            ///< "--noise 80x1ms"; empty where it does not exist here
  Reading<std::string> state;  ///< how strong it is here, or why it does not exist
};

/// What can be injected here: tries each in a process of its own for a moment, changes nothing.
[[nodiscard]] std::vector<KnobFinding> survey_knobs(const FileSource& files);

}  // namespace assay
