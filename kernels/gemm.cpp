#include "kernels/gemm.hpp"

#include <cblas.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "kernels/blas.hpp"
#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"

namespace assay {
namespace {

void multiply(std::size_t n, const float* a, const float* b, float* c) {
  const auto size = static_cast<blasint>(n);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1.0F, a, size, b, size, 0.0F, c, size);
}

void multiply(std::size_t n, const double* a, const double* b, double* c) {
  const auto size = static_cast<blasint>(n);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1.0, a, size, b, size, 0.0, c, size);
}

}  // namespace

template <class Real>
Gemm<Real>::Gemm(std::size_t n) : n_(n) {
  if (n < 1 || n > kLargestN) {
    throw std::invalid_argument(fmt::format("gemm: n = {} is outside the range from 1 to {}", n, kLargestN));
  }
  identity_ = {.name = "gemm",
               .version = 1,
               .parameters = {{"n", std::to_string(n)}, {"dtype", std::is_same_v<Real, float> ? "f32" : "f64"}},
               .facts = {{"blas", blas_implementation()}}};
}

template <class Real>
void Gemm<Real>::prepare(std::uint64_t seed) {
  use_one_blas_thread();
  a_ = Array<Real>(kSamples * n_ * n_);
  b_ = Array<Real>(n_ * n_);
  c_ = Array<Real>(n_ * n_);
  fill_uniform(a_.span(), {seed, 0}, {});
  fill_uniform(b_.span(), {seed, 1}, {});
  const std::uint32_t sample = 0;
  Gemm::run({&sample, 1});  // touches C and lets OpenBLAS take its packing buffer before anything is measured
}

template <class Real>
void Gemm<Real>::run(std::span<const std::uint32_t> samples) noexcept {
  multiply(n_, a_.data() + samples[0] * n_ * n_, b_.data(), c_.data());
}

template <class Real>
Kernel::Probe Gemm<Real>::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = static_cast<float>(c_.data()[probe_position(i, n_ * n_)]);
  }
  return found;
}

template <class Real>
Kernel::Probe Gemm<Real>::reference_probe(std::uint32_t sample) const {
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    const std::size_t at = probe_position(i, n_ * n_);
    const Real* const row = a_.span().subspan((sample * n_ + at / n_) * n_, n_).data();
    long double sum = 0;
    for (std::size_t k = 0; k < n_; ++k) {
      sum += static_cast<long double>(row[k]) * static_cast<long double>(b_.data()[k * n_ + at % n_]);
    }
    expected[i] = static_cast<float>(sum);
  }
  return expected;
}

template <class Real>
double Gemm<Real>::output_scale() const {
  return std::sqrt(static_cast<double>(n_)) / 3;
}

// The error of a dot product of length n is at most lambda sqrt(n) u sum |a||b| except with probability 2 exp(-lambda^2
// / 2) (Higham and Mary, SIAM J. Sci. Comput. 41(5), 2019). With lambda = 8 that is 3e-14 an element; the sum is n / 4
// on average, so relative to the output scale sqrt(n) / 3 the bound is 6 n u, u = epsilon / 2.
template <class Real>
double Gemm<Real>::rounding_bound() const {
  return 3 * static_cast<double>(n_) * static_cast<double>(std::numeric_limits<Real>::epsilon());
}

template <class Real>
double Gemm<Real>::tolerance() const {
  return rounding_bound() + 0x1.0p-23;  // a probe holds floats, of the output as of the reference
}

template <class Real>
OutputCheck Gemm<Real>::verify() {
  // Double holds the products of floats exactly and vectorises; only the check of doubles needs more.
  using Wide = std::conditional_t<std::is_same_v<Real, float>, double, long double>;
  const std::uint32_t sample = 0;
  run({&sample, 1});
  OutputComparison comparison(rounding_bound(), output_scale());
  std::vector<Wide> expected(n_);
  for (std::size_t i = 0; i < n_; ++i) {
    reference_gemm_row<Wide, Real>(a_.span().subspan(i * n_, n_), b_.span(), expected);
    for (std::size_t j = 0; j < n_; ++j) {
      comparison.compare(sample, i * n_ + j, expected[j], c_.data()[i * n_ + j]);
    }
  }
  return comparison.result();
}

template class Gemm<float>;
template class Gemm<double>;

std::unique_ptr<Kernel> make_gemm(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("gemm"), parameters);
  const std::uint64_t n = given.integer("n", {1, Gemm<float>::kLargestN});
  const std::string dtype = given.choice("dtype", {"f32", "f64"});
  given.throw_if_bad();
  if (dtype == "f64") {
    return std::make_unique<Gemm<double>>(n);
  }
  return std::make_unique<Gemm<float>>(n);
}

}  // namespace assay
