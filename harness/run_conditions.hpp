#pragma once

#include <string>
#include <vector>

namespace assay {

/// State of one check. `not_applicable`: the thing does not exist here by nature; `not_visible`: it may exist,
/// this host does not show it, so nothing can be excluded.
enum class CheckState { ok, note, warn, stop, not_applicable, not_visible };

[[nodiscard]] const char* name_of(CheckState state);

/// One line of `assay doctor`: a fact, which metric it bends and how, where it was read, and what to do.
struct Finding {
  std::string check;  ///< stable key: "virtualization", "governor", "other_load", ...
  CheckState state = CheckState::ok;
  std::string fact;         ///< with numbers and units
  std::string consequence;  ///< names the metric it touches; empty if none
  std::string source;       ///< file or call, read-only
  std::string remedy;       ///< command; empty if none
  std::string undo;         ///< command that takes the remedy back; empty if none
};

/// What could bend the numbers of a run, as read when it started.
struct RunConditions {
  std::vector<Finding> findings;
};

}  // namespace assay
