// Asynchronous scheduling: while the device computes a step, the next one is planned and given to it. The length of an
// answer is known, so that a plan needs the number of tokens and not what they are; a sequence that answers refers to
// the token that the step under way is choosing.
#include <algorithm>

#include "scenarios/serving/serving_loop.hpp"

namespace assay {

// Of the seat's request, tokens of its answer that were read.
std::uint32_t ServingLoop::known_answer(std::uint32_t seat) const {
  const Seat& of = seats_[seat];
  return of.answered == scheduler_.request_of(seat).id ? of.answered_tokens : 0;
}

// A sequence that computes a part of its answer again after a preemption may need a token in the middle of others: then
// the step under way is waited for.
bool ServingLoop::needs_unread_tokens(std::span<const SequencePlan> plan) const {
  return std::ranges::any_of(plan, [&](const SequencePlan& step) {
    const std::uint32_t known = scheduler_.request_of(step.seat).prompt_tokens + known_answer(step.seat);
    const bool unread = step.position + step.tokens > known;
    return unread && (step.tokens > 1 || place_before_[step.seat] == kTokenKnown);
  });
}

void ServingLoop::refer_to_unread_tokens(std::span<const SequencePlan> plan) {
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const SequencePlan& step = plan[i];
    const std::uint32_t known = scheduler_.request_of(step.seat).prompt_tokens + known_answer(step.seat);
    sequences_[i].token_from = step.position + step.tokens > known ? place_before_[step.seat] : kTokenKnown;
  }
}

void ServingLoop::iterate_overlapped(std::span<const SequencePlan> plan, std::int64_t begin_ns) {
  if (under_way_.there && needs_unread_tokens(plan)) {
    collect_under_way();
  }
  const IterationLoad load = meter_.load_of(plan);
  build_step(plan);
  refer_to_unread_tokens(plan);
  UnderWay next;
  next.record = record_of(load, begin_ns);
  next.record.pages = scheduler_.pages().in_use();
  next.load = load;
  next.sequences = plan.size();
  engine_.backend_->submit(std::span(sequences_).first(plan.size()));
  // The device has one step to begin with when this one ends; what is read now was computed meanwhile.
  collect_under_way();
  report_started(plan);
  std::ranges::fill(place_before_, kTokenKnown);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (plan[i].wants_token) {
      place_before_[plan[i].seat] = static_cast<std::uint32_t>(i);
    }
  }
  under_way_.record = next.record;
  under_way_.load = next.load;
  under_way_.sequences = next.sequences;
  for (const TokenEvent& event : scheduler_.finish()) {
    under_way_.events.push_back(event);
    under_way_.event_places.push_back(plan_place_[event.seat]);
  }
  under_way_.there = true;
}

void ServingLoop::collect_under_way() {
  if (!under_way_.there) {
    return;
  }
  IterationRecord& record = under_way_.record;
  engine_.backend_->collect(std::span(next_tokens_).first(under_way_.sequences));
  record.device_end_ns = now_ns();
  // Iterations follow one another without overlap: what was planned while the step before ran is hidden behind it.
  record.begin_ns = std::max(record.begin_ns, last_end_ns_);
  const auto device = engine_.backend_->device_time();
  const std::int64_t within = record.device_end_ns - record.begin_ns;
  record.device_begin_ns = record.device_end_ns - std::min(device ? device->count() : within, within);
  for (std::size_t i = 0; i < under_way_.events.size(); ++i) {
    report_token(under_way_.events[i], next_tokens_[under_way_.event_places[i]], record);
  }
  record.end_ns = record.device_end_ns;
  last_end_ns_ = record.end_ns;
  note_prediction(under_way_.load, record);
  account(record);
  under_way_.events.clear();
  under_way_.event_places.clear();
  under_way_.there = false;
}

}  // namespace assay
