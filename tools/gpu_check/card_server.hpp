#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tools/gpu_check/llama_on_card.hpp"
#include "tools/gpu_check/serving_loop.hpp"

namespace assay::gpu_check {

/// A decoder that serves: random prompts, answers fed back token by token, each slot with pages of its own.
class CardServer final : public StepMachine {
 public:
  struct Room {
    std::uint32_t slots = 0;
    std::uint32_t tokens = 0;  ///< of a sequence, prompt and answer
    std::uint32_t vocabulary = 0;
  };
  /// `llama` must have pages_of(room) pages and outlive this.
  CardServer(LlamaOnCard& llama, const Room& room);

  [[nodiscard]] static std::uint32_t pages_of(const Room& room);

  /// The token that the slot's sequence chose last.
  [[nodiscard]] std::uint32_t chosen(std::uint32_t slot) const { return chosen_[slot]; }

  void step(std::span<const StepPart> parts) override;
  [[nodiscard]] double now_s() override;
  void wait_until(double at_s) override;

 private:
  LlamaOnCard& llama_;
  std::uint32_t pages_of_slot_;
  std::vector<std::uint32_t> prompt_;
  std::vector<std::uint32_t> pages_;   ///< by slot
  std::vector<std::uint32_t> chosen_;  ///< last, by slot
};

}  // namespace assay::gpu_check
