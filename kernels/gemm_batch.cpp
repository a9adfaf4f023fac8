#include "kernels/gemm_batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "kernels/gemm.hpp"
#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/library_race.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_target.hpp"

namespace assay {
namespace {

/// The products of a batch, by LIBXSMM's code where there is one.
template <class Real>
void multiply(const GemmBatchProduct<Real>& batch, XsmmKernel<Real> xsmm) {
  if (xsmm == nullptr) {
    gemm_batch(batch);
    return;
  }
  for (std::size_t at = 0; at < batch.count * batch.n * batch.n; at += batch.n * batch.n) {
    xsmm(batch.b + at, batch.a + at, batch.c + at);
  }
}

template <class Real>
struct Operands {
  explicit Operands(std::size_t size) : a(size), b(size), c(size) {
    fill_uniform(a.span(), {1, 0}, {});
    fill_uniform(b.span(), {1, 1}, {});
  }
  Array<Real> a;
  Array<Real> b;
  Array<Real> c;
};

template <class Real>
XsmmKernel<Real> xsmm_product(std::size_t n) {
  return xsmm_kernel<Real>({.rows = n, .columns = n, .depth = n, .c_row_length = n});
}

template <class Real>
LibraryChoice choose(const typename GemmBatch<Real>::Shape& shape, Flops work) {
  const auto subject =
      fmt::format("gemm_batch {} {} {}", std::is_same_v<Real, float> ? "f32" : "f64", shape.n, shape.count);
  return choose_library(subject, work, WorkUnit::flop, [&] {
    const auto operands = std::make_shared<Operands<Real>>(shape.count * shape.n * shape.n);
    const auto entrant = [&](const char* name, XsmmKernel<Real> xsmm) {
      const GemmBatchProduct<Real> batch{.n = shape.n,
                                         .count = shape.count,
                                         .a = operands->a.data(),
                                         .b = operands->b.data(),
                                         .c = operands->c.data()};
      return RaceEntrant{name, [operands, batch, xsmm](std::uint64_t iterations) {
                           for (std::uint64_t i = 0; i < iterations; ++i) {
                             multiply(batch, xsmm);
                           }
                         }};
    };
    std::vector<RaceEntrant> entrants;
    if (xsmm_version()) {
      entrants.push_back(entrant("xsmm", xsmm_product<Real>(shape.n)));
    }
    entrants.push_back(entrant("own", nullptr));
    return entrants;
  });
}

}  // namespace

template <class Real>
GemmBatch<Real>::GemmBatch(Shape shape, std::string_view library) : shape_(shape) {
  if (shape.n < kBatchStep || shape.n > kLargestN || shape.n % kBatchStep != 0 || shape.count < 1 ||
      shape.count > kMostProducts) {
    throw std::invalid_argument(
        fmt::format("gemm_batch: n {} must be a multiple of {} up to {} and count {} in the range from 1 to {}",
                    shape.n, kBatchStep, kLargestN, shape.count, kMostProducts));
  }
  std::map<std::string, std::string> facts;
  std::string chosen(library);
  if (library == "auto") {
    const LibraryChoice choice = choose<Real>(shape, GemmBatch::work());
    chosen = choice.library;
    facts["choice"] = choice.figures;
    if (!xsmm_version()) {
      facts["not_in_choice"] = "xsmm: " + xsmm_version().reason();
    }
  }
  if (chosen == "xsmm") {
    if (!xsmm_version()) {
      throw std::invalid_argument(
          fmt::format("gemm_batch: library=xsmm cannot be had: {}; library=auto takes the fastest that is here",
                      xsmm_version().reason()));
    }
    xsmm_ = xsmm_product<Real>(shape.n);
  }
  facts["implementation"] = chosen == "xsmm" ? *xsmm_version() : "own code, " + simd_target();
  identity_ = {.name = "gemm_batch",
               .version = 1,
               .parameters = {{"n", std::to_string(shape.n)},
                              {"count", std::to_string(shape.count)},
                              {"dtype", std::is_same_v<Real, float> ? "f32" : "f64"},
                              {"library", chosen}},
               .facts = facts};
}

template <class Real>
void GemmBatch<Real>::prepare(std::uint64_t seed) {
  a_ = Array<Real>(kSamples * batch_size());
  b_ = Array<Real>(batch_size());
  c_ = Array<Real>(batch_size());
  fill_uniform(a_.span(), {seed, 0}, {});
  fill_uniform(b_.span(), {seed, 1}, {});
  std::fill(c_.span().begin(), c_.span().end(), Real{0});
}

template <class Real>
void GemmBatch<Real>::run(std::span<const std::uint32_t> samples) noexcept {
  multiply<Real>({.n = shape_.n,
                  .count = shape_.count,
                  .a = a_.data() + samples[0] * batch_size(),
                  .b = b_.data(),
                  .c = c_.data()},
                 xsmm_);
}

template <class Real>
Kernel::Probe GemmBatch<Real>::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = static_cast<float>(c_.data()[probe_position(i, batch_size())]);
  }
  return found;
}

