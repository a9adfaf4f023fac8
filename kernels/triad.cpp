#include "kernels/triad.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "harness/quantity.hpp"
#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_target.hpp"

namespace assay {
namespace {

// |b|, |c| <= 1 and 1 <= s < 2: two roundings of at most 2^-53 each on numbers of at most 3.
constexpr double kTolerance = 2 * 3 * 0x1.0p-53;
constexpr double kProbeRounding = 0x1.0p-23;  // a probe holds floats, of the output as of the reference

// The three arrays start on different parts of a page. Where a store and a later load agree in their lowest 12 address
// bits, the load waits for the store although the lines differ (Intel, Optimization Reference Manual, "4-KByte memory
// aliasing"): from the L1 cache of a Sapphire Rapids guest 195 GB/s with the offset, 179 without.
constexpr std::size_t kPageOffset = 1344;

}  // namespace

Triad::Triad(Settings settings)
    : elements_(settings.size.count / (3 * sizeof(double)) / kTriadStep * kTriadStep), stores_(settings.stores) {
  if (settings.size < kSmallestSize) {
    throw std::invalid_argument(
        fmt::format("triad: size {} is below {}", size_text(settings.size), size_text(kSmallestSize)));
  }
  identity_ = {
      .name = "triad",
      .version = 1,
      .parameters = {{"size", size_text(traffic())}, {"stores", stores_ == Stores::Regular ? "regular" : "streaming"}},
      .facts = cache_facts(traffic(), settings.limits)};
  identity_.facts["simd"] = simd_target();
}

void Triad::prepare(std::uint64_t seed) {
  a_ = Array<double>(elements_);
  b_ = Array<double>(elements_, kPageOffset);
  c_ = Array<double>(elements_, 2 * kPageOffset);
  fill_uniform(scalars_, {seed, 0}, {1.0, 2.0});
  fill_uniform(b_.span(), {seed, 1}, {});
  fill_uniform(c_.span(), {seed, 2}, {});
  std::fill(output().begin(), output().end(), 0.0);  // first touch, so that the first run meets no page fault
}

void Triad::run(std::span<const std::uint32_t> samples) noexcept {
  triad({.a = a_.data(), .b = b_.data(), .c = c_.data(), .elements = elements_}, scalars_[samples[0]], stores_);
}

Kernel::Probe Triad::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = static_cast<float>(a_.data()[probe_position(i, elements_)]);
  }
  return found;
}

Kernel::Probe Triad::reference_probe(std::uint32_t sample) const {
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    const std::size_t at = probe_position(i, elements_);
    long double value = 0;
    reference_triad<long double, double>(b_.span().subspan(at, 1), scalars_.at(sample), c_.span().subspan(at, 1),
                                         {&value, 1});
    expected[i] = static_cast<float>(value);
  }
  return expected;
}

double Triad::tolerance() const { return kTolerance + kProbeRounding; }

OutputCheck Triad::verify() {
  const std::uint32_t sample = 0;
  run({&sample, 1});
  OutputComparison comparison(kTolerance, output_scale());
  std::vector<long double> expected(kTriadStep);
  for (std::size_t first = 0; first < elements_; first += kTriadStep) {
    reference_triad<long double, double>(b_.span().subspan(first, kTriadStep), scalars_[sample],
                                         c_.span().subspan(first, kTriadStep), expected);
    for (std::size_t i = 0; i < kTriadStep; ++i) {
      comparison.compare(sample, first + i, expected[i], a_.data()[first + i]);
    }
  }
  return comparison.result();
}

std::unique_ptr<Kernel> make_triad(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("triad"), parameters);
  const Bytes size = given.size("size", {Triad::kSmallestSize, Bytes{std::uint64_t{1} << 40}},
                                [] { return default_triad_size(memory_limits_here()); });
  const std::string stores = given.choice("stores", {"regular", "streaming"});
  given.throw_if_bad();
  return std::make_unique<Triad>(Triad::Settings{.size = size,
                                                 .stores = stores == "regular" ? Stores::Regular : Stores::Streaming,
                                                 .limits = memory_limits_here()});
}

}  // namespace assay
