#include "tools/gpu_check/card_server.hpp"

#include <chrono>
#include <numeric>
#include <thread>

#include "harness/random_bits.hpp"
#include "tools/gpu_check/card_work.hpp"

namespace assay::gpu_check {
namespace {

constexpr std::uint32_t kOffsets = 64;  // slots read other tokens of one text

std::uint32_t pages_of_slot(std::uint32_t tokens) {
  return (tokens + ASSAY_LLM_PAGE_TOKENS - 1) / ASSAY_LLM_PAGE_TOKENS;
}

}  // namespace

std::uint32_t CardServer::pages_of(const Room& room) { return room.slots * pages_of_slot(room.tokens); }

CardServer::CardServer(LlamaOnCard& llama, const Room& room)
    : llama_(llama),
      pages_of_slot_(pages_of_slot(room.tokens)),
      prompt_(room.tokens + kOffsets),
      pages_(pages_of(room)),
      chosen_(room.slots) {
  RandomBits random(1);
  for (std::uint32_t& token : prompt_) {
    token = static_cast<std::uint32_t>(random.below(room.vocabulary));
  }
  std::iota(pages_.begin(), pages_.end(), 0U);
  random.shuffle(std::span(pages_));
}

void CardServer::step(std::span<const StepPart> parts) {
  std::vector<AssayLlmSequence> sequences;
  sequences.reserve(parts.size());
  for (const StepPart& part : parts) {
    const std::uint32_t* const tokens =
        part.is_prompt ? prompt_.data() + part.slot % kOffsets + part.position : &chosen_[part.slot];
    sequences.push_back({.tokens = tokens,
                         .token_count = part.count,
                         .position = part.position,
                         .pages = pages_.data() + std::size_t{part.slot} * pages_of_slot_,
                         .page_count = pages_of_slot_,
                         .wants_token = part.wants_token ? 1 : 0,
                         .token_from = ASSAY_LLM_NO_INDEX});
  }
  static_cast<void>(llama_.run(sequences));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].wants_token) {
      chosen_[parts[i].slot] = llama_.chosen()[i];
    }
  }
}

double CardServer::now_s() { return gpu_check::now_s(); }

void CardServer::wait_until(double at_s) {
  const double wait_s = at_s - now_s();
  if (wait_s > 0.0) {
    std::this_thread::sleep_for(std::chrono::duration<double>(wait_s));
  }
}

}  // namespace assay::gpu_check
