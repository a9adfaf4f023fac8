#include "kernels/attention.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <type_traits>

#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_target.hpp"

namespace assay {

template <class Element>
Attention<Element>::Attention(Shape shape) : shape_(shape) {
  const auto is_step = [](std::size_t value, std::size_t most) {
    return value >= kRowColumnStep && value <= most && value % kRowColumnStep == 0;
  };
  if (shape.cache_heads < 1 || shape.heads < shape.cache_heads || shape.heads > kMostHeads ||
      shape.heads % shape.cache_heads != 0) {
    throw std::invalid_argument(fmt::format("attention: heads={} must be a multiple of kv_heads={}, at most {}",
                                            shape.heads, shape.cache_heads, kMostHeads));
  }
  if (!is_step(shape.dim, kLargestDim) || !is_step(shape.context, kLongestContext)) {
    throw std::invalid_argument(
        fmt::format("attention: head_dim={} and context={} must be multiples of {} up to {} and {}", shape.dim,
                    shape.context, kRowColumnStep, kLargestDim, kLongestContext));
  }
  identity_ = {.name = "attention",
               .version = 1,
               .parameters = {{"heads", std::to_string(shape.heads)},
                              {"kv_heads", std::to_string(shape.cache_heads)},
                              {"head_dim", std::to_string(shape.dim)},
                              {"context", std::to_string(shape.context)},
                              {"dtype", std::is_same_v<Element, float> ? "f32" : "bf16"}},
               .facts = {{"simd", simd_target()}}};
}

template <class Element>
Bytes Attention<Element>::traffic() const {
  return {2 * cache_size() * sizeof(Element) + 2 * width() * sizeof(float)};
}

template <class Element>
Bytes Attention<Element>::bus_traffic() const {
  return traffic() + Bytes{width() * sizeof(float)};
}

template <class Element>
Bytes Attention<Element>::memory_per_worker() const {
  return {2 * cache_size() * sizeof(Element) +
          ((kSamples + 1) * width() + attention_workspace(group(), shape_.dim, shape_.context)) * sizeof(float)};
}

template <class Element>
void Attention<Element>::prepare(std::uint64_t seed) {
  queries_ = Array<float>(kSamples * width());
  keys_ = Array<Element>(cache_size());
  values_ = Array<Element>(cache_size());
  workspace_ = Array<float>(attention_workspace(group(), shape_.dim, shape_.context));
  outputs_ = Array<float>(width());
  fill_uniform(queries_.span(), {seed, 0}, {});
  fill_uniform(keys_.span(), {seed, 1}, {});
  fill_uniform(values_.span(), {seed, 2}, {});
  std::fill(workspace_.span().begin(), workspace_.span().end(), 0.0F);
  std::fill(outputs_.span().begin(), outputs_.span().end(), 0.0F);
}

template <class Element>
void Attention<Element>::run(std::span<const std::uint32_t> samples) noexcept {
  attention({.heads = shape_.heads,
             .cache_heads = shape_.cache_heads,
             .dim = shape_.dim,
             .context = shape_.context,
             .queries = queries_.data() + samples[0] * width(),
             .keys = keys_.data(),
             .values = values_.data(),
             .workspace = workspace_.data(),
             .outputs = outputs_.data()});
}

template <class Element>
std::vector<double> Attention<Element>::reference(std::uint32_t sample, std::size_t head) const {
  const std::size_t cached = shape_.context * shape_.dim;
  const std::size_t from = head / group() * cached;
  return reference_attention_head<double, Element>(
      queries_.span().subspan(sample * width() + head * shape_.dim, shape_.dim), keys_.span().subspan(from, cached),
      values_.span().subspan(from, cached));
}

template <class Element>
Kernel::Probe Attention<Element>::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = outputs_.data()[probe_position(i, width())];
  }
  return found;
}

template <class Element>
Kernel::Probe Attention<Element>::reference_probe(std::uint32_t sample) const {
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    const std::size_t at = probe_position(i, width());
    expected[i] = static_cast<float>(reference(sample, at / shape_.dim)[at % shape_.dim]);
  }
  return expected;
}

template <class Element>
double Attention<Element>::output_scale() const {
  return std::sqrt(1.0 / (3 * static_cast<double>(shape_.context)));
}

// With u = 2^-24, n tokens of d elements, and the probability of gemm.cpp. The weighted sum of n values errs by at most
// 8 sqrt(n) u sum p |v|, which is 4 sqrt(n) u: relative to the scale sqrt(1 / 3n), 7 n u. A score errs by at most
// 8 sqrt(d) u sum |q||k| / sqrt(d), which is 2 d u, and that is the relative error of its exponential, with 8 u of the
// softmax besides; such errors of the weights add up like the values themselves, at random, to 8 times their size
// relative to the scale: 16 d u and 64 u. What all weights share, the error of their sum, is at most n u of the output.
template <class Element>
double Attention<Element>::tolerance() const {
  const auto n = static_cast<double>(shape_.context);
  const auto d = static_cast<double>(shape_.dim);
  return (8 * n + 16 * d + 64) * 0x1.0p-24;
}

template <class Element>
OutputCheck Attention<Element>::verify() {
  const std::uint32_t sample = 0;
  run({&sample, 1});
  OutputComparison comparison(tolerance(), output_scale());
  for (std::size_t head = 0; head < shape_.heads; ++head) {
    const std::vector<double> expected = reference(sample, head);
    for (std::size_t i = 0; i < shape_.dim; ++i) {
      comparison.compare(sample, head * shape_.dim + i, expected[i], outputs_.data()[head * shape_.dim + i]);
    }
  }
  return comparison.result();
}

template class Attention<float>;
template class Attention<BFloat16>;

std::unique_ptr<Kernel> make_attention(const std::map<std::string, std::string>& parameters) {
  using Limits = Attention<float>;
  KernelParameters given(*find_kernel("attention"), parameters);
  const std::uint64_t heads = given.integer("heads", {1, Limits::kMostHeads});
  const std::uint64_t cache_heads = given.integer("kv_heads", {1, Limits::kMostHeads});
  const std::uint64_t dim = given.integer("head_dim", {kRowColumnStep, Limits::kLargestDim, kRowColumnStep});
  const std::uint64_t context = given.integer("context", {kRowColumnStep, Limits::kLongestContext, kRowColumnStep});
  const std::string dtype = given.choice("dtype", {"f32", "bf16"});
  given.throw_if_bad();
  if (dtype == "bf16") {
    return std::make_unique<Attention<BFloat16>>(
        Attention<BFloat16>::Shape{.heads = heads, .cache_heads = cache_heads, .dim = dim, .context = context});
  }
  return std::make_unique<Attention<float>>(
      Attention<float>::Shape{.heads = heads, .cache_heads = cache_heads, .dim = dim, .context = context});
}

}  // namespace assay
