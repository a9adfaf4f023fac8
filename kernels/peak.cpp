#include "kernels/peak.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <vector>

#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_cap.hpp"

namespace assay {

namespace {

constexpr double kAddend = 1.0;
constexpr std::uint64_t kMostSumSeed = 1000;

std::vector<PeakLoop> loops_here() {
  const std::vector<std::string> names = usable_simd_extensions();
  const std::vector<std::string_view> isa(names.begin(), names.end());
  return peak_loops(isa);
}

}  // namespace

template <class Real>
Peak<Real>::Peak(const PeakLoop& loop, std::size_t iterations)
    : loop_(loop),
      shape_(loop.shape()),
      iterations_(iterations),
      stride_(loop.vector_bytes / sizeof(Real)),
      lanes_(loop.simd == "scalar" ? 1 : stride_) {
  if (iterations < 1 || iterations > kMostIterations) {
    throw std::invalid_argument(
        fmt::format("peak: {} iterations are outside the range from 1 to {}", iterations, kMostIterations));
  }
  identity_ = {.name = "peak",
               .version = 1,
               .parameters = {{"dtype", std::string(loop.dtype)},
                              {"mix", std::string(name_of(loop.mix))},
                              {"simd", std::string(loop.simd)},
                              {"iterations", std::to_string(iterations)}},
               .facts = {{"chains", fmt::format("{} products and {} sums of {} lanes", shape_.product_chains,
                                                shape_.sum_chains, lanes_)}}};
}

template <class Real>
Bytes Peak<Real>::memory_per_worker() const {
  return {((kSamples + 1) * register_elements() + 2 * stride_) * sizeof(Real)};
}

// A fused chain approaches 1 / (1 - factor) = n + 1 and has come 1 - 1/e of the way after its n steps; a product chain
// grows e-fold; one that accumulates adds up whole numbers. Each result depends on every seed and on the number of
// steps, and stays far from overflow.
template <class Real>
Real Peak<Real>::factor() const {
  if (shape_.accumulates) {
    return Real{1};
  }
  const double steps = static_cast<double>(iterations_ * std::max<std::size_t>(shape_.product_steps, 1));
  return static_cast<Real>(shape_.fused ? 1.0 - 1.0 / (steps + 1.0) : 1.0 + 1.0 / (steps + 1.0));
}

template <class Real>
void Peak<Real>::prepare(std::uint64_t seed) {
  seeds_ = Array<Real>(kSamples * register_elements());
  operands_ = Array<Real>(2 * stride_);
  results_ = Array<Real>(register_elements());
  fill_uniform(seeds_.span(), {seed, 0}, {1.0, 2.0});
  // Sums are of whole numbers, exact up to 2^24 also in single precision.
  for (std::size_t i = 0; i < kSamples * register_elements(); ++i) {
    if (shape_.accumulates || i % register_elements() >= shape_.product_chains * stride_) {
      Real& value = seeds_.span()[i];
      value = static_cast<Real>(1 + static_cast<std::uint64_t>((static_cast<double>(value) - 1.0) * kMostSumSeed));
    }
  }
  std::fill_n(operands_.data(), stride_, factor());
  std::fill_n(operands_.data() + stride_, stride_, static_cast<Real>(kAddend));
  std::fill(output().begin(), output().end(), Real{0});
}

template <class Real>
void Peak<Real>::run(std::span<const std::uint32_t> samples) noexcept {
  std::memcpy(results_.data(), seeds_.data() + samples[0] * register_elements(), register_elements() * sizeof(Real));
  loop_.run({.chains = results_.data(), .operands = operands_.data(), .iterations = iterations_});
}

template <class Real>
Kernel::Probe Peak<Real>::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = static_cast<float>(results_.data()[place_of(probe_position(i, elements()))]);
  }
  return found;
}

template <class Real>
long double Peak<Real>::reference(std::uint32_t sample, std::size_t element) const {
  const bool product = element < shape_.product_chains * lanes_;
  const PeakShape one{.product_chains = product ? 1U : 0U,
                      .product_steps = shape_.product_steps,
                      .sum_chains = product ? 0U : 1U,
                      .sum_steps = shape_.sum_steps,
                      .fused = shape_.fused,
                      .accumulates = shape_.accumulates};
  auto value = static_cast<long double>(seeds_.span()[sample * register_elements() + place_of(element)]);
  reference_peak_chains<long double, Real>(one, iterations_, factor(), static_cast<Real>(kAddend), {&value, 1});
  return value;
}

template <class Real>
Kernel::Probe Peak<Real>::reference_probe(std::uint32_t sample) const {
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    expected[i] = static_cast<float>(reference(sample, probe_position(i, elements())));
  }
  return expected;
}

// A fused step rounds a number of at most n + 1 once, by u (n + 1), and later steps shrink that: n u (n + 1) in all, of
// a result of at least 0.63 (n + 1). A product rounds by u of itself in each of n steps. Sums are exact. Hence 2 n u.
template <class Real>
double Peak<Real>::rounding_bound() const {
  constexpr double kUnit = static_cast<double>(std::numeric_limits<Real>::epsilon()) / 2;
  return 2 * static_cast<double>(iterations_ * std::max<std::size_t>(shape_.product_steps, 1)) * kUnit;
}

template <class Real>
double Peak<Real>::tolerance() const {
  return rounding_bound() + 0x1.0p-23;  // a probe holds floats, of the output as of the reference
}

template <class Real>
OutputCheck Peak<Real>::verify() {
  const std::uint32_t sample = 0;
  run({&sample, 1});
  OutputComparison comparison(rounding_bound(), output_scale());
  for (std::size_t element = 0; element < elements(); ++element) {
    comparison.compare(sample, element, reference(sample, element),
                       static_cast<long double>(results_.data()[place_of(element)]));
  }
  return comparison.result();
}

template class Peak<float>;
template class Peak<double>;

std::unique_ptr<Kernel> make_peak(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("peak"), parameters);
  const std::string dtype = given.choice("dtype", {"f64", "f32"});
  const std::string mix = given.choice("mix", {"fma", "fma+add", "mul+add", "add", "auto"});
  const std::string simd = given.choice("simd", {"auto", "scalar", "sse", "avx2", "avx512", "neon", "sve"});
  const std::uint64_t iterations = given.integer("iterations", {1, Peak<double>::kMostIterations});
  given.throw_if_bad();
  std::optional<PeakLoop> chosen;
  std::set<std::string> here;
  for (const PeakLoop& loop : loops_here()) {
    if (loop.dtype != dtype) {
      continue;
    }
    here.insert(fmt::format("simd={} mix={}", loop.simd, name_of(loop.mix)));
    // The last one that fits is the widest, and of its mixes the one that stands for a matrix product.
    if ((simd == "auto" || loop.simd == simd) && (mix == "auto" || name_of(loop.mix) == mix)) {
      chosen = loop;
    }
  }
  if (!chosen) {
    throw std::invalid_argument(
        fmt::format("peak: simd={} mix={} is not accepted; this processor has: {}", simd, mix, fmt::join(here, ", ")));
  }
  if (dtype == "f32") {
    return std::make_unique<Peak<float>>(*chosen, iterations);
  }
  return std::make_unique<Peak<double>>(*chosen, iterations);
}

}  // namespace assay
