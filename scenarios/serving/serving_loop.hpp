#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/log_linear_histogram.hpp"
#include "scenarios/serving/iteration_records.hpp"
#include "scenarios/serving/scheduler.hpp"
#include "scenarios/serving/serving_engine.hpp"

namespace assay {

/// How a model's predictions compare with the iterations of a run.
struct PredictionErrors {
  std::uint64_t count = 0;
  double sum = 0.0;  ///< of predicted / measured - 1
  double square_sum = 0.0;
};

/// The memory and the loop of one run of a ServingEngine; all of it allocated before the run.
class ServingLoop {
 public:
  explicit ServingLoop(ServingEngine& engine);

  /// Until the engine is closed; on its thread.
  void run();

  [[nodiscard]] ServingRecord take_record();

 private:
  /// What the engine keeps of a sequence beside the scheduler.
  struct Seat {
    std::uint64_t request = UINT64_MAX;
    std::int64_t last_token_ns = 0;
    std::uint64_t answered = UINT64_MAX;  ///< request of the newest token that was read
    std::uint32_t answered_tokens = 0;    ///< of it, how many
  };

  /// An iteration that the back end works on while the next one is planned.
  struct UnderWay {
    bool there = false;
    IterationRecord record;
    IterationLoad load;
    std::vector<TokenEvent> events;
    std::vector<std::uint32_t> event_places;  ///< in its step
    std::size_t sequences = 0;
  };

  void take_arrivals();
  void rest(std::uint32_t seen, std::int64_t begin_ns);
  void note_prediction(const IterationLoad& load, const IterationRecord& record);
  void report_token(const TokenEvent& event, std::uint32_t token, IterationRecord& record);
  // With a back end that overlaps steps: serving_loop_overlapped.cpp.
  void iterate_overlapped(std::span<const SequencePlan> plan, std::int64_t begin_ns);
  void collect_under_way();
  [[nodiscard]] bool needs_unread_tokens(std::span<const SequencePlan> plan) const;
  void refer_to_unread_tokens(std::span<const SequencePlan> plan);
  [[nodiscard]] std::uint32_t known_answer(std::uint32_t seat) const;
  void iterate(std::span<const SequencePlan> plan, std::int64_t begin_ns);
  void build_step(std::span<const SequencePlan> plan);
  void report_started(std::span<const SequencePlan> plan);
  void report_tokens(IterationRecord& record);
  void account(IterationRecord& record);
  [[nodiscard]] std::int64_t now_ns() const { return (engine_.clock_.now() - start_).count(); }
  [[nodiscard]] std::uint32_t* answer_of(std::uint32_t seat) { return &answers_[std::size_t{seat} * longest_output_]; }

  ServingEngine& engine_;
  LoadMeter meter_;
  Scheduler scheduler_;
  ServingAccount account_;
  std::uint32_t longest_output_;
  std::vector<Seat> seats_;
  std::vector<std::uint32_t> answers_;  ///< longest_output_ a seat
  std::vector<std::uint32_t> tokens_;   ///< of one step
  std::vector<SequenceStep> sequences_;
  std::vector<std::uint32_t> next_tokens_;
  std::vector<std::uint32_t> plan_place_;  ///< of a seat in the step
  LogLinearHistogram token_gaps_;
  std::int64_t longest_gap_ns_ = 0;
  double gap_sum_ns_ = 0.0;
  PredictionErrors errors_;
  Instant start_{};
  bool begun_ = false;
  UnderWay under_way_;
  std::vector<std::uint32_t> place_before_;  ///< of a seat in the step under way
  std::int64_t last_end_ns_ = 0;
  std::int64_t idle_ns_ = 0;
  std::int64_t throttled_ns_ = 0;
  SchedulerCounters counters_;
};

}  // namespace assay
