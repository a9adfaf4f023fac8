#include "analysis/audit_system.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/audit_figures.hpp"
#include "analysis/independent_ratio.hpp"
#include "analysis/repeat_ratio.hpp"

namespace assay {
namespace {

AuditFigure absent(std::string reason) {
  AuditFigure figure;
  figure.value.reason = std::move(reason);
  return figure;
}

std::string runs_text(std::size_t count) { return fmt::format("{} {}", count, count == 1 ? "run" : "runs"); }

AuditFigure figure_of(FigureKind kind, EstimateRecord value, std::string source) {
  AuditFigure figure;
  figure.kind = kind;
  figure.value = std::move(value);
  figure.source = std::move(source);
  return figure;
}

/// A number that somebody states; `why` says why it has no interval.
EstimateRecord stated(double value, const char* why) {
  EstimateRecord estimate;
  estimate.point = value;
  estimate.reason = why;
  return estimate;
}

AuditFigure repeated(const std::vector<double>& values, const std::string& step, const std::string& why_none) {
  return values.empty() ? absent(why_none)
                        : figure_of(FigureKind::measured, repeats_estimate(values),
                                    fmt::format("step {}, {}", clipped(step, 40), runs_text(values.size())));
}

AuditFigure given(double value, const std::string& flag) {
  return figure_of(FigureKind::given, stated(value, "given"), flag);
}

/// The power of a machine is that of its packages; where counters have other names, of the first.
std::optional<double> power_of(const SoakRecord& soak) {
  std::optional<double> sum;
  for (const EnergyRecord& energy : soak.energy) {
    if (energy.boundary.find("package") != std::string::npos) {
      sum = sum.value_or(0.0) + energy.mean_power_w;
    }
  }
  return sum || soak.energy.empty() ? sum : std::optional(soak.energy.front().mean_power_w);
}

struct SoakFigures {
  std::vector<double> watts;
  std::vector<double> per_joule;  ///< samples
  std::string step;
  std::string boundary;
  std::string reason = "the suite has no soak of the lighthouse's work, which reads the energy counters";
};

/// Of the soaks that did the lighthouse's own work.
SoakFigures soak_figures(const LoadedBundle& bundle, const LighthouseRuns& chosen) {
  SoakFigures found;
  for (const BundledRun& one : bundle.runs) {
    const RunDocument& run = one.run;
    if (!run.soak || chosen.runs.empty() || run.workload != chosen.runs.front()->workload ||
        run.workload_parameters != chosen.runs.front()->workload_parameters || run.interrupted) {
      continue;
    }
    const std::optional<double> power = power_of(*run.soak);
    if (!power || !(*power > 0.0) || run.emulated) {
      found.reason = run.emulated                  ? "its clock was emulated, so its energy tells nothing"
                     : run.soak->no_energy.empty() ? "no energy was measured"
                                                   : run.soak->no_energy;
      continue;
    }
    found.watts.push_back(*power);
    found.per_joule.push_back(run.samples_per_s.value_or(0.0) / *power);
    found.step = one.entry.step;
    found.boundary = run.soak->energy.front().boundary;
  }
  std::erase_if(found.per_joule, [](double value) { return !(value > 0.0); });
  return found;
}

void add_power(AuditSystem& system, const AuditInput& input, const LighthouseRuns& chosen) {
  const SoakFigures soak = soak_figures(*input.bundle, chosen);
  system.watts = repeated(soak.watts, soak.step, soak.reason);
  system.per_watt = repeated(soak.per_joule, soak.step, soak.reason);
  if (!soak.watts.empty()) {
    system.watts.source += ", " + soak.boundary;
    system.per_watt.source += ", " + soak.boundary;
  } else if (input.watts) {
    const std::string flag = fmt::format("--watts {}={:g}", system.letter, *input.watts);
    system.watts = given(*input.watts, flag);
    if (system.throughput.value.point) {
      system.per_watt =
          figure_of(FigureKind::given, scaled(system.throughput.value, 1.0 / *input.watts), "throughput / " + flag);
    }
  }
}

void add_token_cost(AuditSystem& system, const LighthouseRuns& chosen) {
  std::vector<double> costs;
  std::string reason = "the lighthouse serves no tokens";
  std::string step;
  for (const auto& [name, runs] :
       {std::pair(&chosen.step, &chosen.runs), std::pair(&chosen.tail_step, &chosen.tail_runs)}) {
    for (const RunDocument* run : *runs) {
      if (!run->serving || run->interrupted) {
        continue;
      }
      reason = "no price of an hour was given with its runs";
      if (run->serving->dollars_per_million_tokens.value_or(0.0) > 0.0) {
        costs.push_back(*run->serving->dollars_per_million_tokens);
        step = *name;
      }
    }
    if (!costs.empty()) {
      break;
    }
  }
  system.usd_per_token = repeated(costs, step, reason);
  if (!costs.empty()) {
    system.usd_per_token.kind = FigureKind::derived;
    system.usd_per_token.source += ", with the price of an hour that was given with them";
  }
}

void add_price(AuditSystem& system, const AuditInput& input) {
  if (input.price_usd) {
    system.price = given(*input.price_usd, fmt::format("--price {}={:g}", system.letter, *input.price_usd));
  } else if (!input.datasheet) {
    system.price = absent(fmt::format("no result file knows a price; give it with --price {}=DOLLARS", system.letter));
  }
}

std::string hardware_of(const Machine& machine) {
  return fmt::format("{}, {} {}", clipped(machine.cpu_model, 80), machine.core_count,
                     machine.core_count == 1 ? "core" : "cores");
}

}  // namespace

AuditSystem measured_system(const std::string& letter, const AuditInput& input, const LighthouseRuns& chosen) {
  const BundleRecord& record = input.bundle->record;
  AuditSystem system{.letter = letter,
                     .name = clipped(record.identity.label, 48),
                     .kind = record.system,
                     .envelope = clipped(record.limits.name, 32),
                     .limits = clipped(limits_text(record.limits)),
                     .machine_id = record.identity.id,
                     .hardware = hardware_of(record.machine),
                     .source = clipped(record.id, 40),
                     .lighthouse = lighthouse_of(chosen)};
  if (record.limits.any() && system.kind == SystemKind::measured) {
    system.kind = SystemKind::envelope;  // whatever its file calls it, something was taken away
  }
  const AuditLighthouse& lighthouse = system.lighthouse;
  const std::string why_none = lighthouse.reason.empty() ? "none of its lighthouse's runs is VALID" : lighthouse.reason;
  system.throughput = repeated(lighthouse.samples_per_s, lighthouse.step, why_none);
  system.p99 = repeated(lighthouse.p99_s, lighthouse.tail_step,
                        lighthouse.tail_step.empty() && lighthouse.reason.empty()
                            ? "a batch has no P99, and no other step of the same work has one"
                            : why_none);
  add_power(system, input, chosen);
  add_price(system, input);
  add_token_cost(system, chosen);
  return system;
}

AuditSystem datasheet_system(const std::string& letter, const AuditInput& input) {
  const Datasheet& sheet = *input.datasheet;
  AuditSystem system{.letter = letter,
                     .name = sheet.title,
                     .kind = SystemKind::datasheet,
                     .hardware = sheet.title,
                     .source = fmt::format("{}, announced {}", sheet.source, sheet.announced)};
  const std::string nothing = "nothing was measured on it";
  for (AuditFigure* figure : {&system.throughput, &system.p99, &system.per_watt, &system.usd_per_token}) {
    *figure = absent(nothing);
  }
  system.lighthouse.reason = nothing;
  system.watts = absent("its datasheet states none");
  system.price = absent("no price is known");
  if (sheet.power_w) {
    system.watts = figure_of(FigureKind::datasheet, stated(*sheet.power_w, "rated power"), system.source);
  }
  if (sheet.price_usd && sheet.price_usd_most) {
    system.price = absent(fmt::format("between {:g} and {:g} $", *sheet.price_usd, *sheet.price_usd_most));
  } else if (sheet.price_usd) {
    system.price = figure_of(FigureKind::datasheet, stated(*sheet.price_usd, "list price"), sheet.price_source);
  }
  add_price(system, input);
  if (input.watts) {
    system.watts = given(*input.watts, fmt::format("--watts {}={:g}", letter, *input.watts));
  }
  return system;
}

}  // namespace assay
