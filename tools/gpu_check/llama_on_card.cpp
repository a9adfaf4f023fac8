#include "tools/gpu_check/llama_on_card.hpp"

#include <stdexcept>
#include <utility>

namespace assay::gpu_check {
namespace {

void require(const AssayGpuStatus& status) {
  if (status.code != ASSAY_GPU_OK) {
    throw std::runtime_error(static_cast<const char*>(status.message));
  }
}

}  // namespace

const AssayLlmTable* llama_table(const AssayGpuPlugin& plugin) {
  return static_cast<const AssayLlmTable*>(plugin.extension("llama", ASSAY_LLM_INTERFACE_VERSION));
}

AssayLlmOptions llama_70b_options(const LlamaRoom& room) {
  return {.shape = {80, 8192, 64, 8, 128, 28'672, 128'256, 8192, 0, 500'000.0, 1e-5},
          .weights = room.weights,
          .kv = ASSAY_LLM_F8,
          .held_layers = 8,
          .tp_shard = 1,
          .page_count = room.pages,
          .most_tokens = room.most_tokens,
          .most_outputs = room.most_outputs,
          .graphs = room.graphs ? 1 : 0,
          .plain_attention = 0,
          .memory_bytes = 0,
          .seed = 1,
          .temperature = 0.0F,
          .top_k = 1,
          .sampling_seed = 0};
}

LlamaOnCard::LlamaOnCard(const AssayLlmTable& table, std::int32_t device, const AssayLlmOptions& options)
    : table_(table) {
  AssayGpuStatus status{};
  table.open(device, &options, &llm_, &status);
  require(status);
}

double LlamaOnCard::run(std::span<const AssayLlmSequence> step) {
  AssayGpuStatus status{};
  table_.submit(llm_, step.data(), static_cast<std::uint32_t>(step.size()), &status);
  require(status);
  chosen_.assign(step.size(), 0);  // of a sequence that wants none nothing is written
  AssayLlmTiming timing{};
  table_.collect(llm_, chosen_.data(), static_cast<std::uint32_t>(chosen_.size()), &timing, &status);
  require(status);
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i].wants_token != 0 && chosen_[i] == ASSAY_LLM_NO_INDEX) {
      throw std::runtime_error("a logit is no finite number");
    }
  }
  return timing.device_s;
}

AssayGpuCheck LlamaOnCard::verify() {
  AssayGpuStatus status{};
  AssayGpuCheck check{};
  table_.verify(llm_, 3, &check, &status);
  require(status);
  return check;
}

void LlamaOnCard::facts(const std::function<void(const std::string& name, const std::string& value)>& take) {
  AssayGpuStatus status{};
  auto* const context = const_cast<void*>(static_cast<const void*>(&take));  // C's way to hand it through
  table_.facts(
      llm_,
      [](void* given, const char* name, const char* value) {
        (*static_cast<const std::function<void(const std::string&, const std::string&)>*>(given))(name, value);
      },
      context, &status);
  require(status);
}

std::string add_output_row(Findings& findings, LlamaOnCard& llama, const std::string& part, const std::string& name) {
  const AssayGpuCheck check = llama.verify();
  const std::string detail(static_cast<const char*>(check.detail));
  Row row{.part = part, .name = name + ", outputs", .unit = ""};
  row.output = check.passed != 0 ? "right, " + std::to_string(check.compared) + " values"
                                 : "wrong: " + (detail.empty() ? std::string("the library does not say what") : detail);
  const std::string output = row.output;
  findings.add(std::move(row));
  return output;
}

}  // namespace assay::gpu_check
