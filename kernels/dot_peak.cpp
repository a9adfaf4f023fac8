#include "kernels/dot_peak.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "kernels/bfloat16.hpp"
#include "kernels/input_values.hpp"
#include "kernels/output_comparison.hpp"

namespace assay {
namespace {

// i8: left without a sign or with one means the same, and no sum of two products overflows 16 bits (2 x 127 x 127).
constexpr int kLeftMost = 127;
constexpr int kRightMost = 127;
// bf16: a step adds at most 32 products of at most 4, and 100 000 steps of 128 and a seed stay below 2^24, up to which
// float counts without a gap.
constexpr int kHalfLeftMost = 2;
constexpr int kHalfRightMost = 2;
constexpr int kSeedMost = 1000;
// vpmaddubsw: with 122 and 1 on its right, x <- low byte * 122 + high byte * 1 is Marsaglia's multiply-with-carry
// generator to the base 256, which permutes 1 to 122 * 256 - 2 in two cycles of 15 615. No sum comes near the 16-bit
// limit, and no chain falls into a fixed point: each result depends on its seed and on the number of steps.
constexpr int kMultiplier = 122;
constexpr int kMultiplyWithCarryMost = kMultiplier * 256 - 2;

struct WholeRange {
  int lowest = 0;
  int highest = 0;
};

std::vector<int> whole_numbers(std::size_t count, InputStream stream, WholeRange range) {
  std::vector<double> values(count);
  fill_uniform(values, stream, {static_cast<double>(range.lowest), static_cast<double>(range.highest) + 1.0});
  std::vector<int> whole(count);
  std::ranges::transform(values, whole.begin(), [range](double value) {
    return std::clamp(static_cast<int>(std::floor(value)), range.lowest, range.highest);
  });
  return whole;
}

/// The operand as the loop reads it.
Array<std::byte> encoded(const std::vector<int>& values, std::size_t operand_bytes) {
  Array<std::byte> bytes(std::max<std::size_t>(values.size(), 1) * operand_bytes);
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::byte* const at = bytes.data() + i * operand_bytes;
    if (operand_bytes == sizeof(BFloat16)) {
      const BFloat16 half(values[i]);
      std::memcpy(at, &half, sizeof(half));
    } else {
      *at = static_cast<std::byte>(static_cast<std::int8_t>(values[i]));
    }
  }
  return bytes;
}

template <class Element>
std::int64_t loaded(const std::byte* at) {
  Element element{};
  std::memcpy(&element, at, sizeof(element));
  return static_cast<std::int64_t>(element);
}

template <class Element>
void stored(std::int64_t value, std::byte* at) {
  const auto element = static_cast<Element>(value);
  std::memcpy(at, &element, sizeof(element));
}

}  // namespace

DotPeak::DotPeak(const DotPeakLoop& loop, std::size_t iterations) : loop_(loop), iterations_(iterations) {
  if (iterations < 1 || iterations > kMostIterations) {
    throw std::invalid_argument(
        fmt::format("dot_peak: {} iterations are outside the range from 1 to {}", iterations, kMostIterations));
  }
  if (loop.tiles) {
    if (const std::string refusal = tile_refusal(); !refusal.empty()) {
      throw std::runtime_error("dot_peak: " + refusal);
    }
  }
  identity_ = {.name = "dot_peak",
               .version = 1,
               .parameters = {{"dtype", std::string(loop.dtype)},
                              {"mix", std::string(name_of(loop.mix))},
                              {"simd", std::string(loop.simd)},
                              {"iterations", std::to_string(iterations)}},
               .facts = {{"gemm_roof", is_gemm_roof(loop.mix) ? "yes" : "no: 16-bit sums, never widened"}}};
}

WorkUnit DotPeak::work_unit() const { return loop_.dtype == "i8" ? WorkUnit::integer_operation : WorkUnit::flop; }

void DotPeak::prepare(std::uint64_t seed) {
  prepare_factors(seed);
  prepare_seeds(seed);
  results_ = Array<std::byte>(loop_.accumulator_bytes());
  std::ranges::fill(output(), std::byte{0});
}

