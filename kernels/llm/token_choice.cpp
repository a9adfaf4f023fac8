#include "kernels/llm/token_choice.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/llm/philox.hpp"

namespace assay {
namespace {

constexpr std::uint32_t kDrawStream = 64;  // of the counter, beside those of the weights

struct Candidate {
  float logit = 0;
  std::uint32_t token = 0;
};

std::uint32_t largest(std::span<const float> logits) {
  std::uint32_t best = 0;
  for (std::uint32_t token = 1; token < logits.size(); ++token) {
    if (logits[token] > logits[best]) {
      best = token;
    }
  }
  return best;
}

}  // namespace

std::uint32_t choose_token(std::span<const float> logits, const TokenSampling& sampling,
                           const TokenPlace& place) noexcept {
  if (sampling.temperature <= 0) {
    return largest(logits);
  }
  std::array<Candidate, kLargestTopK> top{};
  std::size_t count = 0;
  const std::size_t most = std::min<std::size_t>(sampling.top_k, logits.size());
  for (std::uint32_t token = 0; token < logits.size(); ++token) {
    if (count == most && logits[token] <= top[count - 1].logit) {
      continue;
    }
    std::size_t at = count < most ? count++ : count - 1;
    for (; at > 0 && top[at - 1].logit < logits[token]; --at) {
      top[at] = top[at - 1];
    }
    top[at] = {.logit = logits[token], .token = token};
  }
  std::array<double, kLargestTopK> sums{};
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += std::exp((static_cast<double>(top[i].logit) - static_cast<double>(top[0].logit)) / sampling.temperature);
    sums[i] = sum;
  }
  const Philox::Counter words =
      Philox::words({place.position, place.last_token, 0, kDrawStream}, Philox::key_of(sampling.seed));
  const double draw = sum * (static_cast<double>(words[0]) * 0x1.0p-32);
  std::size_t chosen = 0;
  while (chosen + 1 < count && sums[chosen] <= draw) {
    ++chosen;
  }
  return top[chosen].token;
}

}  // namespace assay
