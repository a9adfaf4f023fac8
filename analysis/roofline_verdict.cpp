#include "analysis/roofline_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "analysis/remedy.hpp"
#include "analysis/roofline_titles.hpp"

namespace assay {
namespace {

constexpr const char* kQuieter = "close what else runs (assay doctor names it)";

class Judgement {
 public:
  Judgement(const RooflineMeasurement& measurement, const Roofline& roofline)
      : measurement_(measurement), roofline_(roofline) {}

  void judge_end() {
    if (measurement_.interrupted) {
      add("interrupted", "the measurement was stopped before its end", "assay roofline, left to its end");
    }
  }

  void judge_rounds() {
    std::uint64_t rounds = 0;
    for (const Ceiling& ceiling : roofline_.ceilings) {
      rounds = std::max(rounds, ceiling.counts.rounds);
    }
    const auto wanted = static_cast<std::uint64_t>(std::max(1, roofline_.options.bootstrap.fewest_rounds));
    if (rounds < wanted) {
      add("too_few_rounds",
          fmt::format("{} rounds with clean samples; intervals need {}: how rounds differ is not known", rounds,
                      wanted),
          longer(static_cast<double>(wanted) / static_cast<double>(std::max<std::uint64_t>(1, rounds))));
    }
  }

  void judge_roofs() {
    std::set<std::string> said;  // a slope belongs to every data type of its threads
    for (const RoofSet& set : roofline_.sets) {
      if (set.asked_for && !set.flat) {
        add("no_flat_roof",
            fmt::format("no flat roof for {} on {}: {}", set.dtype, threads_text(set.threads), set.reason),
            fmt::format("{}; {}", longer(2.0), kQuieter));
      }
      doubt(set.doubt, fmt::format("the flat roof for {} on {}", set.dtype, threads_text(set.threads)));
      for (const LevelRoofs& level : set.levels) {
        if (said.insert(fmt::format("doubt {} {}", level.level, set.threads)).second) {
          doubt(level.doubt, fmt::format("the slope for {} on {}", level.level, threads_text(set.threads)));
        }
        if (level.asked_for && !level.slope && said.insert(fmt::format("{} {}", level.level, set.threads)).second) {
          add("no_slope",
              fmt::format("no slope for {} on {}: {}", level.level, threads_text(set.threads), level.reason),
              fmt::format("{}; {}", longer(2.0), kQuieter));
        }
      }
    }
  }

  void judge_ceilings(CeilingState state, const char* code, const char* what, const char* remedy) {
    std::size_t count = 0;
    std::string first;
    for (const Ceiling& ceiling : roofline_.ceilings) {
      if (ceiling.state == state && count++ == 0) {
        first = fmt::format("{}: {}", ceiling.id, ceiling.problem);
      }
    }
    if (count > 0) {
      add(code, count == 1 ? first : fmt::format("{} {}, the first is {}", count, what, first), remedy);
    }
  }

  [[nodiscard]] std::vector<InvalidReason> take() { return std::move(reasons_); }

 private:
  void doubt(const std::string& why, const std::string& roof) {
    if (!why.empty()) {
      add("roof_in_doubt", fmt::format("{} may be higher: {}", roof, why),
          fmt::format("{}; {}", longer(2.0), kQuieter));
    }
  }

  void add(std::string code, std::string message, std::string remedy) {
    reasons_.push_back({.code = std::move(code), .message = std::move(message), .remedy = std::move(remedy)});
  }

  [[nodiscard]] std::string longer(double factor) const {
    return measurement_.duration_s > 0.0 ? "assay roofline " + duration_flag(1.1 * factor * measurement_.duration_s)
                                         : "assay roofline, for longer";
  }

  const RooflineMeasurement& measurement_;
  const Roofline& roofline_;
  std::vector<InvalidReason> reasons_;
};

}  // namespace

std::vector<InvalidReason> roofline_problems(const RooflineMeasurement& measurement, const Roofline& roofline) {
  Judgement judgement(measurement, roofline);
  judgement.judge_end();
  if (!measurement.interrupted) {  // too few rounds follow from the interruption
    judgement.judge_rounds();
  }
  judgement.judge_roofs();
  judgement.judge_ceilings(
      CeilingState::implausible, "implausible", "ceilings are faster than a core can be",
      "the kernel or the clock is at fault: report it with this file; assay doctor shows the clock");
  judgement.judge_ceilings(CeilingState::wrong_output, "output_check", "kernels compute wrong results",
                           "a wrong answer has no speed: report it with this file");
  return judgement.take();
}

}  // namespace assay