void DotPeak::prepare_factors(std::uint64_t seed) {
  const bool half = loop_.operand_bytes() == sizeof(BFloat16);
  const int left_most = half ? kHalfLeftMost : kLeftMost;
  const int right_most = half ? kHalfRightMost : kRightMost;
  factors_.left = whole_numbers(loop_.left_elements(), {seed, 1}, {1, left_most});
  factors_.right = whole_numbers(loop_.right_elements(), {seed, 2}, {-right_most, right_most});
  if (loop_.mix == DotMix::maddubs) {
    for (std::size_t i = 0; i < factors_.right.size(); ++i) {
      factors_.right[i] = i % 2 == 0 ? kMultiplier : 1;
    }
  }
  left_ = encoded(factors_.left, loop_.operand_bytes());
  right_ = encoded(factors_.right, loop_.operand_bytes());
}

void DotPeak::prepare_seeds(std::uint64_t seed) {
  const WholeRange range =
      loop_.mix == DotMix::maddubs ? WholeRange{1, kMultiplyWithCarryMost} : WholeRange{-kSeedMost, kSeedMost};
  const std::vector<int> values = whole_numbers(kSamples * loop_.elements(), {seed, 0}, range);
  seeds_ = Array<std::byte>(kSamples * loop_.accumulator_bytes());
  for (std::size_t i = 0; i < values.size(); ++i) {
    set_element(seeds_.data(), i, values[i]);
  }
}

const std::byte* DotPeak::seeds_of(std::uint32_t sample) const noexcept {
  return seeds_.data() + sample * loop_.accumulator_bytes();
}

void DotPeak::run(std::span<const std::uint32_t> samples) noexcept {
  loop_.run({.seeds = seeds_of(samples[0]),
             .results = results_.data(),
             .left = left_.data(),
             .right = right_.data(),
             .iterations = iterations_});
}

std::int64_t DotPeak::element(const std::byte* accumulators, std::size_t i) const noexcept {
  if (loop_.mix == DotMix::maddubs) {
    return loaded<std::int16_t>(accumulators + i * sizeof(std::int16_t));
  }
  const std::byte* const at = accumulators + i * sizeof(std::int32_t);
  return loop_.dtype == "i8" ? loaded<std::int32_t>(at) : loaded<float>(at);
}

void DotPeak::set_element(std::byte* accumulators, std::size_t i, std::int64_t value) const noexcept {
  if (loop_.mix == DotMix::maddubs) {
    stored<std::int16_t>(value, accumulators + i * sizeof(std::int16_t));
    return;
  }
  std::byte* const at = accumulators + i * sizeof(std::int32_t);
  loop_.dtype == "i8" ? stored<std::int32_t>(value, at) : stored<float>(value, at);
}

// Every step of a sum adds the same products, so that n steps add n times what one adds; 32-bit sums wrap around.
std::int64_t DotPeak::reference(std::uint32_t sample, std::size_t i) const {
  const std::int64_t seed = element(seeds_of(sample), i);
  if (loop_.mix == DotMix::maddubs) {
    return reference_dot_steps<std::int64_t>(loop_, factors_, i, iterations_, seed);
  }
  const auto step = reference_dot_steps<std::int64_t>(loop_, factors_, i, 1, 0);
  const std::int64_t sum = seed + static_cast<std::int64_t>(iterations_) * step;
  return loop_.dtype == "i8" ? static_cast<std::int32_t>(sum) : sum;
}

Kernel::Probe DotPeak::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = static_cast<float>(element(results_.data(), probe_position(i, loop_.elements())));
  }
  return found;
}

Kernel::Probe DotPeak::reference_probe(std::uint32_t sample) const {
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    expected[i] = static_cast<float>(reference(sample, probe_position(i, loop_.elements())));
  }
  return expected;
}

OutputCheck DotPeak::verify() {
  const std::uint32_t sample = 0;
  run({&sample, 1});
  OutputComparison comparison(tolerance(), output_scale());
  for (std::size_t i = 0; i < loop_.elements(); ++i) {
    comparison.compare(sample, i, static_cast<long double>(reference(sample, i)),
                       static_cast<long double>(element(results_.data(), i)));
  }
  return comparison.result();
}

}  // namespace assay
