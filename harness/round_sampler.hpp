#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "harness/clock.hpp"
#include "harness/random_bits.hpp"
#include "harness/sampling_team.hpp"
#include "harness/stopping_rule.hpp"

namespace assay {

/// One of several things that are measured in turn.
struct RoundSubject {
  TeamWork work;
  std::vector<std::size_t> threads{0};  ///< of the sampler's team, ascending
  Nanoseconds sample = std::chrono::microseconds{700};
  double share = 1.0;  ///< of the time, against that of others: several threads need more, being disturbed more often
  std::function<void()> before_turn{};   ///< on the leading thread, before the samples of a turn; may be empty
  std::function<void()> after_sample{};  ///< on the leading thread, after each sample; may be empty
};

/// How rounds are made.
struct RoundPlan {
  Nanoseconds pause = std::chrono::microseconds{350};
  /// Fewer rounds carry no interval: what differs between rounds cannot be told from what differs within one.
  std::uint32_t least_rounds = 5;
  std::uint32_t most_rounds = 100;
  std::uint32_t samples_per_visit = 8;  ///< clean ones wanted each time that a subject has its turn
  Nanoseconds time_limit = std::chrono::seconds{20};
  std::uint64_t seed = 1;
};

/// All samples of a subject, the contaminated ones too.
struct SubjectSamples {
  std::vector<TeamObservation> observations;  ///< in the order of measuring, with their rounds
  std::string stopped_by;
};

/// What a caller sees while the rounds go on.
struct RoundObserver {
  std::function<void(std::uint32_t round, bool begins)> on_round;  ///< at the begin and at the end of each
  std::function<void(std::uint64_t visits_done, std::uint64_t visits_planned)> on_visit;
};

/// Measures all subjects in rounds: in each round every subject has one turn, in random order, so that what changes
/// over the minutes (clock, neighbours, temperature) meets all of them and shows as a difference between rounds. A
/// subject whose `rule` says so after the least number of rounds has no further turns; the rule is shown seconds per
/// iteration of the clean samples. The number of samples in a turn shrinks where the time limit would otherwise allow
/// too few rounds. A stop request ends after the current turn. Throws std::invalid_argument for a subject without a
/// length.
class RoundSampler {
 public:
  RoundSampler(Sampler& sampler, Clock& clock, const RoundPlan& plan, const StoppingRule& rule)
      : sampler_(sampler), clock_(clock), plan_(plan), rule_(rule) {}

  [[nodiscard]] std::vector<SubjectSamples> measure(std::span<const RoundSubject> subjects,
                                                    const RoundObserver& observer = {},
                                                    const std::stop_token& stop = {});

 private:
  struct Subject;

  [[nodiscard]] static std::vector<std::size_t> turns(const std::vector<Subject>& subjects, RandomBits& random);
  void size(Subject& subject) const;
  void visit(Subject& subject, std::uint32_t round, Nanoseconds turn) const;
  [[nodiscard]] Nanoseconds turn_of_one_share(std::uint32_t round, double shares, Instant begin) const;
  void retire(std::vector<Subject>& subjects, std::uint32_t rounds_done, Nanoseconds elapsed) const;

  Sampler& sampler_;
  Clock& clock_;
  RoundPlan plan_;
  const StoppingRule& rule_;
};

}  // namespace assay
