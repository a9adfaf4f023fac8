#include "lab/flow/lab_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace assay {

const LabBegin& LabState::begin() const {
  const auto* const begin = entries_.empty() ? nullptr : std::get_if<LabBegin>(&entries_.front().body);
  if (begin == nullptr) {
    throw std::runtime_error("the ledger does not begin a lab");
  }
  return *begin;
}

std::vector<Said<LabLock>> LabState::locks(std::size_t part, std::string_view question) const {
  auto found = all<LabLock>();
  std::erase_if(found,
                [&](const Said<LabLock>& lock) { return lock.body->part != part || lock.body->question != question; });
  return found;
}

std::vector<std::string> LabState::unlocked_questions(std::size_t number) const {
  std::vector<std::string> open;
  for (const FlowQuestion& question : part(number).questions) {
    if (locks(number, question.id).empty()) {
      open.push_back(question.id);
    }
  }
  return open;
}

bool LabState::locked(std::size_t number) const { return unlocked_questions(number).empty(); }

std::vector<std::string> LabState::graded_locks(std::size_t number) const {
  std::vector<std::string> hashes;
  for (const FlowQuestion& question : part(number).questions) {
    if (const auto found = locks(number, question.id); !found.empty()) {
      hashes.push_back(found.front().entry->hash);
    }
  }
  return hashes;
}

std::vector<Said<LabStart>> LabState::starts(std::size_t part) const {
  auto found = all<LabStart>();
  std::erase_if(found, [part](const Said<LabStart>& start) { return start.body->part != part; });
  return found;
}

std::vector<Said<LabRun>> LabState::runs(std::size_t part) const {
  auto found = all<LabRun>();
  std::erase_if(found, [part](const Said<LabRun>& run) {
    return run.body->start.part != part || run.body->start.run == kCalibrationRun;
  });
  return found;
}

std::vector<const LabRun*> LabState::evidence(std::size_t part) const {
  std::vector<const LabRun*> evidence;
  for (const Said<LabRun>& run : runs(part)) {
    evidence.push_back(run.body);
  }
  return evidence;
}

std::uint64_t LabState::made(std::size_t part, std::string_view run) const {
  const auto found = runs(part);
  return static_cast<std::uint64_t>(
      std::ranges::count_if(found, [&](const Said<LabRun>& made) { return made.body->start.run == run; }));
}

std::vector<Said<LabStart>> LabState::unfinished() const {
  auto open = all<LabStart>();
  const auto finished = all<LabRun>();
  std::erase_if(open, [&](const Said<LabStart>& start) {
    return std::ranges::any_of(finished,
                               [&](const Said<LabRun>& run) { return run.body->start_hash == start.entry->hash; });
  });
  return open;
}

bool LabState::answered(std::size_t part, std::string_view run) const {
  const auto found = runs(part);
  return std::ranges::any_of(found, [&](const Said<LabRun>& made) {
    return made.body->start.run == run && made.body->facts.honest && !made.body->facts.interrupted;
  });
}

std::vector<std::string> LabState::sizes_to_measure() const {
  if (!flow_.calibration) {
    return {};
  }
  std::vector<std::string> open = flow_.calibration->values;
  for (const Said<LabRun>& run : all<LabRun>()) {
    if (run.body->start.run == kCalibrationRun && !run.body->facts.interrupted &&
        run.body->facts.figure("mean_s") != nullptr) {
      std::erase(open, run.body->start.size);
    }
  }
  return open;
}

std::optional<std::string> LabState::size() const {
  if (!flow_.calibration) {
    return "";
  }
  if (!sizes_to_measure().empty()) {
    return std::nullopt;
  }
  const double target_s = seconds(flow_.calibration->target);
  std::optional<std::string> nearest;
  double distance = 0.0;
  for (const Said<LabRun>& run : all<LabRun>()) {
    const EstimateRecord* const mean = run.body->facts.figure("mean_s");
    if (run.body->start.run != kCalibrationRun || run.body->facts.interrupted || mean == nullptr) {
      continue;
    }
    const double its = std::abs(mean->point.value_or(0.0) - target_s);
    if (!nearest || its < distance) {
      nearest = run.body->start.size;
      distance = its;
    }
  }
  return nearest;
}

std::string LabState::reflection(std::size_t part, const std::string& id) const {
  std::string text;
  for (const Said<LabReflection>& said : all<LabReflection>()) {
    if (const auto found = said.body->texts.find(id); said.body->part == part && found != said.body->texts.end()) {
      text = found->second;
    }
  }
  return text;
}

std::optional<Said<LabDecision>> LabState::decision() const {
  const auto found = all<LabDecision>();
  return found.empty() ? std::nullopt : std::optional(found.back());
}

bool LabState::is_open(std::size_t number, const FlowRun& run) const {
  if (!run.required || answered(number, run.id)) {
    return false;
  }
  // Measured for an audit: once that is there, of whatever systems, nothing needs them.
  return run.kind != FlowRun::Kind::suite || std::ranges::none_of(part(number).runs, [&](const FlowRun& other) {
           return other.kind == FlowRun::Kind::audit && answered(number, other.id);
         });
}

std::vector<std::string> LabState::missing() const {
  std::vector<std::string> missing;
  for (std::size_t number = 1; number <= flow_.parts.size(); ++number) {
    for (const std::string& question : unlocked_questions(number)) {
      missing.push_back(
          fmt::format("part {}, prediction {}: assay lab lock --part {} {}=... --because ... --sure (or --guess)",
                      number, question, number, question));
    }
    for (const FlowRun& run : part(number).runs) {
      if (is_open(number, run)) {
        missing.push_back(fmt::format("part {}, run {}: assay lab run --part {} {}", number, run.id, number, run.id));
      }
    }
    for (const FlowOption& asked : part(number).reflections) {
      if (reflection(number, asked.id).empty()) {
        missing.push_back(fmt::format("part {}, reflection {}: assay lab reflect --part {} {}=\"...\"  ({})", number,
                                      asked.id, number, asked.id, asked.text));
      }
    }
  }
  if (!decision()) {
    missing.emplace_back(
        "the decision: assay lab decide --metric ... --decision ... --rejected ... --why-rejected ... --binding ... "
        "--guardrail ... --scope ... --risk ... --memo ...");
  }
  return missing;
}

}  // namespace assay
