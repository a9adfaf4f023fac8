#include "lab/flow/reveal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/tail_formulas.hpp"

namespace assay {
namespace {

std::string option_text(const std::vector<FlowOption>& options, const std::string& id) {
  const auto found = std::ranges::find(options, id, &FlowOption::id);
  return found == options.end() ? id : found->text;
}

std::string measured_text(const EstimateRecord& value, const std::string& unit) {
  std::string text = quantity_text(*value.point, unit);
  if (value.lower && value.upper) {
    text += fmt::format(" [{:.3g}, {:.3g}]", *value.lower, *value.upper);
  } else if (!value.reason.empty()) {
    text += fmt::format(" (no interval: {})", value.reason);
  }
  return text;
}

std::string error_text(const Reveal& reveal, const std::string& unit) {
  if (reveal.within) {
    return "within the interval of what was measured";
  }
  const char* const side = *reveal.difference < 0.0 ? "too low" : "too high";
  if (!reveal.factor) {
    return fmt::format("off by {}, {}", quantity_text(std::abs(*reveal.difference), unit), side);
  }
  // Of shares the points say more than the factor where both are large.
  const std::string points =
      unit == "%" ? fmt::format(" ({:.3g} points)", std::abs(*reveal.difference)) : std::string();
  return fmt::format("off by {:.2f} x{}, {}", *reveal.factor, points, side);
}

std::vector<std::pair<std::string, double>> curves_of(const std::string& figure) {
  std::vector<std::pair<std::string, double>> curves;
  if (figure == "p99_at_10_5") {
    constexpr Moments kAsked{.mean_ns = 10.0, .standard_deviation_ns = 5.0};  // in ms: the laws keep the scale
    constexpr std::array kLaws{std::pair{"normal", TailLaw::normal}, std::pair{"gamma", TailLaw::gamma},
                               std::pair{"log-normal", TailLaw::log_normal},
                               std::pair{"shifted exponential", TailLaw::shifted_exponential},
                               std::pair{"Cantelli, the bound of all", TailLaw::cantelli}};
    for (const auto& [name, law] : kLaws) {
      curves.emplace_back(name, percentile_ns_of(law, kAsked, Percentile::of_percent(99.0)));
    }
  }
  return curves;
}

void reveal_number(Reveal& reveal, const FlowQuestion& question, double predicted,
                   const std::vector<const LabRun*>& runs) {
  reveal.predicted = quantity_text(predicted, question.unit);
  reveal.answer = measured_answer(question, runs);
  reveal.curves = curves_of(question.figure);
  const EstimateRecord& value = reveal.answer.value;
  if (!value.point) {
    reveal.measured = "not available: " + value.reason;
    reveal.sentences.push_back(
        fmt::format("You predicted {}. What was measured is {}.", reveal.predicted, reveal.measured));
    return;
  }
  reveal.measured = measured_text(value, question.unit);
  reveal.difference = predicted - *value.point;
  reveal.within = (value.lower && value.upper && predicted >= *value.lower && predicted <= *value.upper) ||
                  *reveal.difference == 0.0;
  if (predicted > 0.0 && *value.point > 0.0) {
    reveal.factor = std::max(predicted / *value.point, *value.point / predicted);
  }
  reveal.sentences.push_back(fmt::format("You predicted {}, measured {}: {}.", reveal.predicted, reveal.measured,
                                         error_text(reveal, question.unit)));
  reveal.sentences.push_back(fmt::format("Measured: {}.", reveal.answer.how));
}

/// What an audit found: its verdict, and the sentence of its memo that says where the roofs cross, if they do.
void take_audits(Reveal& reveal, const std::vector<const LabRun*>& runs) {
  constexpr std::size_t kWhere = 2;  // after the verdict and the specification
  for (const LabRun* const run : runs) {
    const std::vector<std::string>& said = run->facts.sentences;
    if (run->facts.kind != "audit" || said.empty() || said.front().empty()) {
      continue;
    }
    reveal.sentences.push_back(fmt::format("Measured, {}: {}", run->facts.what, said.front()));
    if (run->facts.valid && said.size() > kWhere) {
      reveal.sentences.push_back(said[kWhere]);
    }
  }
}

void reveal_choice(Reveal& reveal, const FlowQuestion& question, const std::string& choice) {
  reveal.predicted = option_text(question.options, choice);
  if (question.key.empty()) {
    return;
  }
  reveal.measured = option_text(question.options, question.key);
  reveal.right = choice == question.key;
  reveal.sentences.push_back(*reveal.right
                                 ? fmt::format("You chose: {}. It holds.", reveal.predicted)
                                 : fmt::format("You chose: {}. What holds is: {}.", reveal.predicted, reveal.measured));
}

}  // namespace

std::string quantity_text(double value, const std::string& unit) { return fmt::format("{:.3g} {}", value, unit); }

std::optional<Reveal> reveal(const LabState& state, std::size_t part, const FlowQuestion& question) {
  const auto locks = state.locks(part, question.id);
  const bool answered =
      std::ranges::all_of(question.runs, [&](const std::string& run) { return state.answered(part, run); });
  if (locks.empty() || !state.locked(part) || !answered) {
    return std::nullopt;
  }
  const LabLock& lock = *locks.front().body;
  Reveal reveal;
  reveal.late = lock.runs_before > 0;
  if (question.is_number()) {
    reveal_number(reveal, question, lock.number.value_or(0.0), state.evidence(part));
  } else {
    reveal_choice(reveal, question, lock.choice);
    take_audits(reveal, state.evidence(part));
  }
  if (reveal.late) {
    reveal.sentences.emplace_back("This was locked after a run of the part had begun: it predicts nothing.");
  }
  reveal.sentences.insert(reveal.sentences.end(), question.explain.begin(), question.explain.end());
  return reveal;
}

}  // namespace assay
