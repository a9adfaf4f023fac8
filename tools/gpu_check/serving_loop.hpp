#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace assay::gpu_check {

/// One query and what became of it; seconds since the loop began.
struct ServedQuery {
  double scheduled_s = 0.0;
  std::uint32_t prompt_tokens = 1;
  std::uint32_t answer_tokens = 2;
  std::uint32_t got_tokens = 0;
  double first_s = 0.0;  ///< when its first token was on the host
  double last_s = 0.0;

  [[nodiscard]] bool answered() const { return got_tokens == answer_tokens; }
  /// From the scheduled instant, so that what waits is in it.
  [[nodiscard]] double first_token_s() const { return first_s - scheduled_s; }
  [[nodiscard]] double per_further_token_s() const { return (last_s - first_s) / (answer_tokens - 1); }
};

/// What one sequence does in one step: `count` tokens from `position` on. An answer's token is the one chosen last.
struct StepPart {
  std::uint32_t slot = 0;
  std::uint32_t position = 0;
  std::uint32_t count = 1;
  bool is_prompt = false;
  bool wants_token = true;
};

/// A decoder and its clock. A test hands in its own.
class StepMachine {
 public:
  StepMachine() = default;
  StepMachine(const StepMachine&) = delete;
  StepMachine& operator=(const StepMachine&) = delete;
  virtual ~StepMachine() = default;

  /// Returns when the chosen tokens are on the host.
  virtual void step(std::span<const StepPart> parts) = 0;
  [[nodiscard]] virtual double now_s() = 0;
  virtual void wait_until(double at_s) = 0;
};

struct ServingPlan {
  std::uint32_t slots = 64;         ///< sequences in flight
  std::uint32_t step_tokens = 512;  ///< of one step, answers first; a longer prompt takes several
  double end_s = 60.0;              ///< nothing begins after it
};

struct ServedStep {
  double end_s = 0.0;
  std::uint32_t chosen_tokens = 0;
  std::uint32_t read_tokens = 0;  ///< of prompts and answers
  std::uint32_t sequences = 0;
};

struct ServingLog {
  std::vector<ServedQuery> queries;
  std::vector<ServedStep> steps;

  [[nodiscard]] std::size_t answered() const;
  [[nodiscard]] double ended_s() const { return steps.empty() ? 0.0 : steps.back().end_s; }
};

/// Continuous batching, first come first served: before each step the queries that are due take the free slots; a step
/// has a token of each answer and, in what room is left, prompts. Ends with the last answer or at plan.end_s.
[[nodiscard]] ServingLog serve(StepMachine& machine, std::vector<ServedQuery> queries, const ServingPlan& plan);

/// Scheduled instants of Poisson arrivals at that mean rate in [0, seconds).
[[nodiscard]] std::vector<double> poisson_arrivals(double rate_per_s, double seconds, std::uint64_t seed);

/// The lengths of the check's queries, uniform: short enough that a minute answers hundreds of them.
struct QueryLengths {
  std::uint32_t least_prompt = 64;
  std::uint32_t most_prompt = 448;
  std::uint32_t least_answer = 32;
  std::uint32_t most_answer = 192;

  [[nodiscard]] double mean_answer() const { return 0.5 * (least_answer + most_answer); }
};
[[nodiscard]] std::vector<ServedQuery> queries_at(std::span<const double> scheduled_s, const QueryLengths& lengths,
                                                  std::uint64_t seed);

/// Chosen tokens a second in each of `slices` equal parts of [0, end_s).
[[nodiscard]] std::vector<double> token_rates(const ServingLog& log, double end_s, std::size_t slices);

}  // namespace assay::gpu_check
