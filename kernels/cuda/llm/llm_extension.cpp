#include "kernels/cuda/llm/llm_extension.hpp"

#include <memory>

#include "kernels/cuda/gpu_error.hpp"
#include "kernels/cuda/llm/card_checks.hpp"
#include "kernels/cuda/llm/card_decoder.hpp"
#include "kernels/cuda/llm/llm_interface.h"

struct AssayLlm {
  std::int32_t device = 0;
  std::unique_ptr<assay::cuda::CardDecoder> decoder;
};

namespace assay::cuda {
namespace {

/// Calls action(decoder) with its device current.
template <class Action>
int32_t with_decoder(AssayLlm* llm, AssayGpuStatus* status, const Action& action) noexcept {
  return guarded(status, [&] {
    const CurrentDevice current(llm->device);
    action(*llm->decoder);
  });
}

int32_t plan(int32_t device, const AssayLlmOptions* options, AssayLlmPlan* plan, AssayGpuStatus* status) {
  return guarded(status, [&] {
    const CurrentDevice current(device);
    *plan = CardDecoder::plan(device, *options);
  });
}

int32_t open(int32_t device, const AssayLlmOptions* options, AssayLlm** llm, AssayGpuStatus* status) {
  return guarded(status, [&] {
    *llm = nullptr;
    const CurrentDevice current(device);
    auto made = std::make_unique<AssayLlm>();
    made->device = device;
    made->decoder = std::make_unique<CardDecoder>(device, *options);
    *llm = made.release();
  });
}

int32_t plan_of(AssayLlm* llm, AssayLlmPlan* plan, AssayGpuStatus* status) {
  return with_decoder(llm, status, [&](const CardDecoder& decoder) { *plan = decoder.plan(); });
}

int32_t facts(AssayLlm* llm, AssayGpuFactSink sink, void* context, AssayGpuStatus* status) {
  return with_decoder(llm, status, [&](const CardDecoder& decoder) {
    for (const auto& [name, value] : decoder.facts()) {
      sink(context, name.c_str(), value.c_str());
    }
  });
}

int32_t shape(AssayLlm* llm, AssayLlmShape* shape, AssayGpuStatus* status) {
  return with_decoder(llm, status, [&](const CardDecoder& decoder) { *shape = decoder.shape(); });
}

int32_t submit(AssayLlm* llm, const AssayLlmSequence* sequences, uint32_t count, AssayGpuStatus* status) {
  return with_decoder(llm, status, [&](CardDecoder& decoder) { decoder.submit({sequences, count}); });
}

int32_t collect(AssayLlm* llm, uint32_t* next_tokens, uint32_t count, AssayLlmTiming* timing, AssayGpuStatus* status) {
  return with_decoder(llm, status, [&](CardDecoder& decoder) { *timing = decoder.collect({next_tokens, count}); });
}

int32_t logits(AssayLlm* llm, uint32_t sequence, float* values, uint32_t count, AssayGpuStatus* status) {
  return with_decoder(llm, status, [&](const CardDecoder& decoder) { decoder.logits(sequence, {values, count}); });
}

int32_t verify(AssayLlm* llm, uint64_t seed, AssayGpuCheck* check, AssayGpuStatus* status) {
  return with_decoder(llm, status, [&](CardDecoder& decoder) { *check = check_decoder(decoder, seed); });
}

void close(AssayLlm* llm) {
  if (llm == nullptr) {
    return;
  }
  AssayGpuStatus ignored;
  static_cast<void>(guarded(&ignored, [&] {
    const CurrentDevice current(llm->device);
    llm->decoder.reset();
  }));
  delete llm;
}

constexpr AssayLlmTable kTable{ASSAY_LLM_INTERFACE_VERSION,
                               sizeof(AssayLlmTable),
                               plan,
                               open,
                               plan_of,
                               facts,
                               shape,
                               submit,
                               collect,
                               logits,
                               verify,
                               close};

}  // namespace

const void* llm_extension(std::uint32_t version) { return version == ASSAY_LLM_INTERFACE_VERSION ? &kTable : nullptr; }

}  // namespace assay::cuda
