#include "lab/compliance_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "analysis/compliance.hpp"
#include "analysis/run_mark.hpp"
#include "harness/quantity.hpp"
#include "lab/compliance_plan.hpp"
#include "lab/json_output.hpp"
#include "lab/kept_result.hpp"
#include "lab/run_request_text.hpp"
#include "scenarios/custom/custom_workload.hpp"

namespace assay {

namespace {

std::uint64_t repeats_from(const std::string& text) {
  constexpr std::uint64_t kMost = 100;
  try {
    const std::uint64_t repeats = parse_count(text);
    if (repeats >= 2 && repeats <= kMost) {
      return repeats;
    }
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--pairs: {}", error.what()));
  }
  throw CommandError(ExitCode::usage, fmt::format("--pairs {}: must be within 2 and {}", text, kMost));
}

/// Nobody can know it: not a workload that was built before, nor one that read the command line of an earlier run.
std::uint64_t fresh_secret() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

class ComplianceCommand {
 public:
  explicit ComplianceCommand(const ComplianceCommandOptions& options)
      : options_(options), console_(options.console), repeats_(repeats_from(options.pairs)), run_(options.run) {
    require_json_target(options.json);
    if (!run_.value("duration")) {
      run_.set("duration", "2s");
    }
    (void)request_from(compliance_run(run_, ComplianceKind::reference, 0));  // says what is wrong beforehand
  }

  ExitCode run() {
    Measurements measurements(options_.measurement, console_, command_text("compliance", run_));
    const bool whole = measure(measurements);
    if (!whole) {
      console_.warning("interrupted: nothing was judged; the result files of the runs are kept");
      return ExitCode::interrupted;
    }
    const std::vector<ComplianceTest> tests = judge_compliance(runs_);
    const std::string workload = shown_workload(run_.workload);
    keep_and_show({.workload = workload,
                   .mark = mark_of(runs_.reference.front()),
                   .kind = "compliance",
                   .json = compliance_json(workload, tests),
                   .text = compliance_text(workload, tests)},
                  measurements.folder(), options_.json, console_);
    return overall(tests) == ComplianceVerdict::passed ? ExitCode::ok : ExitCode::run_invalid;
  }

 private:
  std::vector<RunDocument>& runs_of(ComplianceKind kind) {
    switch (kind) {
      case ComplianceKind::reference:
        return runs_.reference;
      case ComplianceKind::same_sample:
        return runs_.same_sample;
      case ComplianceKind::other_seeds:
        return runs_.other_seeds;
      case ComplianceKind::first_time:
        break;
    }
    return runs_.first_time;
  }

  bool measure(Measurements& measurements) {
    for (std::uint64_t repeat = 0; repeat < repeats_; ++repeat) {
      const std::uint64_t secret = fresh_secret();
      for (const ComplianceKind kind : compliance_order(repeat)) {
        const Measured one = measurements.measure(compliance_run(run_, kind, secret),
                                                  fmt::format("compliance, {} of {}", repeat + 1, repeats_));
        if (measurements.interrupted()) {
          return false;
        }
        if (!one.run) {
          throw CommandError(one.outcome.code, fmt::format("{}", fmt::join(one.outcome.errors, "; ")));
        }
        runs_of(kind).push_back(*one.run);
      }
    }
    return true;
  }

  const ComplianceCommandOptions& options_;
  Console console_;
  std::uint64_t repeats_;
  RunOptions run_;
  ComplianceRuns runs_;
};

}  // namespace

ExitCode compliance_command(const ComplianceCommandOptions& options) { return ComplianceCommand(options).run(); }

}  // namespace assay
