#include "kernels/cuda/llm/forward_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <span>
#include <vector>

#include "kernels/cuda/llm/attention_values.hpp"
#include "kernels/cuda/llm/host_forward.hpp"

namespace assay::cuda {
namespace {

constexpr std::uint32_t kPrompt = 19;
constexpr std::array<std::uint32_t, 4> kPages{2, 0, 3, 1};
constexpr std::uint64_t kLargestVerified = 16'000'000;  // parameters, as the CPU's decoder has it

std::uint64_t parameters_of(const AssayLlmShape& shape) {
  std::uint64_t sum = 0;
  for (std::uint32_t which = 0; which < 6; ++which) {
    const MatrixSize size = matrix_size(shape, which);
    sum += std::uint64_t{size.rows} * size.columns * (which < 4 ? shape.layers : 1);
  }
  return sum;
}

// Rounding an input to e4m3 errs by 2.6 % of its norm, at random; SwiGLU passes on both of its factors': over 8
// products and 2 gates sqrt(10) x 2.6 % = 8.2 %. In bf16 the bound of 1 % leaves room for 8 bits in each product.
double forward_tolerance(const AssayLlmOptions& options) {
  const bool narrow = format_of(options.weights).inputs == ActivationFormat::f8 || options.kv == ASSAY_LLM_F8;
  return narrow ? 1e-1 : 1e-2;
}

double norm_of(std::span<const double> x) {
  double squares = 0.0;
  for (const double v : x) {
    squares += v * v;
  }
  return std::sqrt(squares);
}

}  // namespace

// A prompt and three tokens of its answer; greedy tokens must agree where the reference is sure.
void check_forward(CardDecoder& decoder, std::uint64_t seed, AssayGpuCheck& result) {
  const AssayLlmOptions& options = decoder.options();
  if (parameters_of(decoder.shape()) > kLargestVerified || options.page_count < kPages.size()) {
    return;
  }
  const std::uint32_t vocabulary = decoder.shape().vocabulary;
  const double tolerance = forward_tolerance(options);
  std::mt19937_64 random(seed);
  const std::uint32_t prompt = std::min<std::uint32_t>(kPrompt, options.page_count * kTokensPerPage - 4);
  std::vector<std::uint32_t> tokens(prompt);
  std::ranges::generate(tokens, [&] { return static_cast<std::uint32_t>(random() % vocabulary); });
  HostForward reference(decoder.shape(), options.weights, decoder.weights().held_layers(), options.seed);
  std::uint32_t position = 0;
  std::vector<float> found(vocabulary);
  for (int answer = 0; answer < 4; ++answer) {
    const AssayLlmSequence sequence{
        tokens.data(), static_cast<std::uint32_t>(tokens.size()), position, kPages.data(), 2, 1, ASSAY_LLM_NO_INDEX};
    std::uint32_t next = 0;
    decoder.buffers().poison(decoder.stream());
    decoder.submit({&sequence, 1});
    static_cast<void>(decoder.collect({&next, 1}));
    decoder.logits(0, found);
    std::vector<double> expected;
    for (const std::uint32_t token : tokens) {
      expected = reference.append(token);
    }
    std::vector<double> difference = expected;
    for (std::size_t i = 0; i < difference.size(); ++i) {
      difference[i] -= static_cast<double>(found[i]);
    }
    const double size = norm_of(expected);
    const double error = norm_of(difference) / size;
    const double lead = *std::ranges::max_element(expected) - (next < vocabulary ? expected[next] : -1e30);
    const double sure = 12 * tolerance * size / std::sqrt(static_cast<double>(expected.size()));
    result.compared += expected.size();
    if (!(error <= tolerance) || (options.temperature <= 0.0F && !(lead <= sure))) {
      result.passed = 0;
      result.worst_relative_error = error;
      std::snprintf(result.detail, sizeof result.detail,
                    "after a prompt of %u and %d tokens the logits are %.3g of their size from the reference (%g is "
                    "allowed), the token chosen is %.3g below its largest",
                    prompt, answer, error, tolerance, lead);
      return;
    }
    position += static_cast<std::uint32_t>(tokens.size());
    tokens.assign(1, next);
  }
}

}  // namespace assay::cuda
