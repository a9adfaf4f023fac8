#include "kernels/gemv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "harness/quantity.hpp"
#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_target.hpp"

namespace assay {

template <class Weight>
Gemv<Weight>::Gemv(Settings settings) : rows_(settings.size.count / kSmallestSize.count * kSkinnyRowStep) {
  if (settings.size < kSmallestSize) {
    throw std::invalid_argument(
        fmt::format("gemv: size {} is below {}", size_text(settings.size), size_text(kSmallestSize)));
  }
  identity_ = {
      .name = "gemv",
      .version = 1,
      .parameters = {{"size", size_text(weights_size())}, {"dtype", std::is_same_v<Weight, float> ? "f32" : "bf16"}},
      .facts = cache_facts(weights_size(), settings.limits)};
  identity_.facts["simd"] = simd_target();
  identity_.facts["shape"] = fmt::format("{} x {}", rows_, kColumns);
}

template <class Weight>
Bytes Gemv<Weight>::traffic_of_batch(std::size_t samples) const {
  return weights_size() + Bytes{samples * (kColumns + rows_) * sizeof(float)};
}

template <class Weight>
Bytes Gemv<Weight>::memory_per_worker() const {
  return weights_size() + Bytes{(kSamples * kColumns + kMaxBatch * rows_) * sizeof(float)};
}

template <class Weight>
void Gemv<Weight>::prepare(std::uint64_t seed) {
  weights_ = Array<Weight>(rows_ * kColumns);
  inputs_ = Array<float>(kSamples * kColumns);
  outputs_ = Array<float>(kMaxBatch * rows_);
  fill_uniform(weights_.span(), {seed, 0}, {});
  fill_uniform(inputs_.span(), {seed, 1}, {});
  std::fill(output().begin(), output().end(), 0.0F);
}

template <class Weight>
void Gemv<Weight>::run(std::span<const std::uint32_t> samples) noexcept {
  std::array<const float*, kMaxBatch> inputs{};
  assert(samples.size() <= kMaxBatch);
  const std::size_t batch = std::min(samples.size(), kMaxBatch);
  for (std::size_t s = 0; s < batch; ++s) {
    inputs[s] = inputs_.data() + samples[s] * kColumns;
  }
  skinny_gemm({.weights = weights_.data(),
               .rows = rows_,
               .columns = kColumns,
               .inputs = inputs.data(),
               .batch = batch,
               .outputs = outputs_.data()});
}

template <class Weight>
double Gemv<Weight>::reference(std::uint32_t sample, std::size_t row) const {
  return reference_dot<double, Weight, float>(weights_.span().subspan(row * kColumns, kColumns),
                                              inputs_.span().subspan(sample * kColumns, kColumns));
}

template <class Weight>
Kernel::Probe Gemv<Weight>::probe(std::size_t slot) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = outputs_.data()[slot * rows_ + probe_position(i, rows_)];
  }
  return found;
}

template <class Weight>
Kernel::Probe Gemv<Weight>::reference_probe(std::uint32_t sample) const {
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    expected[i] = static_cast<float>(reference(sample, probe_position(i, rows_)));
  }
  return expected;
}

template <class Weight>
double Gemv<Weight>::output_scale() const {
  return std::sqrt(static_cast<double>(kColumns)) / 3;
}

// As for a GEMM of n = kColumns (gemm.cpp): 6 n u. Weights in bfloat16 are exact floats; what rounding them from real
// numbers costs a model is not the kernel's error.
template <class Weight>
double Gemv<Weight>::tolerance() const {
  return 3 * static_cast<double>(kColumns) * static_cast<double>(std::numeric_limits<float>::epsilon());
}

template <class Weight>
OutputCheck Gemv<Weight>::verify() {
  std::array<std::uint32_t, kMaxBatch> samples{};
  std::iota(samples.begin(), samples.end(), 0U);
  OutputComparison comparison(tolerance(), output_scale());
  for (const std::size_t batch : {std::size_t{1}, kMaxBatch}) {
    run(std::span(samples).first(batch));
    for (std::size_t s = 0; s < batch; ++s) {
      for (std::size_t row = 0; row < rows_; ++row) {
        comparison.compare(samples[s], row, reference(samples[s], row), outputs_.data()[s * rows_ + row]);
      }
    }
  }
  return comparison.result();
}

template class Gemv<float>;
template class Gemv<BFloat16>;

std::unique_ptr<Kernel> make_gemv(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("gemv"), parameters);
  const MemoryLimits& limits = memory_limits_here();
  const Bytes size = given.size("size", {Gemv<float>::kSmallestSize, Bytes{std::uint64_t{1} << 40}},
                                [&limits] { return default_weights_size(limits); });
  const std::string dtype = given.choice("dtype", {"f32", "bf16"});
  given.throw_if_bad();
  if (dtype == "bf16") {
    return std::make_unique<Gemv<BFloat16>>(Gemv<BFloat16>::Settings{.size = size, .limits = limits});
  }
  return std::make_unique<Gemv<float>>(Gemv<float>::Settings{.size = size, .limits = limits});
}

}  // namespace assay
