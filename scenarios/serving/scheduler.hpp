#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kernels/llm/decoder_step.hpp"
#include "scenarios/serving/iteration_time.hpp"
#include "scenarios/serving/kv_pages.hpp"
#include "scenarios/serving/serving_policy.hpp"
#include "scenarios/serving/waiting_line.hpp"

namespace assay {

/// A token that an iteration gave to a request.
struct TokenEvent {
  std::uint64_t request = 0;
  std::uint32_t seat = 0;
  std::uint32_t number = 0;  ///< 1: the first of the answer
  bool last = false;
};

/// What a scheduler did so far.
struct SchedulerCounts {
  std::uint64_t admissions = 0;
  std::uint64_t preemptions = 0;
  std::uint64_t prefix_hit_tokens = 0;    ///< of prompts, found in the cache
  std::uint64_t prefix_asked_tokens = 0;  ///< of prompts that were looked for
  std::uint64_t tokens = 0;               ///< given to requests
};

/// Decides, iteration by iteration, what a decoder computes: which waiting requests are admitted, which sequences
/// answer, how much of which prompt is read, and who gets the pages of the cache. Answers go first (they never wait for
/// a prompt unless prefill_first), then prompts that have begun, in the order of their admission, then new ones. When
/// pages run out, the sequence that was admitted last loses its pages and computes them again later (recompute). Pure
/// logic: no clock, no thread, no allocation after the construction.
class Scheduler {
 public:
  struct Room {
    std::uint32_t pages = 0;    ///< of kPageTokens each
    std::uint64_t context = 0;  ///< most tokens of a sequence
    std::size_t waiting = 0;    ///< most requests that wait
  };
  /// Predicted length of an iteration; asked by `slo` admission only.
  using Prediction = std::function<Nanoseconds(std::span<const SequencePlan>)>;

  /// Throws std::invalid_argument if the policy's problems() say so or the room holds no sequence of the layout.
  Scheduler(const ServingPolicy& policy, const Room& room, Prediction prediction = {});

  /// Why the request could never run; empty: it can.
  [[nodiscard]] std::string refusal(const ServingRequest& request) const;
  [[nodiscard]] bool full() const { return waiting_.full(); }
  /// The line must not be full, and refusal() empty.
  void submit(const ServingRequest& request) { waiting_.add(request); }

  /// The next iteration; empty: there is nothing to do, or nothing may be done now (see throttled()). Valid until the
  /// next call of plan() or finish().
  [[nodiscard]] std::span<const SequencePlan> plan(Nanoseconds now);
  /// The planned iteration was computed. Tokens of this iteration, valid until the next call.
  [[nodiscard]] std::span<const TokenEvent> finish();

  /// Work waits though the last plan was empty.
  [[nodiscard]] bool throttled() const { return plan_.empty() && (!waiting_.empty() || !order_.empty()); }
  [[nodiscard]] bool idle() const { return waiting_.empty() && order_.empty(); }
  [[nodiscard]] std::size_t waiting_count() const { return waiting_.size(); }
  [[nodiscard]] std::size_t running_count() const { return order_.size(); }
  [[nodiscard]] const KvPages& pages() const { return pages_; }
  [[nodiscard]] const SchedulerCounts& counts() const { return counts_; }
  [[nodiscard]] const ServingPolicy& policy() const { return policy_; }

  /// Of a seat in the plan.
  [[nodiscard]] std::span<const std::uint32_t> pages_of(std::uint32_t seat) const;
  [[nodiscard]] const ServingRequest& request_of(std::uint32_t seat) const { return seats_[seat].request; }
  [[nodiscard]] std::uint32_t generated_of(std::uint32_t seat) const { return seats_[seat].generated; }

  /// Gives everything up.
  void clear();

 private:
  struct Sequence {
    ServingRequest request;
    std::uint32_t target = 0;     ///< tokens to compute before the next one of the answer is chosen
    std::uint32_t computed = 0;   ///< of them, in the cache
    std::uint32_t generated = 0;  ///< of the answer
    std::uint32_t pages = 0;      ///< held
    std::uint32_t reached = 0;    ///< most that was ever computed: what is below it is computed again
    bool preempted = false;       ///< waits for pages to begin again
    bool done = false;            ///< keeps its seat until its static batch ends
    bool planned = false;

    [[nodiscard]] bool answers() const { return generated > 0 && computed + 1 == target; }
  };

  void plan_answers();
  void plan_prompts();
  void admit(Nanoseconds now);
  [[nodiscard]] bool plan_prompt(std::uint32_t seat);
  void add_step(std::uint32_t seat, std::uint32_t tokens);
  void keep_token_time();
  [[nodiscard]] std::size_t choose_waiting(Nanoseconds now) const;
  [[nodiscard]] bool room_to_begin(std::uint32_t tokens, std::uint32_t found_pages) const;
  [[nodiscard]] std::uint32_t reserved_tokens(const ServingRequest& request) const;
  std::uint32_t find_prefix(std::uint32_t seat);
  [[nodiscard]] bool ensure_pages(std::uint32_t seat, std::uint32_t tokens);
  [[nodiscard]] bool preempt_younger_than(std::uint32_t seat);
  void publish_pages(const Sequence& sequence, std::uint32_t seat, std::uint32_t before);
  void release_pages(std::uint32_t seat);
  void leave(std::uint32_t seat);
  void end_static_batch();
  [[nodiscard]] std::uint32_t* page_table(std::uint32_t seat) {
    return &page_tables_[std::size_t{seat} * pages_per_sequence_];
  }

  ServingPolicy policy_;
  Room room_;
  Prediction prediction_;
  KvPages pages_;
  WaitingLine waiting_;
  std::uint32_t pages_per_sequence_;
  std::vector<Sequence> seats_;
  std::vector<std::uint32_t> page_tables_;
  std::vector<std::uint32_t> free_seats_;
  std::vector<std::uint32_t> order_;  ///< seats by admission
  std::vector<SequencePlan> plan_;
  std::vector<TokenEvent> events_;
  std::uint32_t budget_left_ = 0;
  bool prompt_planned_ = false;
  SchedulerCounts counts_;
};

}  // namespace assay