template <class Real>
Kernel::Probe GemmBatch<Real>::reference_probe(std::uint32_t sample) const {
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    const std::size_t at = probe_position(i, batch_size());
    const std::size_t row = at / shape_.n;  // of all products together
    const Real* const a = a_.data() + sample * batch_size() + row * shape_.n;
    const Real* const b = b_.data() + row / shape_.n * shape_.n * shape_.n + at % shape_.n;
    long double sum = 0;
    for (std::size_t k = 0; k < shape_.n; ++k) {
      sum += static_cast<long double>(a[k]) * static_cast<long double>(b[k * shape_.n]);
    }
    expected[i] = static_cast<float>(sum);
  }
  return expected;
}

template <class Real>
double GemmBatch<Real>::output_scale() const {
  return std::sqrt(static_cast<double>(shape_.n)) / 3;
}

// As for one GEMM (gemm.cpp): 6 n u, u = epsilon / 2; a probe holds floats, of the output as of the reference.
template <class Real>
double GemmBatch<Real>::tolerance() const {
  return 3 * static_cast<double>(shape_.n) * static_cast<double>(std::numeric_limits<Real>::epsilon()) + 0x1.0p-23;
}

template <class Real>
OutputCheck GemmBatch<Real>::verify() {
  using Wide = std::conditional_t<std::is_same_v<Real, float>, double, long double>;
  const std::uint32_t sample = 0;
  run({&sample, 1});
  OutputComparison comparison(tolerance() - 0x1.0p-23, output_scale());
  std::vector<Wide> expected(shape_.n);
  const std::size_t matrix = shape_.n * shape_.n;
  for (std::size_t row = 0; row < shape_.count * shape_.n; ++row) {
    reference_gemm_row<Wide, Real, Real>(a_.span().subspan(row * shape_.n, shape_.n),
                                         b_.span().subspan(row / shape_.n * matrix, matrix), expected);
    for (std::size_t j = 0; j < shape_.n; ++j) {
      const std::size_t at = row * shape_.n + j;
      comparison.compare(sample, at, expected[j], c_.data()[at]);
    }
  }
  return comparison.result();
}

template class GemmBatch<float>;
template class GemmBatch<double>;

std::unique_ptr<Kernel> make_gemm_batch(const std::map<std::string, std::string>& parameters) {
  using Limits = GemmBatch<float>;
  KernelParameters given(*find_kernel("gemm_batch"), parameters);
  const std::uint64_t n = given.integer("n", {kBatchStep, Limits::kLargestN, kBatchStep});
  const std::uint64_t count = given.integer("count", {1, Limits::kMostProducts});
  const std::string dtype = given.choice("dtype", {"f32", "f64"});
  const std::string library = given.choice("library", {"auto", "xsmm", "own"});
  given.throw_if_bad();
  if (dtype == "f64") {
    return std::make_unique<GemmBatch<double>>(GemmBatch<double>::Shape{.n = n, .count = count}, library);
  }
  return std::make_unique<GemmBatch<float>>(GemmBatch<float>::Shape{.n = n, .count = count}, library);
}

}  // namespace assay
