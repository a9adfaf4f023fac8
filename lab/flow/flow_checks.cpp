#include "lab/flow/flow_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string_view>

#include "lab/flow/measured_figure.hpp"
#include "lab/latency_window_text.hpp"
#include "lab/run_options.hpp"
#include "scenarios/suite_definition.hpp"
#include "scenarios/system_envelope.hpp"

namespace assay {
namespace {

using Fault = std::optional<std::string>;

template <class Entry>
Fault twice(const std::vector<Entry>& entries, std::string_view what) {
  std::set<std::string_view> ids;
  for (const Entry& entry : entries) {
    if (!ids.insert(entry.id).second) {
      return fmt::format("two {} have the id {}", what, entry.id);
    }
  }
  return std::nullopt;
}

template <class Entry>
bool has(const std::vector<Entry>& entries, std::string_view id) {
  return std::ranges::find(entries, id, &Entry::id) != entries.end();
}

bool has_braces_once(std::string_view text) {
  const auto at = text.find("{}");
  return at != std::string_view::npos && text.find_first_of("{}", at + 2) == std::string_view::npos &&
         text.find_first_of("{}") == at;
}

Fault number_fault(const FlowQuestion& question) {
  if (!(question.lower < question.upper)) {
    return fmt::format("question {}: lower must be below upper", question.id);
  }
  if (!is_measured_figure(question.figure)) {
    return fmt::format("question {}: figure {} is none of {}", question.id, question.figure,
                       fmt::join(measured_figure_names(), ", "));
  }
  return std::nullopt;
}

Fault choice_fault(const FlowQuestion& question) {
  constexpr std::size_t kFewest = 2;
  if (question.options.size() < kFewest) {
    return fmt::format("question {}: one option is no choice", question.id);
  }
  if (!question.key.empty() && !has(question.options, question.key)) {
    return fmt::format("question {}: key {} is none of its options", question.id, question.key);
  }
  return twice(question.options, "options");
}

Fault question_fault(const FlowPart& part, const FlowQuestion& question) {
  if (const Fault fault = question.is_number() ? number_fault(question) : choice_fault(question)) {
    return fault;
  }
  if (question.reasons.empty()) {
    return fmt::format("question {} lacks reasons to choose from", question.id);
  }
  if (question.runs.empty()) {
    return fmt::format("question {} names no run that answers it", question.id);
  }
  for (const std::string& run : question.runs) {
    if (part.run(run) == nullptr) {
      return fmt::format("question {} names run {}, which its part does not have", question.id, run);
    }
  }
  return twice(question.reasons, "reasons");
}

bool is_run_flag(std::string_view name) {
  return std::ranges::find(run_flags(), name, &RunFlag::name) != run_flags().end();
}

Fault control_fault(const FlowControl& control) {
  if (!(control.lower < control.upper) || control.lower < 0.0 || control.start < 0.0 || control.start > control.upper) {
    return fmt::format("control {}: 0 <= lower < upper and 0 <= start <= upper must hold", control.id);
  }
  if (control.logarithmic && control.lower == 0.0 && control.start != 0.0) {
    return fmt::format("control {}: a logarithmic one that starts above 0 needs a lower bound above 0", control.id);
  }
  if (!is_run_flag(control.flag)) {
    return fmt::format("control {}: assay run has no flag --{}", control.id, control.flag);
  }
  if (!has_braces_once(control.value)) {
    return fmt::format("control {}: value must hold {{}} once, where the number goes", control.id);
  }
  return std::nullopt;
}

bool is_one_of(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// A file would be read from wherever the program stands; what comes with it is the same everywhere.
Fault suite_fault(const FlowRun& run) {
  if (!is_one_of(shipped_suite_names(), run.suite)) {
    return fmt::format("run {}: suite {} is none of {}", run.id, run.suite, fmt::join(shipped_suite_names(), ", "));
  }
  if (!is_one_of(shipped_system_envelope_names(), run.envelope)) {
    return fmt::format("run {}: envelope {} is none of {}", run.id, run.envelope,
                       fmt::join(shipped_system_envelope_names(), ", "));
  }
  for (const std::string& parameter : run.parameters) {
    if (parameter.find('=') == std::string::npos || parameter.starts_with('=')) {
      return fmt::format("run {}: parameter {} must be NAME=VALUE", run.id, parameter);
    }
  }
  return std::nullopt;
}

Fault run_fault(const FlowPart& part, const FlowRun& run) {
  if (run.kind == FlowRun::Kind::suite) {
    return suite_fault(run);
  }
  for (const auto& [flag, value] : run.flags) {
    if (!is_run_flag(flag)) {
      return fmt::format("run {}: assay run has no flag --{}", run.id, flag);
    }
    // A file would be read and a server asked while a lab is only looked at.
    if (flag == kServerFlag || value.starts_with("trace:") || value.find('{') != std::string::npos) {
      return fmt::format("run {}: a lab measures this machine only, without --{} {}", run.id, flag, value);
    }
  }
  if (const auto slo = run.flags.find("slo"); slo != run.flags.end()) {
    try {
      (void)parse_latency_window(slo->second);
    } catch (const std::invalid_argument& error) {
      return fmt::format("run {}: slo: {}", run.id, error.what());
    }
  }
  for (const std::string& control : run.controls) {
    if (part.control(control) == nullptr) {
      return fmt::format("run {} names control {}, which its part does not have", run.id, control);
    }
  }
  return std::nullopt;
}

Fault part_fault(const FlowPart& part) {
  if (part.controls.size() > kMostFlowControls) {
    return fmt::format("part {} has more than {} controls", part.title, kMostFlowControls);
  }
  for (const Fault& fault : {twice(part.questions, "questions of a part"), twice(part.controls, "controls of a part"),
                             twice(part.runs, "runs of a part"), twice(part.reflections, "reflections of a part")}) {
    if (fault) {
      return fault;
    }
  }
  for (const FlowQuestion& question : part.questions) {
    if (const Fault fault = question_fault(part, question)) {
      return fault;
    }
  }
  for (const FlowControl& control : part.controls) {
    if (const Fault fault = control_fault(control)) {
      return fault;
    }
  }
  for (const FlowRun& run : part.runs) {
    if (const Fault fault = run_fault(part, run)) {
      return fault;
    }
  }
  if (part.reflections.empty()) {
    return fmt::format("part {} has nothing to reflect on", part.title);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> flow_fault(const FlowDefinition& flow) {
  if (flow.parts.size() != kFlowParts) {
    return fmt::format("has {} parts; a lab has {}", flow.parts.size(), kFlowParts);
  }
  if (!has(ultimate_metrics(), flow.metric)) {
    return fmt::format("metric {} is none of usd_per_token, fps_per_watt, p99", flow.metric);
  }
  try {
    (void)parse_latency_window(flow.window);
  } catch (const std::invalid_argument& error) {
    return fmt::format("window: {}", error.what());
  }
  for (const FlowPart& part : flow.parts) {
    if (const Fault fault = part_fault(part)) {
      return fault;
    }
  }
  return std::nullopt;
}

}  // namespace assay
