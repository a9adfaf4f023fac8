#include "kernels/gather.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "harness/quantity.hpp"
#include "harness/random_bits.hpp"
#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_target.hpp"

namespace assay {
namespace {

constexpr Bytes kRowStep{kGatherRowStep * sizeof(float)};

// As many sets of rows as it takes to pick each row once on average: fewer would keep their rows in a cache that the
// table does not fit. More than the highest number would take longer to fill than to measure.
std::size_t samples_for(std::size_t rows, std::size_t lookups) {
  return std::clamp<std::size_t>(rows / lookups, 16, 65536);
}

}  // namespace

Gather::Gather(Settings settings) : settings_(settings) {
  const Bytes row = settings.row;
  if (row.count == 0 || row > kLargestRow || row.count % kRowStep.count != 0) {
    throw std::invalid_argument(fmt::format("gather: row {} is not a multiple of {} up to {}", size_text(row),
                                            size_text(kRowStep), size_text(kLargestRow)));
  }
  if (settings.lookups < 2 || settings.lookups > kMostLookups) {
    throw std::invalid_argument(
        fmt::format("gather: {} lookups are outside the range from 2 to {}", settings.lookups, kMostLookups));
  }
  rows_ = settings.size.count / row.count;
  if (rows_ < kSmallestRows || settings.size > kLargestSize) {
    throw std::invalid_argument(fmt::format("gather: size {} is outside the range from {} to {}",
                                            size_text(settings.size), size_text(row * kSmallestRows),
                                            size_text(kLargestSize)));
  }
  samples_ = samples_for(rows_, settings.lookups);
  const Bytes size = row * rows_;
  identity_ = {.name = "gather",
               .version = 1,
               .parameters = {{"size", size_text(size)},
                              {"row", std::to_string(row.count)},
                              {"lookups", std::to_string(settings.lookups)}},
               .facts = cache_facts(size, settings.limits)};
  identity_.facts["simd"] = simd_target();
}

Bytes Gather::traffic() const {
  return settings_.row * (settings_.lookups + 1) + Bytes{settings_.lookups * sizeof(std::uint32_t)};
}

Bytes Gather::memory_per_worker() const {
  const Bytes held = settings_.row * (rows_ + 1) + Bytes{samples_ * settings_.lookups * sizeof(std::uint32_t)};
  return std::max(held, traffic());
}

void Gather::prepare(std::uint64_t seed) {
  table_ = Array<float>(rows_ * width());
  output_ = Array<float>(width());
  indices_ = Array<std::uint32_t>(samples_ * settings_.lookups);
  fill_uniform(table_.span(), {seed, 0}, {});
  std::fill(output().begin(), output().end(), 0.0F);
  RandomBits random(split_mix(seed));
  for (std::uint32_t& index : indices_.span()) {
    index = static_cast<std::uint32_t>(random.below(rows_));
  }
  next_ = 0;
}

std::span<const std::uint32_t> Gather::indices_of(std::uint32_t sample) const {
  return indices_.span().subspan(sample * settings_.lookups, settings_.lookups);
}

void Gather::run(std::span<const std::uint32_t> samples) noexcept {
  gather_sum(table(), indices_of(samples[0]), output_.data());
}

void Gather::repeat(std::uint64_t iterations) noexcept {
  for (std::uint64_t i = 0; i < iterations; ++i) {
    run({&next_, 1});
    next_ = next_ + 1 == samples_ ? 0 : next_ + 1;
  }
}

Kernel::Probe Gather::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = output_.data()[probe_position(i, width())];
  }
  return found;
}

Kernel::Probe Gather::reference_probe(std::uint32_t sample) const {
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    expected[i] =
        static_cast<float>(reference_gather<long double>(table(), indices_of(sample), probe_position(i, width())));
  }
  return expected;
}

// Values in [-1, 1): a partial sum of k of them is at most k and rounds by at most k u, u = 2^-24; all n together by at
// most n^2 u / 2, against a typical sum of sqrt(n / 3).
double Gather::tolerance() const {
  const auto n = static_cast<double>(settings_.lookups);
  return n * n / 2 * 0x1.0p-24 / output_scale() + 0x1.0p-23;  // a probe holds floats, of the reference too
}

double Gather::output_scale() const { return std::max(1.0, std::sqrt(static_cast<double>(settings_.lookups) / 3)); }

OutputCheck Gather::verify() {
  OutputComparison comparison(tolerance(), output_scale());
  for (std::uint32_t sample = 0; sample < 2; ++sample) {  // neighbours, so that a set taken for another one shows
    run({&sample, 1});
    for (std::size_t i = 0; i < width(); ++i) {
      comparison.compare(sample, i, reference_gather<long double>(table(), indices_of(sample), i),
                         static_cast<long double>(output_.data()[i]));
    }
  }
  return comparison.result();
}

std::unique_ptr<Kernel> make_gather(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("gather"), parameters);
  Gather::Settings settings{.limits = memory_limits_here()};
  settings.row = {given.integer("row", {kRowStep.count, Gather::kLargestRow.count, kRowStep.count})};
  settings.lookups = given.integer("lookups", {2, Gather::kMostLookups});
  settings.size = given.size("size", {settings.row * Gather::kSmallestRows, Gather::kLargestSize},
                             [] { return default_triad_size(memory_limits_here()); });
  given.throw_if_bad();
  return std::make_unique<Gather>(settings);
}

}  // namespace assay
