#include "analysis/audit_fairness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include "analysis/audit_figures.hpp"
#include "analysis/format.hpp"
#include "analysis/sustained_audit.hpp"

namespace assay {
namespace {

using Systems = std::vector<FairnessFacts>;

/// The two texts that differ first: "SSE2 against AVX2 (A against C)".
std::string difference(const Systems& systems, const std::vector<std::string>& texts) {
  for (std::size_t i = 1; i < texts.size(); ++i) {
    if (texts[i] != texts[0]) {
      const std::string who =
          systems.size() > 2 ? fmt::format(" ({} against {})", systems[0].letter, systems[i].letter) : "";
      return fmt::format("{} against {}{}", clipped(texts[0], 300), clipped(texts[i], 300), who);
    }
  }
  return {};
}

/// Holds where all texts are equal.
FairnessControl alike(const Systems& systems, std::string name, std::string what,
                      const std::function<std::string(const FairnessFacts&)>& text_of) {
  FairnessControl control{.name = std::move(name), .state = ControlState::holds};
  for (const FairnessFacts& facts : systems) {
    control.facts.push_back(clipped(facts.no_runs.empty() ? text_of(facts) : "not known: " + facts.no_runs, 400));
    if (!facts.no_runs.empty() && control.state == ControlState::holds) {
      control.state = ControlState::not_known;
      control.finding = fmt::format("{} of {} is not known: {}", what, facts.letter, facts.no_runs);
      control.remedy = fmt::format("measure {} again with the suite of the others", facts.letter);
    }
  }
  if (control.state != ControlState::holds) {
    return control;
  }
  if (const std::string differs = difference(systems, control.facts); !differs.empty()) {
    control.state = ControlState::fails;
    control.finding = fmt::format("{} differed: {}", what, differs);
    control.remedy = "measure both with one suite file (assay suite FILE)";
  }
  return control;
}

void fail(FairnessControl& control, std::string finding, std::string remedy) {
  if (control.state == ControlState::fails) {
    return;
  }
  control.state = ControlState::fails;
  control.finding = clipped(std::move(finding), 400);
  control.remedy = std::move(remedy);
}

void not_known(FairnessControl& control, std::string finding, std::string remedy) {
  if (control.state == ControlState::holds) {
    control.state = ControlState::not_known;
    control.finding = std::move(finding);
    control.remedy = std::move(remedy);
  }
}

FairnessControl same_workload(const Systems& systems) {
  FairnessControl control = alike(systems, "same workload", "the workload", [](const FairnessFacts& facts) {
    std::string text = fmt::format("{}; {}; {} build", facts.workload, facts.scenario, facts.build_type);
    if (facts.work_flops) {
      text += fmt::format("; {} a sample", format_flops(static_cast<double>(*facts.work_flops)));
    }
    if (facts.traffic_bytes) {
      text += fmt::format("; {} a sample", format_bytes(*facts.traffic_bytes));
    }
    return text;
  });
  for (const FairnessFacts& facts : systems) {
    if (facts.synthetic) {
      fail(control, fmt::format("the workload of {} is synthetic: its times were drawn from a law", facts.letter),
           "choose a lighthouse that does work (assay list workloads)");
    }
  }
  return control;
}

/// A warm-up ends with the sample that it is in, so it lasts up to a sample longer than was asked.
constexpr double kWarmUpFactor = 1.1;
constexpr double kWarmUpSlackSeconds = 0.1;

bool same_length(double a, double b) { return std::max(a, b) <= kWarmUpFactor * std::min(a, b) + kWarmUpSlackSeconds; }

std::string warm_up_text(const FairnessFacts& facts) {
  if (facts.warm_up_s.empty()) {
    return "none recorded";
  }
  const auto [least, most] = std::minmax_element(facts.warm_up_s.begin(), facts.warm_up_s.end());
  return format_duration(*least) == format_duration(*most)
             ? format_duration(*least)
             : fmt::format("{} to {}", format_duration(*least), format_duration(*most));
}

FairnessControl same_warm_up(const Systems& systems) {
  FairnessControl control = alike(systems, "same warm-up", "warm-up", warm_up_text);
  if (control.state == ControlState::not_known) {
    return control;
  }
  std::vector<double> all;
  for (const FairnessFacts& facts : systems) {
    all.insert(all.end(), facts.warm_up_s.begin(), facts.warm_up_s.end());
  }
  const auto [least, most] = std::minmax_element(all.begin(), all.end());
  if (all.empty() || same_length(*least, *most)) {
    control.state = ControlState::holds;
    control.finding.clear();
    control.remedy.clear();
  } else {
    fail(control, fmt::format("warm-up differed: {} against {}", format_duration(*least), format_duration(*most)), "");
    control.remedy = "give both the same --warmup, or measure both with one suite file";
  }
  return control;
}

FairnessControl same_sample_count(const Systems& systems) {
  FairnessControl control = alike(systems, "same sample count", "the sample count", [](const FairnessFacts& facts) {
    return fmt::format("{} {}, {}", facts.repeats, facts.repeats == 1 ? "run" : "runs", facts.rule);
  });
  if (control.state == ControlState::fails) {
    control.remedy = "repeat the shorter side: the same repeat and duration in one suite file";
  }
  // How many a run held follows from the speed that is to be compared: a fact beside the rule, no part of it.
  for (std::size_t i = 0; i < systems.size(); ++i) {
    if (systems[i].no_runs.empty()) {
      control.facts[i] += systems[i].least_samples == systems[i].most_samples
                              ? fmt::format("; {} samples", format_count(systems[i].least_samples))
                              : fmt::format("; {} to {} samples", format_count(systems[i].least_samples),
                                            format_count(systems[i].most_samples));
    }
  }
  return control;
}

double middle_of(std::vector<double> values) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::ranges::nth_element(values, place);
  return *place;
}

std::string shares_text(const std::vector<double>& shares) {
  return shares.empty() ? "not known"
                        : fmt::format("{} (at most {})", format_percent(middle_of(shares)),
                                      format_percent(*std::ranges::max_element(shares)));
}

std::string state_text(const FairnessFacts& facts) {
  std::string text = fmt::format("CPU time stolen {}, for other programs {}", shares_text(facts.steal_shares),
                                 shares_text(facts.foreign_shares));
  text += facts.clock_drop       ? fmt::format(", clock within {}", format_percent(*facts.clock_drop))
          : facts.governor_fixed ? ", governor seen"
                                 : ", clock not known";
  for (const auto& [check, state] : facts.checks) {
    if (state == CheckState::warn || state == CheckState::stop) {
      text += fmt::format("; doctor: {} {}", name_of(state), check);
    }
  }
  return text + (facts.load.empty() ? "; nothing injected" : "; " + facts.load);
}

void judge_shares(FairnessControl& control, const FairnessFacts& facts, const std::vector<double>& shares,
                  std::string_view whom) {
  if (shares.empty()) {
    return;
  }
  const double middle = middle_of(shares);
  const double most = *std::ranges::max_element(shares);
  const std::string remedy = fmt::format("measure {} again when it is quiet", facts.letter);
  if (middle > kMostOthersShare) {
    fail(control,
         fmt::format("{} {} of the CPU time of {} in the middle one of its runs; more than {} is another state", whom,
                     format_percent(middle), facts.letter, format_percent(kMostOthersShare)),
         remedy);
  } else if (most > kMostOthersOnce) {
    fail(control,
         fmt::format("{} {} of the CPU time of {} in one run; more than {} is another state", whom,
                     format_percent(most), facts.letter, format_percent(kMostOthersOnce)),
         remedy);
  }
}

void judge_disturbance(FairnessControl& control, const FairnessFacts& facts) {
  for (const std::string& stop : facts.stops) {
    fail(control, fmt::format("the doctor of {} said STOP: {}", facts.letter, stop),
         "follow assay doctor on it, then measure it again");
  }
  if (!facts.undelivered.empty()) {
    fail(control, fmt::format("a load of {} was not delivered: {}", facts.letter, facts.undelivered),
         "measure it again where the load can be held");
  }
  judge_shares(control, facts, facts.steal_shares, "the hypervisor took");
  judge_shares(control, facts, facts.foreign_shares, "other programs took");
  if (facts.clock_drop && *facts.clock_drop > kConfirmingClockDrop) {
    fail(control,
         fmt::format("the clock of {} differed by {} from one round to another", facts.letter,
                     format_percent(*facts.clock_drop)),
         fmt::format("let {} cool, fix its governor, and measure it again", facts.letter));
  }
}

void judge_checks(FairnessControl& control, const Systems& systems) {
  const auto warns = [](CheckState state) { return state == CheckState::warn || state == CheckState::stop; };
  const FairnessFacts& first = systems.front();
  for (const FairnessFacts& facts : systems) {
    for (const auto& [check, state] : facts.checks) {
      const auto other = first.checks.find(check);
      const bool first_warns = other != first.checks.end() && warns(other->second);
      if (warns(state) != first_warns) {
        const std::string& who = warns(state) ? facts.letter : first.letter;
        fail(control, fmt::format("the doctor warned of {} on {} alone", check, who),
             fmt::format("follow assay doctor on {}, then measure it again", who));
      }
    }
  }
}

FairnessControl same_state(const Systems& systems) {
  FairnessControl control = alike(systems, "same hardware state", "the hardware state", state_text);
  if (control.state == ControlState::not_known) {
    return control;
  }
  control.state = ControlState::holds;  // the texts hold readings, which differ
  control.finding.clear();
  control.remedy.clear();
  std::vector<std::string> loads;
  for (const FairnessFacts& facts : systems) {
    judge_disturbance(control, facts);
    loads.push_back(facts.load.empty() ? "nothing" : facts.load);
  }
  judge_checks(control, systems);
  if (const std::string differs = difference(systems, loads); !differs.empty()) {
    fail(control, "what was injected beside the runs differed: " + differs,
         "inject the same, or declare it as the limit of an envelope (assay suite --limit)");
  }
  for (const FairnessFacts& facts : systems) {
    if (facts.steal_shares.empty() || facts.foreign_shares.empty()) {
      not_known(control,
                fmt::format("how much of the CPU time of {} others took is not known: {}", facts.letter,
                            facts.shares_reason.empty() ? "its files do not say" : facts.shares_reason),
                fmt::format("measure {} where /proc/stat can be read", facts.letter));
    }
    if (!facts.clock_drop && !facts.governor_fixed) {
      not_known(control, fmt::format("neither the clock nor the governor of {} is known", facts.letter),
                "measure its roofline in the suite: the clock is probed beside each sample");
    }
  }
  return control;
}

FairnessControl same_guardrails(const Systems& systems) {
  FairnessControl control = alike(systems, "same guardrails", "what guards them", [](const FairnessFacts& facts) {
    return fmt::format("{}; {}; runs VALID, files unchanged", facts.window, facts.outputs);
  });
  for (std::size_t i = 0; i < systems.size(); ++i) {
    if (!systems[i].tripped.empty()) {
      control.facts[i] = clipped(fmt::format("{}; {}", systems[i].window, fmt::join(systems[i].tripped, "; ")), 400);
      fail(control, fmt::format("a guardrail of {} tripped: {}", systems[i].letter, systems[i].tripped.front()),
           fmt::format("see its reasons (assay report), then measure {} again", systems[i].letter));
    }
  }
  return control;
}

std::vector<std::string> soft_differences(const Systems& systems) {
  std::vector<std::string> found;
  for (const auto& [name, value] : systems.front().soft) {
    std::vector<std::string> texts;
    for (const FairnessFacts& facts : systems) {
      const auto at = facts.soft.find(name);
      texts.push_back(at == facts.soft.end() ? "not recorded" : at->second);
    }
    if (const std::string differs = difference(systems, texts); !differs.empty()) {
      found.push_back(fmt::format("{}: {}", name, differs));
    }
  }
  return found;
}

}  // namespace

