// The arm64 loops in assembly against their references, for tools/check-arm64. Prints a line a loop; exit code 1 if one
// is wrong.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

#include "kernels/dot_peak_loops.hpp"
#include "kernels/peak_chains.hpp"

namespace {

using assay::DotPeakLoop;
using assay::PeakLoop;
using assay::PeakShape;

constexpr std::size_t kBytes = 16384;  // 30 registers of the longest SVE vector, and more
alignas(64) unsigned char g_chains[kBytes];
alignas(64) unsigned char g_operands[kBytes];

template <class Real>
bool peak_is_right(const PeakLoop& loop) {
  constexpr std::uint64_t kIterations = 100;
  const PeakShape shape = loop.shape();
  const std::size_t stride = loop.vector_bytes / sizeof(Real);
  const std::size_t lanes = loop.simd == "scalar" ? 1 : stride;
  auto* const chains = reinterpret_cast<Real*>(g_chains);
  auto* const operands = reinterpret_cast<Real*>(g_operands);
  const Real factor = shape.fused ? Real{1} : Real{1.0001};
  std::fill_n(operands, stride, factor);
  std::fill_n(operands + stride, stride, Real{1});
  std::vector<long double> expected;
  for (std::size_t i = 0; i < loop.width.registers() * stride; ++i) {
    chains[i] = static_cast<Real>(1 + i);
    if (i / stride < shape.chains() && i % stride < lanes) {
      expected.push_back(chains[i]);
    }
  }
  assay::reference_peak_chains<long double, Real>(shape, kIterations, factor, Real{1}, expected);
  loop.run({.chains = chains, .operands = operands, .iterations = kIterations});
  double worst = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto found = static_cast<long double>(chains[i / lanes * stride + i % lanes]);
    worst = std::max(worst, static_cast<double>(std::fabs((found - expected[i]) / expected[i])));
  }
  const bool right = worst < (sizeof(Real) == 8 ? 1e-13 : 1e-4);
  std::printf("%-7s %s %-8s %2zu chains of %2zu bytes: worst error %.1e%s\n", std::string(loop.simd).c_str(),
              std::string(loop.dtype).c_str(), std::string(name_of(loop.mix)).c_str(), shape.chains(),
              loop.vector_bytes, worst, right ? "" : "  WRONG");
  return right;
}

bool dot_is_right(const DotPeakLoop& loop) {
  constexpr std::uint64_t kIterations = 50;
  alignas(64) unsigned char left[64];
  alignas(64) signed char right[64];
  auto* const sums = reinterpret_cast<std::int32_t*>(g_chains);
  auto* const results = reinterpret_cast<std::int32_t*>(g_operands);
  for (int i = 0; i < 64; ++i) {
    left[i] = static_cast<unsigned char>(2 * i);
    right[i] = static_cast<signed char>(i - 30);
  }
  for (std::size_t i = 0; i < loop.elements(); ++i) {
    sums[i] = static_cast<std::int32_t>(5 * i);
  }
  loop.run({.seeds = sums, .results = results, .left = left, .right = right, .iterations = kIterations});
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < loop.elements(); ++i) {
    std::int32_t step = 0;
    for (std::size_t p = 0; p < loop.products(); ++p) {
      const std::size_t at = i % loop.lanes() * loop.products() + p;
      step += left[at] * right[at];
    }
    wrong += results[i] != sums[i] + static_cast<std::int32_t>(kIterations) * step ? 1U : 0U;
  }
  std::printf("%s: %zu of %zu sums wrong\n", std::string(loop.simd).c_str(), wrong, loop.elements());
  return wrong == 0;
}

}  // namespace

int main() {
  bool right = true;
  for (const PeakLoop& loop : assay::native_peak_loops()) {
    right = (loop.dtype == "f64" ? peak_is_right<double>(loop) : peak_is_right<float>(loop)) && right;
  }
  for (const DotPeakLoop& loop : assay::native_dot_peak_loops()) {
    right = dot_is_right(loop) && right;
  }
  return right ? 0 : 1;
}
