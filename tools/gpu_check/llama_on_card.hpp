#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "kernels/cuda/llm/llm_interface.h"
#include "tools/gpu_check/findings.hpp"

namespace assay::gpu_check {

constexpr double kLlamaTokenFlops = 1.3690e11;  ///< of a token in the layers' products

/// The decoder of the library; null where it was built without.
[[nodiscard]] const AssayLlmTable* llama_table(const AssayGpuPlugin& plugin);

/// Llama-3-70B with the cache in e4m3 and the weights of 8 layers (plan E): quick to fill, and every step still reads
/// 80 layers from memory.
struct LlamaRoom {
  std::uint32_t pages = 0;
  std::uint32_t most_tokens = 0;   ///< of one pass
  std::uint32_t most_outputs = 0;  ///< sequences of one step
  bool graphs = true;
  AssayLlmFormat weights = ASSAY_LLM_F8;
};
[[nodiscard]] AssayLlmOptions llama_70b_options(const LlamaRoom& room);

/// A decoder of the library, for as long as this lives. Everything throws std::runtime_error with the library's words.
class LlamaOnCard {
 public:
  LlamaOnCard(const AssayLlmTable& table, std::int32_t device, const AssayLlmOptions& options);
  LlamaOnCard(const LlamaOnCard&) = delete;
  LlamaOnCard& operator=(const LlamaOnCard&) = delete;
  ~LlamaOnCard() { table_.close(llm_); }

  /// One step, until its tokens are here; seconds by the card's clock. A logit that is no finite number is a failure.
  double run(std::span<const AssayLlmSequence> step);
  /// Chosen in the last step, by place in it.
  [[nodiscard]] const std::vector<std::uint32_t>& chosen() const { return chosen_; }

  [[nodiscard]] AssayGpuCheck verify();
  void facts(const std::function<void(const std::string& name, const std::string& value)>& take);

 private:
  const AssayLlmTable& table_;
  AssayLlm* llm_ = nullptr;
  std::vector<std::uint32_t> chosen_;
};

/// Adds a row "NAME, outputs" that says whether the decoder's outputs are right, and returns its Row::output for the
/// rows that this decoder is timed for: a wrong one fails the whole check.
std::string add_output_row(Findings& findings, LlamaOnCard& llama, const std::string& part, const std::string& name);

}  // namespace assay::gpu_check
