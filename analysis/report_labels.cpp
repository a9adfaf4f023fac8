#include "analysis/report_labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/report_sentences.hpp"

namespace assay {

std::vector<std::string> run_labels(std::span<const RunDocument> runs) {
  const auto differs = [&](auto&& text_of) {
    return std::any_of(runs.begin(), runs.end(),
                       [&](const RunDocument& run) { return text_of(run) != text_of(runs.front()); });
  };
  const auto machine_of = [](const RunDocument& run) { return run.machine_identity.label; };
  const bool name_workload = differs(workload_title);
  const bool name_machine = differs(machine_of);
  std::vector<std::string> labels;
  std::map<std::string, int> uses;
  for (const RunDocument& run : runs) {
    labels.push_back(fmt::format("{}{}{}", scenario_title(run), name_workload ? ", " + workload_title(run) : "",
                                 name_machine ? ", " + machine_of(run) : ""));
    ++uses[labels.back()];
  }
  std::map<std::string, int> number;
  for (std::string& label : labels) {
    if (uses[label] > 1) {
      const int n = ++number[label];
      label += fmt::format(" #{}", n);
    }
  }
  return labels;
}

}  // namespace assay
