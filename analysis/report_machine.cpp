#include "analysis/report_machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/report_tables.hpp"

namespace assay {
namespace {

void fact(Html& list, Markup name, std::string_view text) {
  put_fact(list, name, text.empty() ? "not available" : text);
}

std::string shape(const Machine& machine) {
  const auto allowed = machine.allowed_cpus().size();
  std::string text = fmt::format("{} {}, {} hardware threads ({} allowed), {} NUMA {}", machine.core_count,
                                 machine.core_count == 1 ? "core" : "cores", machine.hardware_threads.size(), allowed,
                                 machine.numa_node_count, machine.numa_node_count == 1 ? "node" : "nodes");
  return machine.has_smt() ? text + ", SMT on" : text;
}

std::string caches(const Machine& machine) {
  std::vector<std::string> levels;
  for (const CacheLevel& cache : machine.data_caches) {
    levels.push_back(fmt::format("L{} {} x {}", cache.level, cache.instance_count, format_bytes(cache.size.count)));
  }
  return fmt::format("{}", fmt::join(levels, ", "));
}

std::string clock_text(const ClockQuality& clock) {
  return fmt::format("{}: a reading costs {}, resolves {}; a wait ends late by {} (P90)", clock.source,
                     format_duration(clock.cost_ns / 1e9),
                     format_duration(static_cast<double>(clock.resolution_ns) / 1e9),
                     format_duration(seconds(clock.wake_error_p90)));
}

Html machine_card(const RunDocument& run) {
  const Machine& machine = run.machine;
  Html list;
  list.put("<dl class=\"facts\">");
  fact(list, "Processor", machine.cpu_model);
  fact(list, "Shape", shape(machine));
  fact(list, "Data caches", caches(machine));
  fact(list, "Memory", machine.memory_total.count == 0 ? "" : format_bytes(machine.memory_total.count));
  fact(list, "SIMD used", fmt::format("{} {}", machine.architecture, fmt::join(machine.isa, " ")));
  fact(list, "System", fmt::format("{}, kernel {}", machine.operating_system, machine.kernel_release));
  fact(list, "Virtualization", machine.virtualization);
  fact(list, "Clock", clock_text(run.clock));
  fact(list, "Measured by",
       fmt::format("assay {} ({}), {}, {}", run.tool.version, run.tool.revision, run.tool.compiler,
                   run.tool.build_type));
  fact(list, "Identity", fmt::format("{}, class {}", run.machine_identity.id, run.machine_identity.machine_class));
  return list.put("</dl>");
}

void not_visible(Html& out, const Machine& machine) {
  if (machine.not_visible.empty()) {
    return;
  }
  out.put(
      "<p class=\"aside\"><strong>Not visible here</strong>, so nothing about it can be excluded:</p><ul "
      "class=\"aside\">");
  for (const std::string& reading : machine.not_visible) {
    out.put("<li>").text(reading).put("</li>");
  }
  out.put("</ul>");
}

struct MetFinding {
  Finding finding;
  std::vector<std::string> runs;  ///< labels
};

bool same(const Finding& a, const Finding& b) { return a.check == b.check && a.state == b.state && a.fact == b.fact; }

std::vector<MetFinding> findings_of(std::span<const RunDocument> runs, std::span<const std::size_t> members,
                                    std::span<const std::string> labels) {
  std::vector<MetFinding> met;
  for (const std::size_t i : members) {
    for (const Finding& finding : runs[i].conditions.findings) {
      auto known = std::find_if(met.begin(), met.end(), [&](const MetFinding& m) { return same(m.finding, finding); });
      if (known == met.end()) {
        known = met.insert(met.end(), {.finding = finding, .runs = {}});
      }
      known->runs.push_back(labels[i]);
    }
  }
  const auto weight = [](CheckState state) {
    switch (state) {
      case CheckState::stop:
        return 0;
      case CheckState::warn:
        return 1;
      case CheckState::not_visible:
        return 2;
      case CheckState::note:
        return 3;
      case CheckState::ok:
        return 4;
      case CheckState::not_applicable:
        break;
    }
    return 5;
  };
  std::stable_sort(met.begin(), met.end(), [&](const MetFinding& a, const MetFinding& b) {
    return weight(a.finding.state) < weight(b.finding.state);
  });
  return met;
}

Html state_chip(CheckState state) {
  switch (state) {
    case CheckState::ok:
      return Html().put("<span class=\"state ok\">✓ fine</span>");
    case CheckState::note:
      return Html().put("<span class=\"state note\">• note</span>");
    case CheckState::warn:
      return Html().put("<span class=\"state warn\">! warning</span>");
    case CheckState::stop:
      return Html().put("<span class=\"state stop\">✗ stop</span>");
    case CheckState::not_applicable:
      return Html().put("<span class=\"state\">– not here</span>");
    case CheckState::not_visible:
      break;
  }
  return Html().put("<span class=\"state unseen\">? not visible</span>");
}

Html finding_row(const MetFinding& met, std::size_t run_count) {
  const Finding& finding = met.finding;
  std::string check = finding.check;
  std::replace(check.begin(), check.end(), '_', ' ');
  Html row;
  row.put("<tr><th scope=\"row\">").text(check).put("</th><td data-label=\"State\">").put(state_chip(finding.state));
  row.put("</td><td data-label=\"Fact\">").text(finding.fact);
  if (met.runs.size() < run_count) {
    row.put("<span class=\"small\">in ").text(fmt::format("{}", fmt::join(met.runs, ", "))).put("</span>");
  }
  row.put("</td><td data-label=\"Consequence\">").text(finding.consequence.empty() ? "none" : finding.consequence);
  row.put("</td><td data-label=\"Remedy\">");
  if (!finding.remedy.empty()) {
    row.put("<code>").text(finding.remedy).put("</code>");
  } else {
    row.put("–");
  }
  return row.put("</td></tr>");
}

Html conditions_table(std::span<const MetFinding> met, std::size_t run_count) {
  Html table;
  table.put(
      "<div class=\"scroll\"><table class=\"stack left\"><caption>What could bend the numbers, read when each run "
      "started</caption><thead><tr><th scope=\"col\">Check</th><th scope=\"col\">State</th><th "
      "scope=\"col\">Fact</th><th scope=\"col\">Consequence</th><th scope=\"col\">Remedy</th></tr></thead><tbody>");
  for (const MetFinding& finding : met) {
    table.put(finding_row(finding, run_count));
  }
  return table.put("</tbody></table></div>");
}

}  // namespace

Html machine_sections(std::span<const RunDocument> runs, std::span<const std::string> labels) {
  std::vector<std::vector<std::size_t>> machines;
  const auto place = [&](std::size_t i) {
    return std::pair(runs[i].machine_identity.id, runs[i].machine_identity.label);
  };
  for (std::size_t i = 0; i < runs.size(); ++i) {
    auto known = std::find_if(machines.begin(), machines.end(),
                              [&](const auto& members) { return place(members.front()) == place(i); });
    if (known == machines.end()) {
      known = machines.insert(machines.end(), std::vector<std::size_t>{});
    }
    known->push_back(i);
  }
  Html out;
  for (const auto& members : machines) {
    const RunDocument& first = runs[members.front()];
    out.put("<h3>").text(first.machine_identity.label).put("</h3>").put(machine_card(first));
    not_visible(out, first.machine);
    const auto met = findings_of(runs, members, labels);
    if (met.empty()) {
      out.put("<p class=\"aside\">No conditions were recorded with these runs.</p>");
    } else {
      out.put(conditions_table(met, members.size()));
    }
  }
  return out;
}

}  // namespace assay
