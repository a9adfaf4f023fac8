#include "analysis/comparison_sides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "analysis/format.hpp"
#include "analysis/run_file.hpp"

namespace assay {
namespace {

using TextOf = std::function<std::string(const RunDocument&)>;
using Texts = std::set<std::string>;

RunDocument without_envelope(RunDocument run) {
  run.emulated.reset();
  return run;
}

/// "workload.params.n" in words.
std::string in_words(const std::string& path) {
  static const std::map<std::string_view, std::string_view> whole{
      {"schema", "schema"},
      {"workload.name", "workload"},
      {"workload.version", "version of the workload"},
      {"scenario.kind", "scenario"},
      {"scenario.mode", "mode"},
      {"scenario.arrivals", "arrivals"},
      {"scenario.rate_target_hz", "rate asked for [queries/s]"},
      {"scenario.samples_per_query", "samples per query"},
      {"scenario.stream", "random numbers"},
      {"scenario.percentile", "target percentile"},
      {"scenario.slo_s", "latency window [s]"},
      {"window", "class of the length asked for"},
      {"late_frames", "late frames"},
      {"interference_requested", "injected load"}};
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kPrefixes{
      {{"workload.params.", "workload parameter "},
       {"interference_requested.", "injected load "},
       {"emulated.", "thermal envelope: "},
       {"serving.", "serving setting "},
       {"manner.", "manner of execution: "},
       {"scenario.", "scenario: "}}};
  if (const auto word = whole.find(path); word != whole.end()) {
    return std::string(word->second);
  }
  for (const auto& [prefix, words] : kPrefixes) {
    if (path.starts_with(prefix)) {
      return std::string(words) + path.substr(prefix.size());
    }
  }
  return path;
}

std::string list_of(const Texts& texts) {
  constexpr std::size_t kMost = 3;
  std::string list;
  std::size_t shown = 0;
  for (const std::string& text : texts) {
    if (shown++ == kMost) {
      return list + fmt::format(" and {} more", texts.size() - kMost);
    }
    list += (list.empty() ? "" : ", ") + (text.empty() ? "not recorded" : text);
  }
  return list;
}

Texts texts_of(const ComparisonSide& side, const TextOf& text_of) {
  Texts texts;
  for (const RunDocument& run : side.runs) {
    texts.insert(text_of(run));
  }
  return texts;
}

std::string cpus_text(const ThreadPlacement& placement) {
  return fmt::format("issuing on {}, working on {}{}{}", fmt::join(placement.issuing_cpus, "+"),
                     fmt::join(placement.worker_cpus, "+"), placement.shared ? ", shared" : "",
                     placement.pinned ? "" : ", not pinned");
}

std::string fact_of(const RunDocument& run, std::string_view check) {
  const auto& findings = run.conditions.findings;
  const auto found = std::ranges::find(findings, check, &Finding::check);
  return found == findings.end() ? "" : found->fact;
}

std::string tool_of(const RunDocument& run) { return run.tool.version + " " + run.tool.revision; }
std::string build_of(const RunDocument& run) { return run.tool.compiler + ", " + run.tool.build_type; }
std::string class_of(const RunDocument& run) { return run.machine_identity.machine_class; }

struct Attribute {
  const char* name;
  std::string (*text_of)(const RunDocument&);
};

constexpr std::array kAttributes{
    Attribute{"machine", [](const RunDocument& run) { return run.machine_identity.label; }},
    Attribute{"CPU", [](const RunDocument& run) { return run.machine.cpu_model; }},
    Attribute{"memory", [](const RunDocument& run) { return format_bytes(run.machine.memory_total.count); }},
    Attribute{"operating system", [](const RunDocument& run) { return run.machine.operating_system; }},
    Attribute{"kernel", [](const RunDocument& run) { return run.machine.kernel_release; }},
    Attribute{"virtualisation", [](const RunDocument& run) { return run.machine.virtualization; }},
    Attribute{"version of the tool", tool_of},
    Attribute{"compiler and build", build_of},
    Attribute{"observer", [](const RunDocument& run) { return run.observer; }},
    Attribute{"placement", [](const RunDocument& run) { return cpus_text(run.placement); }},
    Attribute{"scheduling of the generator",
              [](const RunDocument& run) { return run.execution ? run.execution->issuing_scheduling : ""; }},
    Attribute{"seed", [](const RunDocument& run) { return fmt::format("{}", run.seed); }},
    Attribute{"clock", [](const RunDocument& run) { return run.clock.source; }},
    Attribute{"warm-up", [](const RunDocument& run) { return format_duration(run.warm_up_s); }},
    Attribute{"length asked for", [](const RunDocument& run) { return format_duration(run.min_duration_s); }},
};

/// Checks whose fact is a setting of the machine. The others read a load or a temperature, which differ by themselves.
constexpr std::array<std::string_view, 12> kSettings{
    "governor",      "turbo",        "smt",       "huge_pages", "numa_balancing", "address_randomisation",
    "isolated_cpus", "power_supply", "cpu_quota", "swap",       "core_types",     "microcode"};

void add_difference(std::vector<SoftDifference>& found, const std::string& what, const Texts& a, const Texts& b) {
  if (a != b) {
    found.push_back({.what = what, .a = list_of(a), .b = list_of(b)});
  }
}

std::string emulation_of(const RunDocument& run) {
  return run.emulated ? fmt::format("{} ({})", run.emulated->name, run.emulated->source) : "none";
}

std::string whole_or(const std::string& system) { return system.empty() ? "the machine as it is" : system; }

/// "2 of 5 runs of A", or nothing for none.
std::string some_runs(const ComparisonSide& side, const char* letter,
                      const std::function<bool(const RunDocument&)>& is) {
  const auto count = std::ranges::count_if(side.runs, is);
  return count == 0 ? ""
                    : fmt::format("{} of {} {} of {}", count, side.runs.size(), side.runs.size() == 1 ? "run" : "runs",
                                  letter);
}

std::string codes_of(const ComparisonSide& side) {
  Texts codes;
  for (const RunDocument& run : side.runs) {
    for (const InvalidReason& reason : run.invalid_reasons) {
      codes.insert(reason.code);
    }
  }
  return codes.empty() ? "" : fmt::format(" ({})", fmt::join(codes, ", "));
}

void refuse_state(const ComparisonSide& side, const char* letter, std::vector<std::string>& reasons) {
  const auto refuse = [&](const std::string& which, const std::string& text) {
    if (!which.empty()) {
      reasons.push_back(which + text);
    }
  };
  refuse(some_runs(side, letter, [](const RunDocument& run) { return !run.valid && !run.interrupted; }),
         fmt::format(" INVALID{}: measure again; leaving out what looks bad would choose the result", codes_of(side)));
  refuse(some_runs(side, letter, [](const RunDocument& run) { return run.interrupted; }),
         " interrupted: a part of a run is no repeat of a whole one; measure again");
  refuse(some_runs(side, letter, [](const RunDocument& run) { return !run.hash_matches; }),
         " changed after writing (the hash does not match, or there is none): take the file that was written");
}

/// The smallest and the largest time of creation. ISO 8601 in UTC sorts as text.
std::pair<std::string, std::string> times_of(const ComparisonSide& side) {
  const Texts times = texts_of(side, [](const RunDocument& run) { return run.created; });
  return {*times.begin(), *times.rbegin()};
}

std::string order_note(const ComparisonSide& a, const ComparisonSide& b) {
  if (a.runs.size() < 2 || b.runs.size() < 2) {
    return "";
  }
  const auto [a_first, a_last] = times_of(a);
  const auto [b_first, b_last] = times_of(b);
  const bool apart = a_last < b_first || b_last < a_first;
  const bool one_machine = texts_of(a, [](const RunDocument& run) { return run.machine_identity.id; }) ==
                           texts_of(b, [](const RunDocument& run) { return run.machine_identity.id; });
  return apart && one_machine ? fmt::format(
                                    "all of {} was measured before {}: a slow drift of the machine counts as a "
                                    "difference; measure A and B in turn to cancel it",
                                    a_last < b_first ? "A" : "B", a_last < b_first ? "B" : "A")
                              : "";
}

void note_largest(const ComparisonSide& side, const char* letter, std::vector<std::string>& notes) {
  constexpr double kNotable = 0.05;
  double foreign = 0.0;
  double stolen = 0.0;
  for (const RunDocument& run : side.runs) {
    foreign = std::max(foreign, run.foreign_cpu_share.value_or(0.0));
    stolen = std::max(stolen, run.steal_share.value_or(0.0));
  }
  if (foreign > kNotable) {
    notes.push_back(
        fmt::format("other processes took up to {} of the CPU time of a run of {}", format_percent(foreign), letter));
  }
  if (stolen > kNotable) {
    notes.push_back(
        fmt::format("the hypervisor took up to {} of the CPU time of a run of {}", format_percent(stolen), letter));
  }
}

/// A member of a key; "none" where it is absent or null, as an arrival rate of SingleStream is.
std::string member_text(const std::map<std::string, std::string>& members, const std::string& path) {
  const auto found = members.find(path);
  return found == members.end() || found->second == "null" ? "none" : found->second;
}

}  // namespace

std::string grouping_key(const RunDocument& run, bool across_envelopes) {
  return comparability_key(across_envelopes && run.emulated ? without_envelope(run) : run);
}

std::vector<std::string> key_differences(const RunDocument& a, const RunDocument& b, bool across_envelopes) {
  std::vector<std::string> differences;
  const bool one_is_emulated = !across_envelopes && a.emulated.has_value() != b.emulated.has_value();
  if (one_is_emulated) {
    const auto name = [](const RunDocument& run) { return run.emulated ? run.emulated->name : "none"; };
    differences.push_back(
        fmt::format("thermal envelope: {} in A, {} in B (--across-envelopes compares them, under "
                    "their marks)",
                    name(a), name(b)));
  }
  const auto members = [&](const RunDocument& run) {
    return comparability_members(across_envelopes || one_is_emulated ? without_envelope(run) : run);
  };
  const auto of_a = members(a);
  const auto of_b = members(b);
  Texts paths;
  for (const auto& side : {of_a, of_b}) {
    for (const auto& [path, text] : side) {
      paths.insert(path);
    }
  }
  for (const std::string& path : paths) {
    const std::string in_a = member_text(of_a, path);
    const std::string in_b = member_text(of_b, path);
    if (in_a != in_b) {
      differences.push_back(fmt::format("{}: {} in A, {} in B", in_words(path), in_a, in_b));
    }
  }
  return differences;
}

std::vector<std::string> refusals(const ComparisonSide& a, const ComparisonSide& b) {
  std::vector<std::string> reasons;
  refuse_state(a, "A", reasons);
  refuse_state(b, "B", reasons);
  const Texts ids = texts_of(a, [](const RunDocument& run) { return run.id; });
  const auto twice = std::ranges::count_if(b.runs, [&](const RunDocument& run) { return ids.contains(run.id); });
  if (twice > 0) {
    reasons.push_back(
        fmt::format("{} of B {} in A as well: a run says nothing against itself", twice, twice == 1 ? "is" : "are"));
  }
  const TextOf kind = [](const RunDocument& run) { return run.synthetic ? "SYNTHETIC" : "real"; };
  const Texts kinds_a = texts_of(a, kind);
  const Texts kinds_b = texts_of(b, kind);
  if (kinds_a != kinds_b || kinds_a.size() > 1) {
    reasons.push_back(
        fmt::format("SYNTHETIC against real: {} in A, {} in B; service times drawn from a law say nothing "
                    "of a machine",
                    list_of(kinds_a), list_of(kinds_b)));
  }
  return reasons;
}

std::vector<SoftDifference> soft_differences(const ComparisonSide& a, const ComparisonSide& b) {
  std::vector<SoftDifference> found;
  add_difference(found, "system", {whole_or(a.system)}, {whole_or(b.system)});
  add_difference(found, "thermal envelope", texts_of(a, emulation_of), texts_of(b, emulation_of));
  for (const Attribute& attribute : kAttributes) {
    add_difference(found, attribute.name, texts_of(a, attribute.text_of), texts_of(b, attribute.text_of));
  }
  for (const std::string_view check : kSettings) {
    const TextOf fact = [check](const RunDocument& run) { return fact_of(run, check); };
    std::string name(check);
    std::ranges::replace(name, '_', ' ');
    add_difference(found, name, texts_of(a, fact), texts_of(b, fact));
  }
  return found;
}

std::vector<std::string> cross_machine_reasons(const ComparisonSide& a, const ComparisonSide& b) {
  std::vector<std::string> reasons;
  const auto require_equal = [&](const char* what, const Texts& in_a, const Texts& in_b) {
    if (in_a != in_b || in_a.size() > 1) {
      reasons.push_back(fmt::format("{}: {} in A, {} in B", what, list_of(in_a), list_of(in_b)));
    }
  };
  require_equal("machine class", texts_of(a, class_of), texts_of(b, class_of));
  require_equal("compiler and build", texts_of(a, build_of), texts_of(b, build_of));
  require_equal("system", {whole_or(a.system)}, {whole_or(b.system)});
  const TextOf envelope = [](const RunDocument& run) { return run.emulated ? run.emulated->name : "none"; };
  require_equal("thermal envelope", texts_of(a, envelope), texts_of(b, envelope));
  return reasons;
}

std::vector<std::string> conduct_notes(const ComparisonSide& a, const ComparisonSide& b) {
  std::vector<std::string> notes;
  if (const std::string order = order_note(a, b); !order.empty()) {
    notes.push_back(order);
  }
  for (const auto& [side, letter] : {std::pair{&a, "A"}, std::pair{&b, "B"}}) {
    const Texts machines = texts_of(*side, [](const RunDocument& run) { return run.machine_identity.id; });
    if (machines.size() > 1) {
      notes.push_back(
          fmt::format("{} holds runs of {} machines: their spread is part of the interval", letter, machines.size()));
    }
    note_largest(*side, letter, notes);
  }
  return notes;
}

}  // namespace assay
