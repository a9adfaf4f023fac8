#include "kernels/gemm.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "kernels/gemm_choice.hpp"
#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"

namespace assay {
namespace {

double mean_square(UniformRange range) {
  return (std::pow(range.highest, 3) - std::pow(range.lowest, 3)) / (3 * (range.highest - range.lowest));
}

/// The version of a library that was asked for by name.
std::string version_or_throw(const GemmLibrary& library, GemmType type) {
  const Reading<std::string> offer = library.offer(type);
  if (!offer) {
    throw std::invalid_argument(
        fmt::format("gemm: library={} cannot be had for dtype={}: {}{}; library=auto takes the "
                    "fastest that is here",
                    library.name, name_of(type), offer.reason(),
                    library.package.empty() ? "" : fmt::format(" (package {})", library.package)));
  }
  return *offer;
}

}  // namespace

template <class Element>
Gemm<Element>::Gemm(std::size_t n, std::string_view library) : n_(n) {
  if (n < 1 || n > kLargestN) {
    throw std::invalid_argument(fmt::format("gemm: n = {} is outside the range from 1 to {}", n, kLargestN));
  }
  constexpr GemmType kType = GemmElements<Element>::kType;
  std::map<std::string, std::string> facts;
  if (library == "auto") {
    const LibraryChoice choice = choose_gemm_library(kType, n);
    library_ = &gemm_library(choice.library);
    facts["choice"] = choice.figures;
    if (const std::string absent = absent_gemm_libraries(kType); !absent.empty()) {
      facts["not_in_choice"] = absent;
    }
  } else {
    library_ = &gemm_library(library);
  }
  facts["implementation"] = version_or_throw(*library_, kType);
  identity_ = {.name = "gemm",
               .version = 1,
               .parameters = {{"n", std::to_string(n)},
                              {"dtype", std::string(name_of(kType))},
                              {"library", std::string(library_->name)}},
               .facts = facts};
}

template <class Element>
Bytes Gemm<Element>::memory_per_worker() const {
  return Bytes{(kSamples * sizeof(Element) + sizeof(B) + sizeof(C)) * n_ * n_} +
         library_->workspace(GemmElements<Element>::kType, n_);
}

template <class Element>
void Gemm<Element>::prepare(std::uint64_t seed) {
  routine_ = library_->routine(GemmElements<Element>::kType, n_);
  a_ = Array<Element>(kSamples * n_ * n_);
  b_ = Array<B>(n_ * n_);
  c_ = Array<C>(n_ * n_);
  fill_uniform(a_.span(), {seed, 0}, GemmElements<Element>::kRangeA);
  fill_uniform(b_.span(), {seed, 1}, GemmElements<Element>::kRangeB);
  const std::uint32_t sample = 0;
  Gemm::run({&sample, 1});  // touches C and lets the library take its packing buffer before anything is measured
}

template <class Element>
void Gemm<Element>::run(std::span<const std::uint32_t> samples) noexcept {
  routine_->multiply(a_.data() + samples[0] * n_ * n_, b_.data(), c_.data());
}

template <class Element>
Kernel::Probe Gemm<Element>::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = static_cast<float>(c_.data()[probe_position(i, n_ * n_)]);
  }
  return found;
}

template <class Element>
Kernel::Probe Gemm<Element>::reference_probe(std::uint32_t sample) const {
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    const std::size_t at = probe_position(i, n_ * n_);
    const Element* const row = a_.span().subspan((sample * n_ + at / n_) * n_, n_).data();
    long double sum = 0;
    for (std::size_t k = 0; k < n_; ++k) {
      sum += static_cast<long double>(gemm_number(row[k])) *
             static_cast<long double>(gemm_number(b_.data()[k * n_ + at % n_]));
    }
    expected[i] = static_cast<float>(sum);
  }
  return expected;
}

template <class Element>
double Gemm<Element>::output_scale() const {
  using Types = GemmElements<Element>;
  return std::sqrt(static_cast<double>(n_) * mean_square(Types::kRangeA) * mean_square(Types::kRangeB));
}

// The error of a dot product of length n is at most lambda sqrt(n) u sum |a||b| except with probability 2 exp(-lambda^2
// / 2) (Higham and Mary, SIAM J. Sci. Comput. 41(5), 2019). With lambda = 8 that is 3e-14 an element; the sum is n / 4
// on average, so relative to the output scale sqrt(n) / 3 the bound is 6 n u, u = epsilon / 2. The product of two
// bfloat16 is an exact float. Whole numbers are exact.
template <class Element>
double Gemm<Element>::rounding_bound() const {
  if constexpr (std::is_integral_v<Element>) {
    return 0.0;
  } else {
    return 3 * static_cast<double>(n_) * static_cast<double>(std::numeric_limits<C>::epsilon());
  }
}

// A probe holds floats, of the output as of the reference; the sums of bytes stay below 2^24 = 2048 x 128 x 64.
template <class Element>
double Gemm<Element>::tolerance() const {
  return std::is_integral_v<Element> ? 0.0 : rounding_bound() + 0x1.0p-23;
}

template <class Element>
OutputCheck Gemm<Element>::verify() {
  // Double holds the products of floats and of bytes exactly and vectorises; only the check of doubles needs more.
  using Wide = std::conditional_t<std::is_same_v<Element, double>, long double, double>;
  const std::uint32_t sample = 0;
  run({&sample, 1});
  OutputComparison comparison(rounding_bound(), output_scale());
  std::vector<Wide> expected(n_);
  for (std::size_t i = 0; i < n_; ++i) {
    reference_gemm_row<Wide, Element, B>(a_.span().subspan(i * n_, n_), b_.span(), expected);
    for (std::size_t j = 0; j < n_; ++j) {
      comparison.compare(sample, i * n_ + j, expected[j], static_cast<long double>(c_.data()[i * n_ + j]));
    }
  }
  return comparison.result();
}

template class Gemm<float>;
template class Gemm<double>;
template class Gemm<BFloat16>;
template class Gemm<std::uint8_t>;
template class Gemm<std::int8_t>;

std::unique_ptr<Kernel> make_gemm(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("gemm"), parameters);
  const std::uint64_t n = given.integer("n", {1, Gemm<float>::kLargestN});
  const std::string dtype = given.choice("dtype", {"f32", "f64", "bf16", "i8", "s8"});
  const std::string library = given.choice("library", {"auto", "openblas", "blis", "onednn", "xsmm", "own"});
  given.throw_if_bad();
  if (dtype == "f64") {
    return std::make_unique<Gemm<double>>(n, library);
  }
  if (dtype == "bf16") {
    return std::make_unique<Gemm<BFloat16>>(n, library);
  }
  if (dtype == "i8") {
    return std::make_unique<Gemm<std::uint8_t>>(n, library);
  }
  if (dtype == "s8") {
    return std::make_unique<Gemm<std::int8_t>>(n, library);
  }
  return std::make_unique<Gemm<float>>(n, library);
}

}  // namespace assay
