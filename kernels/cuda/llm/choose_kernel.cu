// The next tokens: the rule of kernels/llm/token_choice.cpp.
#include <cfloat>

#include "kernels/cuda/llm/card_numbers.cuh"
#include "kernels/cuda/llm/launch.cuh"

namespace assay::cuda {
namespace {

constexpr unsigned kThreads = 1024;

struct Candidate {
  float logit;
  std::uint32_t token;
};

// The one that comes first of all candidates of the block; every thread gets it. `shared`: one a warp.
__device__ __forceinline__ Candidate first_of_block(Candidate mine, Candidate* shared) {
  const auto join = [&](float logit, std::uint32_t token) {
    if (comes_before(logit, token, mine.logit, mine.token)) {
      mine = {logit, token};
    }
  };
#pragma unroll
  for (int lanes = 16; lanes > 0; lanes /= 2) {
    const float logit = __shfl_xor_sync(kWholeWarp, mine.logit, lanes);
    const std::uint32_t token = __shfl_xor_sync(kWholeWarp, mine.token, lanes);
    join(logit, token);
  }
  __syncthreads();
  if (threadIdx.x % 32 == 0) {
    shared[threadIdx.x / 32] = mine;
  }
  __syncthreads();
  mine = shared[threadIdx.x % 32];  // kThreads / 32 = 32 warps
#pragma unroll
  for (int lanes = 16; lanes > 0; lanes /= 2) {
    const float logit = __shfl_xor_sync(kWholeWarp, mine.logit, lanes);
    const std::uint32_t token = __shfl_xor_sync(kWholeWarp, mine.token, lanes);
    join(logit, token);
  }
  return mine;
}

// Probabilities in proportion to exp(logit / temperature), in double and in the order of the candidates, as the CPU's
// decoder adds them.
__device__ __forceinline__ std::uint32_t drawn(const Candidate* top, std::uint32_t count, double draw,
                                               float temperature) {
  double sum = 0.0;
  for (std::uint32_t i = 0; i < count; ++i) {
    sum += exp((static_cast<double>(top[i].logit) - static_cast<double>(top[0].logit)) / temperature);
  }
  const double limit = sum * draw;
  double passed = 0.0;
  for (std::uint32_t i = 0; i + 1 < count; ++i) {
    passed += exp((static_cast<double>(top[i].logit) - static_cast<double>(top[0].logit)) / temperature);
    if (passed > limit) {
      return top[i].token;
    }
  }
  return top[count - 1].token;
}

// One pass over the logits for each of the top_k: each finds the first that comes after the one before it. The logits
// of a row stay in the second-level cache.
__global__ void __launch_bounds__(kThreads, 1) choose_kernel(ChooseWork work) {
  __shared__ Candidate shared[32];
  __shared__ Candidate top[kMostTopK];
  const std::size_t output = blockIdx.x;
  const float* const logits = work.logits + output * work.vocabulary;
  const bool greedy = !(work.temperature > 0.0F);
  const std::uint32_t most = greedy ? 1 : min(min(work.top_k, kMostTopK), work.vocabulary);
  Candidate last{FLT_MAX, 0};
  int broken = 0;
  for (std::uint32_t k = 0; k < most; ++k) {
    Candidate mine{-FLT_MAX, kNoIndex};
    for (std::uint32_t token = threadIdx.x; token < work.vocabulary; token += kThreads) {
      const float logit = logits[token];
      broken |= static_cast<int>(!(fabsf(logit) <= FLT_MAX));
      const bool open = k == 0 || comes_before(last.logit, last.token, logit, token);
      if (open && comes_before(logit, token, mine.logit, mine.token)) {
        mine = {logit, token};
      }
    }
    last = first_of_block(mine, shared);
    if (threadIdx.x == 0) {
      top[k] = last;
    }
  }
  if (__syncthreads_or(broken) != 0) {
    last.token = kNoIndex;
  }
  if (threadIdx.x != 0) {
    return;
  }
  if (greedy || last.token == kNoIndex) {
    work.chosen[output] = last.token;
    return;
  }
  const OutputEntry of = work.outputs[output];
  work.chosen[output] = drawn(top, most, token_draw(work.seed, of.position, work.tokens[of.row]), work.temperature);
}

}  // namespace

void launch_choose(StreamHandle stream, const ChooseWork& work) {
  ASSAY_LAUNCH(choose_kernel, work.output_count, kThreads, stream)(work);
  check_launch("choose_kernel");
}

}  // namespace assay::cuda
