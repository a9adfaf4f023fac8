#include "scenarios/serving/scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace assay {

Scheduler::Scheduler(const ServingPolicy& policy, const Room& room, Prediction prediction)
    : policy_(policy),
      room_(room),
      prediction_(std::move(prediction)),
      pages_(room.pages),
      waiting_(room.waiting),
      pages_per_sequence_(pages_for(room.context)),
      seats_(policy.max_slots),
      page_tables_(std::size_t{policy.max_slots} * pages_per_sequence_) {
  std::vector<std::string> problems = policy.problems(room.context);
  if (policy.kv == KvLayout::contiguous && room.pages < pages_per_sequence_) {
    problems.push_back(fmt::format("--kv contiguous: the cache holds {} tokens, one sequence reserves {}",
                                   std::uint64_t{room.pages} * kPageTokens, room.context));
  }
  if (room.waiting == 0 || room.pages == 0) {
    problems.emplace_back("the scheduler needs pages and room for waiting requests");
  }
  if (!problems.empty()) {
    throw std::invalid_argument(fmt::format("{}", fmt::join(problems, "\n")));
  }
  for (std::uint32_t seat = policy.max_slots; seat > 0; --seat) {
    free_seats_.push_back(seat - 1);
  }
  order_.reserve(policy.max_slots);
  plan_.reserve(policy.max_slots);
  events_.reserve(policy.max_slots);
}

std::string Scheduler::refusal(const ServingRequest& request) const {
  const std::uint64_t tokens = std::uint64_t{request.prompt_tokens} + request.output_tokens;
  if (request.prompt_tokens == 0 || request.output_tokens == 0) {
    return "a request has at least one token of prompt and one of answer";
  }
  if (tokens > room_.context) {
    return fmt::format("{} tokens of prompt and {} of answer exceed the context of {}", request.prompt_tokens,
                       request.output_tokens, room_.context);
  }
  if (pages_for(reserved_tokens(request)) > pages_.count() || pages_for(tokens) > pages_.count()) {
    return fmt::format("{} tokens exceed the cache of {}", tokens, std::uint64_t{pages_.count()} * kPageTokens);
  }
  return {};
}

std::uint32_t Scheduler::reserved_tokens(const ServingRequest& request) const {
  switch (policy_.kv) {
    case KvLayout::contiguous:
      return static_cast<std::uint32_t>(room_.context);
    case KvLayout::reserved:
      return request.prompt_tokens + request.output_tokens;
    case KvLayout::paged:
      return 0;
  }
  return 0;
}

std::span<const SequencePlan> Scheduler::plan(Nanoseconds now) {
  plan_.clear();
  for (const std::uint32_t seat : order_) {
    seats_[seat].planned = false;
  }
  budget_left_ = policy_.token_budget;
  prompt_planned_ = false;
  if (!policy_.prefill_first) {
    plan_answers();
  }
  plan_prompts();
  admit(now);
  if (policy_.prefill_first && plan_.empty()) {
    plan_answers();
  }
  return plan_;
}

void Scheduler::plan_answers() {
  for (std::size_t i = 0; i < order_.size(); ++i) {  // preemption shortens nothing: a preempted one keeps its seat
    const std::uint32_t seat = order_[i];
    const Sequence& sequence = seats_[seat];
    if (!sequence.done && !sequence.preempted && sequence.answers() && budget_left_ > 0 &&
        ensure_pages(seat, sequence.target)) {
      add_step(seat, 1);
    }
  }
}

void Scheduler::plan_prompts() {
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const std::uint32_t seat = order_[i];
    const Sequence& sequence = seats_[seat];
    if (sequence.done || sequence.planned || (sequence.answers() && !sequence.preempted)) {
      continue;
    }
    if (sequence.preempted) {
      const bool oldest = i == 0;
      if (!oldest && !room_to_begin(sequence.target, 0)) {
        return;  // in the order of admission: a younger one must not take what this one waits for
      }
      seats_[seat].computed = find_prefix(seat);
    }
    if (!plan_prompt(seat)) {
      return;
    }
  }
}

bool Scheduler::plan_prompt(std::uint32_t seat) {
  Sequence& sequence = seats_[seat];
  std::uint32_t tokens = sequence.target - sequence.computed;
  if (policy_.chunked_prefill) {
    tokens = std::min(tokens, budget_left_);
  } else if (prompt_planned_ && tokens > budget_left_) {
    return false;
  }
  if (tokens == 0 || !ensure_pages(seat, sequence.computed + tokens)) {
    return false;
  }
  sequence.preempted = false;
  const std::size_t before = plan_.size();
  add_step(seat, tokens);
  prompt_planned_ = true;
  if (policy_.admission == Admission::slo) {
    keep_token_time();
  }
  return plan_.size() > before;
}

void Scheduler::add_step(std::uint32_t seat, std::uint32_t tokens) {
  Sequence& sequence = seats_[seat];
  const bool prompt = !sequence.answers();
  const std::uint32_t again = std::min(sequence.reached, sequence.computed + tokens);
  plan_.push_back({.seat = seat,
                   .position = sequence.computed,
                   .tokens = tokens,
                   .prompt = prompt,
                   .wants_token = sequence.computed + tokens == sequence.target,
                   .recomputed = again > sequence.computed ? again - sequence.computed : 0});
  sequence.planned = true;
  budget_left_ -= std::min(budget_left_, tokens);
}