std::string name_of(ControlState state) {
  constexpr std::array kNames{"HOLDS", "FAILS", "NOT KNOWN"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::size_t FairnessIndex::held() const {
  return static_cast<std::size_t>(
      std::ranges::count(controls, ControlState::holds, [](const FairnessControl& c) { return c.state; }));
}

double FairnessIndex::share() const {
  return controls.empty() ? 0.0 : static_cast<double>(held()) / static_cast<double>(controls.size());
}

std::string FairnessIndex::why_withheld() const {
  if (!reason.empty()) {
    return "withheld, because " + reason;
  }
  for (const ControlState state : {ControlState::fails, ControlState::not_known}) {
    for (const FairnessControl& control : controls) {
      if (control.state == state) {
        return "withheld, because " + control.finding;
      }
    }
  }
  return {};
}

FairnessIndex fairness_index(const std::vector<FairnessFacts>& systems) {
  FairnessIndex index;
  if (systems.size() < 2) {
    index.reason = systems.empty() ? "nothing was measured: datasheets alone decide nothing"
                                   : "only one system was measured: a datasheet is no measurement";
    return index;
  }
  index.controls = {same_workload(systems), same_warm_up(systems), same_sample_count(systems), same_state(systems),
                    same_guardrails(systems)};
  index.differences = soft_differences(systems);
  return index;
}

}  // namespace assay
