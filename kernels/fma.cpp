#include "kernels/fma.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_target.hpp"

namespace assay {
namespace {

// All chains approach this value, from seeds in [1, 2): no chain leaves (0.5, 2), so none grows, decays or meets a
// denormal number, which many cores compute slowly.
constexpr double kFixedPoint = 0.5;

}  // namespace

template <class Real>
Fma<Real>::Fma(std::size_t iterations) : iterations_(iterations) {
  if (iterations < 1 || iterations > kMostIterations) {
    throw std::invalid_argument(
        fmt::format("fma: {} iterations are outside the range from 1 to {}", iterations, kMostIterations));
  }
  identity_ = {.name = "fma",
               .version = 1,
               .parameters = {{"dtype", std::is_same_v<Real, float> ? "f32" : "f64"},
                              {"iterations", std::to_string(iterations)}},
               .facts = {{"simd", simd_target()}}};
}

template <class Real>
void Fma<Real>::prepare(std::uint64_t seed) {
  seeds_ = Array<Real>(kSamples * kChains);
  results_ = Array<Real>(kChains);
  fill_uniform(seeds_.span(), {seed, 0}, {1.0, 2.0});
  std::fill(output().begin(), output().end(), Real{0});
}

template <class Real>
FmaChainSet<Real> Fma<Real>::chains(std::uint32_t sample) const noexcept {
  // After n steps a share (1 - 1/(n+1))^n, about 1/e, of a seed's distance to the fixed point is left: the result
  // depends on every seed and on the number of steps.
  const double factor = 1.0 - 1.0 / (static_cast<double>(iterations_) + 1.0);
  return {.seeds = seeds_.data() + sample * kChains,
          .results = nullptr,
          .iterations = iterations_,
          .factor = static_cast<Real>(factor),
          .addend = static_cast<Real>(kFixedPoint * (1.0 - factor))};
}

template <class Real>
void Fma<Real>::run(std::span<const std::uint32_t> samples) noexcept {
  FmaChainSet<Real> set = chains(samples[0]);
  set.results = results_.data();
  fma_chains(set);
}

template <class Real>
Kernel::Probe Fma<Real>::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = static_cast<float>(results_.data()[probe_position(i, kChains)]);
  }
  return found;
}

template <class Real>
Kernel::Probe Fma<Real>::reference_probe(std::uint32_t sample) const {
  const FmaChainSet<Real> set = chains(sample);
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    long double value = 0;
    reference_fma_chains<long double, Real>({set.seeds + probe_position(i, kChains), 1}, set, {&value, 1});
    expected[i] = static_cast<float>(value);
  }
  return expected;
}

// A step rounds numbers below 2 once, or twice where the processor has no fused multiply-add: by at most 4 u in all,
// u = epsilon / 2. Later steps shrink an error, so n steps leave at most 4 n u.
template <class Real>
double Fma<Real>::rounding_bound() const {
  constexpr double kUnit = static_cast<double>(std::numeric_limits<Real>::epsilon()) / 2;
  return 4 * static_cast<double>(iterations_) * kUnit;
}

template <class Real>
double Fma<Real>::tolerance() const {
  return rounding_bound() + 0x1.0p-23;  // a probe holds floats, of the output as of the reference
}

template <class Real>
OutputCheck Fma<Real>::verify() {
  const std::uint32_t sample = 0;
  run({&sample, 1});
  std::vector<long double> expected(kChains);
  const FmaChainSet<Real> set = chains(sample);
  reference_fma_chains<long double, Real>({set.seeds, kChains}, set, expected);
  OutputComparison comparison(rounding_bound(), output_scale());
  for (std::size_t i = 0; i < kChains; ++i) {
    comparison.compare(sample, i, expected[i], results_.data()[i]);
  }
  return comparison.result();
}

template class Fma<float>;
template class Fma<double>;

std::unique_ptr<Kernel> make_fma(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("fma"), parameters);
  const std::string dtype = given.choice("dtype", {"f64", "f32"});
  const std::uint64_t iterations = given.integer("iterations", {1, Fma<double>::kMostIterations});
  given.throw_if_bad();
  if (dtype == "f32") {
    return std::make_unique<Fma<float>>(iterations);
  }
  return std::make_unique<Fma<double>>(iterations);
}

}  // namespace assay