/// Cuts the prompt planned last until the predicted iteration keeps the window, or takes it out where even one page's
/// tokens break it; only while others answer, who would stall.
void Scheduler::keep_token_time() {
  const auto answering = [](const SequencePlan& step) { return !step.prompt; };
  if (!prediction_ || policy_.token_time_limit == kNever || std::ranges::none_of(plan_, answering)) {
    return;
  }
  while (prediction_(plan_) > policy_.token_time_limit) {
    SequencePlan& last = plan_.back();
    if (!policy_.chunked_prefill || last.tokens <= kPageTokens) {
      seats_[last.seat].planned = false;
      budget_left_ += last.tokens;
      plan_.pop_back();
      return;
    }
    const std::uint32_t kept = last.tokens / 2;
    budget_left_ += last.tokens - kept;
    last.tokens = kept;
    last.recomputed = std::min(last.recomputed, kept);
    last.wants_token = false;
  }
}

std::size_t Scheduler::choose_waiting(Nanoseconds now) const {
  // Far more than can be admitted at once; a longer line would only cost time to look through.
  constexpr std::size_t kLookedThrough = 1024;
  constexpr std::uint64_t kOldestEvery = 8;
  const auto line = waiting_.requests().first(std::min(waiting_.size(), kLookedThrough));
  if (policy_.admission == Admission::fcfs || counts_.admissions % kOldestEvery == kOldestEvery - 1) {
    return 0;
  }
  if (policy_.admission == Admission::sjf) {
    const auto shortest = std::ranges::min_element(line, {}, &ServingRequest::prompt_tokens);
    return static_cast<std::size_t>(shortest - line.begin());
  }
  const auto in_time = std::ranges::find_if(
      line, [&](const ServingRequest& request) { return now - request.arrived < policy_.first_token_limit; });
  return in_time == line.end() ? 0 : static_cast<std::size_t>(in_time - line.begin());
}

/// Room for a sequence that begins with so many tokens, of which it found some pages, with the watermark left free: a
/// machine without any other sequence needs none.
bool Scheduler::room_to_begin(std::uint32_t tokens, std::uint32_t found_pages) const {
  const std::uint32_t need = pages_for(tokens) - std::min(pages_for(tokens), found_pages);
  const auto kept = static_cast<std::uint32_t>(policy_.watermark * pages_.count());
  const bool alone = pages_.in_use() == 0;
  return pages_.unused() >= need + (alone || policy_.kv != KvLayout::paged ? 0 : kept);
}

void Scheduler::admit(Nanoseconds now) {
  const bool some_preempted = std::ranges::any_of(order_, [&](std::uint32_t seat) { return seats_[seat].preempted; });
  if (some_preempted || (policy_.batching == ServingBatching::static_ && !order_.empty())) {
    return;
  }
  while (!waiting_.empty() && !free_seats_.empty() && budget_left_ > 0) {
    const std::size_t chosen = choose_waiting(now);
    const ServingRequest& request = waiting_.requests()[chosen];
    if (!policy_.chunked_prefill && prompt_planned_ && request.prompt_tokens > budget_left_) {
      return;
    }
    if (!room_to_begin(std::max(reserved_tokens(request), request.prompt_tokens), 0)) {
      return;
    }
    const std::uint32_t seat = free_seats_.back();
    seats_[seat] = {.request = request, .target = request.prompt_tokens};
    free_seats_.pop_back();
    order_.push_back(seat);
    seats_[seat].computed = find_prefix(seat);
    if (!ensure_pages(seat, std::max(reserved_tokens(request), seats_[seat].computed + 1)) || !plan_prompt(seat)) {
      release_pages(seat);
      order_.pop_back();
      free_seats_.push_back(seat);
      return;
    }
    if (policy_.prefix_cache) {
      counts_.prefix_hit_tokens += seats_[seat].computed;
      counts_.prefix_asked_tokens += request.prompt_tokens;
    }
    (void)waiting_.remove(chosen);
    ++counts_.admissions;
  }
}

std::span<const TokenEvent> Scheduler::finish() {
  events_.clear();
  for (const SequencePlan& step : plan_) {
    Sequence& sequence = seats_[step.seat];
    const std::uint32_t before = sequence.computed;
    sequence.computed += step.tokens;
    sequence.reached = std::max(sequence.reached, sequence.computed);
    publish_pages(sequence, step.seat, before);
    if (!step.wants_token) {
      continue;
    }
    ++sequence.generated;
    ++sequence.target;
    ++counts_.tokens;
    const bool last = sequence.generated == sequence.request.output_tokens;
    events_.push_back({.request = sequence.request.id, .seat = step.seat, .number = sequence.generated, .last = last});
    if (last) {
      leave(step.seat);
    }
  }
  plan_.clear();
  end_static_batch();
  return events_;
}

}  // namespace assay
