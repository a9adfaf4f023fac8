#include "analysis/report_labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "analysis/dose_verdict.hpp"
#include "analysis/format.hpp"
#include "analysis/report_sentences.hpp"

namespace assay {

namespace {

using TextOf = std::function<std::string(const RunDocument&)>;

std::string machine_of(const RunDocument& run) { return ", " + run.machine_identity.label; }
std::string clock_of(const RunDocument& run) {
  return run.emulated ? ", EMULATED " + run.emulated->name : ", clock not emulated";
}
std::string limits_of(const RunDocument& run) {
  return run.limits.any() ? ", ENVELOPE " + limits_text(run.limits) : ", machine as it is";
}
std::string workload_of(const RunDocument& run) { return ", " + run.workload; }
std::string rate_of(const RunDocument& run) {
  return run.rate_target_hz ? " at " + format_rate(*run.rate_target_hz, "queries/s") : "";
}
std::string parameters_of(const RunDocument& run) {
  std::vector<std::string> words;
  for (const auto& [name, value] : run.workload_parameters) {
    words.push_back(name + "=" + value);
  }
  return words.empty() ? "" : fmt::format(" ({})", fmt::join(words, " "));
}

std::string load_text(const RunDocument& run, bool with_length) {
  std::vector<std::string> doses;
  for (const DoseRecord& dose : run.interference) {
    doses.push_back(with_length ? dose_label(dose)
                                : fmt::format("{} {}", dose.knob, dose_amount(dose.unit, dose.requested)));
  }
  return doses.empty() ? ", no injected load" : fmt::format(", {}", fmt::join(doses, " + "));
}

/// True if two bursts of one knob differ in their length.
bool lengths_differ(std::span<const RunDocument> runs) {
  std::map<std::string, std::set<std::optional<double>>> lengths;
  for (const RunDocument& run : runs) {
    for (const DoseRecord& dose : run.interference) {
      lengths[dose.knob].insert(dose.length_requested_s);
    }
  }
  return std::any_of(lengths.begin(), lengths.end(), [](const auto& knob) { return knob.second.size() > 1; });
}

/// Appends `text_of` to each label whose runs it tells apart.
void tell_apart(std::vector<std::string>& labels, std::span<const RunDocument> runs, const TextOf& text_of) {
  std::map<std::string, std::set<std::string>> texts;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    texts[labels[i]].insert(text_of(runs[i]));
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (texts[labels[i]].size() > 1) {
      labels[i] += text_of(runs[i]);
    }
  }
}

void number_the_rest(std::vector<std::string>& labels) {
  std::map<std::string, int> uses;
  for (const std::string& label : labels) {
    ++uses[label];
  }
  std::map<std::string, int> number;
  for (std::string& label : labels) {
    if (uses[label] > 1) {
      const int n = ++number[label];
      label += fmt::format(" #{}", n);
    }
  }
}

}  // namespace

std::vector<std::string> run_labels(std::span<const RunDocument> runs) {
  // What differs anywhere is said everywhere: a reader compares labels, not pairs.
  const auto differs = [&runs](const TextOf& text_of) {
    std::set<std::string> texts;
    for (const RunDocument& run : runs) {
      texts.insert(text_of(run));
    }
    return texts.size() > 1;
  };
  const bool name_workload = differs(workload_of);
  const bool name_machine = differs(machine_of);
  const bool name_clock = differs(clock_of);
  const bool name_limits = differs(limits_of);
  const TextOf load_of = [with_length = lengths_differ(runs)](const RunDocument& run) {
    return load_text(run, with_length);
  };
  const bool name_load = differs(load_of);
  std::vector<std::string> labels;
  for (const RunDocument& run : runs) {
    labels.push_back(scenario_title(run) + (name_workload ? workload_of(run) : "") +
                     (name_machine ? machine_of(run) : "") + (name_clock ? clock_of(run) : "") +
                     (name_limits ? limits_of(run) : "") + (name_load ? load_of(run) : ""));
  }
  tell_apart(labels, runs, rate_of);
  tell_apart(labels, runs, parameters_of);
  number_the_rest(labels);
  return labels;
}

}  // namespace assay
