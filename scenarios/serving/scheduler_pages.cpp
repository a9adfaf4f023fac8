// How the scheduler hands out the pages of the cache.

#include <algorithm>

#include "harness/random_bits.hpp"
#include "scenarios/serving/scheduler.hpp"

namespace assay {

namespace {

/// Names the content of a prompt's beginning up to and with one of its pages, all of it shared; never 0.
std::uint64_t content_of(const ServingRequest& request, std::uint32_t page) {
  return split_mix(split_mix(request.prefix) ^ page) | 1;
}

}  // namespace

std::span<const std::uint32_t> Scheduler::pages_of(std::uint32_t seat) const {
  return std::span(page_tables_).subspan(std::size_t{seat} * pages_per_sequence_, seats_[seat].pages);
}

/// Takes the pages of the beginning that the cache still holds; returns the tokens in them. The last token of a prompt
/// is computed in any case, for the answer follows from it.
std::uint32_t Scheduler::find_prefix(std::uint32_t seat) {
  Sequence& sequence = seats_[seat];
  if (!policy_.prefix_cache || sequence.pages > 0) {
    return sequence.computed;
  }
  const ServingRequest& request = sequence.request;
  const std::uint32_t shared = std::min(request.shared_tokens, request.prompt_tokens - 1) / kPageTokens;
  std::uint32_t* table = page_table(seat);
  while (sequence.pages < shared) {
    const auto page = pages_.share(content_of(request, sequence.pages));
    if (!page) {
      break;
    }
    table[sequence.pages++] = *page;
  }
  return sequence.pages * kPageTokens;
}

void Scheduler::publish_pages(const Sequence& sequence, std::uint32_t seat, std::uint32_t before) {
  if (!policy_.prefix_cache) {
    return;
  }
  const std::uint32_t known = std::min(sequence.request.shared_tokens, sequence.computed) / kPageTokens;
  for (std::uint32_t page = before / kPageTokens; page < known; ++page) {
    pages_.publish(page_table(seat)[page], content_of(sequence.request, page));
  }
}

bool Scheduler::ensure_pages(std::uint32_t seat, std::uint32_t tokens) {
  Sequence& sequence = seats_[seat];
  std::uint32_t* table = page_table(seat);
  while (sequence.pages < pages_for(tokens)) {
    const auto page = pages_.take();
    if (page) {
      table[sequence.pages++] = *page;
    } else if (!preempt_younger_than(seat)) {
      return false;
    }
  }
  return true;
}

/// The one admitted last, if it is younger than `seat`, holds pages and has no step in this plan.
bool Scheduler::preempt_younger_than(std::uint32_t seat) {
  for (std::size_t i = order_.size(); i > 0 && order_[i - 1] != seat; --i) {
    Sequence& victim = seats_[order_[i - 1]];
    if (victim.pages == 0 || victim.planned || victim.done) {
      continue;
    }
    release_pages(order_[i - 1]);
    victim.computed = 0;
    victim.preempted = true;
    ++counts_.preemptions;
    return true;
  }
  return false;
}

void Scheduler::release_pages(std::uint32_t seat) {
  for (const std::uint32_t page : pages_of(seat)) {
    pages_.release(page);
  }
  seats_[seat].pages = 0;
}

void Scheduler::leave(std::uint32_t seat) {
  if (policy_.batching == ServingBatching::static_) {
    seats_[seat].done = true;  // its room stays taken until the batch ends
    return;
  }
  release_pages(seat);
  order_.erase(std::ranges::find(order_, seat));
  free_seats_.push_back(seat);
}

void Scheduler::end_static_batch() {
  if (policy_.batching != ServingBatching::static_ || order_.empty() ||
      !std::ranges::all_of(order_, [&](std::uint32_t seat) { return seats_[seat].done; })) {
    return;
  }
  for (const std::uint32_t seat : order_) {
    release_pages(seat);
    free_seats_.push_back(seat);
  }
  order_.clear();
}

void Scheduler::clear() {
  for (const std::uint32_t seat : order_) {
    release_pages(seat);
    free_seats_.push_back(seat);
  }
  order_.clear();
  plan_.clear();
  waiting_.clear();
}

}  // namespace assay
