#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/log_linear_histogram.hpp"
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
  };

  void take_arrivals();
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
  std::int64_t idle_ns_ = 0;
  std::int64_t throttled_ns_ = 0;
  std::uint64_t preemptions_ = 0;
  std::uint64_t hits_ = 0;
};

}  // namespace assay
