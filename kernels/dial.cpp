#include "kernels/dial.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "harness/quantity.hpp"
#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_choice.hpp"

namespace assay {
namespace {

// A chain x <- x factor + v with v in [1, 2) and 1 - factor = 1/d stays in [d, 2d). d is 1024 for sample 0 and less for
// the others, at least 512: large enough that the result depends on thousands of loads, small enough that rounding
// errors stay far below what a wrong load would do.
constexpr double kDecay = 1.0 / 1024;

// After this many steps of a chain less than 2^-64 is left of what was there before.
constexpr std::size_t kMemorySteps = 46'000;

double factor_of(std::uint32_t sample, std::size_t samples) {
  return 1.0 - kDecay * (1.0 + static_cast<double>(sample) / static_cast<double>(samples));
}

std::size_t setting_of(double intensity) {
  const auto* const found = std::find(kDialIntensities.begin(), kDialIntensities.end(), intensity);
  if (found == kDialIntensities.end()) {
    throw std::invalid_argument(
        fmt::format("dial: intensity {} is not one of: {}", intensity, fmt::join(kDialIntensities, ", ")));
  }
  return static_cast<std::size_t>(found - kDialIntensities.begin());
}

template <class Real>
DialLoop<Real> loop_of(const DialLoopChoice& choice) {
  if constexpr (std::is_same_v<Real, float>) {
    return find_dial_loop_f32(choice);
  } else {
    return find_dial_loop_f64(choice);
  }
}

template <class Real>
std::size_t elements_of(const typename Dial<Real>::Settings& settings) {
  return settings.size.count / sizeof(Real) / kDialStep<Real> * kDialStep<Real>;
}

}  // namespace

std::span<const double> dial_intensities() { return kDialIntensities; }

template <class Real>
Dial<Real>::Dial(Settings settings) : settings_(std::move(settings)), setting_(setting_of(settings_.intensity)) {
  if (settings_.size < smallest_size()) {
    throw std::invalid_argument(
        fmt::format("dial: size {} is below {}", size_text(settings_.size), size_text(smallest_size())));
  }
  elements_ = elements_of<Real>(settings_);
  const SimdChoice simd = simd_choice(settings_.simd);
  loop_ = loop_of<Real>({.target = simd.target, .setting = setting_});
  if (settings_.memory != nullptr) {
    settings_.pages = settings_.memory->pages();
    if (settings_.memory->zones().sources < zones_of(settings_).sources) {
      throw std::invalid_argument(fmt::format("dial: size {} does not fit the shared memory of {} to read",
                                              size_text(traffic()), size_text(settings_.memory->zones().sources)));
    }
  }
  const std::size_t window =
      std::max(kWindowBytes / sizeof(Real) / kDialStep<Real>, std::uint64_t{1}) * kDialStep<Real>;
  window_ = RollingWindow(elements_, traffic().count <= 2 * kWindowBytes ? elements_ : window);
  identity_ = {.name = "dial",
               .version = 1,
               .parameters = {{"intensity", fmt::format("{}", settings_.intensity)},
                              {"dtype", std::is_same_v<Real, float> ? "f32" : "f64"},
                              {"size", size_text(traffic())},
                              {"pages", std::string(name_of(settings_.pages))},
                              {"simd", simd.name}},
               .facts = cache_facts(traffic(), settings_.limits)};
}

template <class Real>
StreamZones Dial<Real>::zones_of(const Settings& settings) {
  return {.destination = {}, .sources = StreamMemory::sources_for(1, {sizeof(Real) * elements_of<Real>(settings)})};
}

template <class Real>
Bytes Dial<Real>::memory_per_worker() const {
  return StreamMemory::total(zones_of(settings_), settings_.pages);
}

template <class Real>
Flops Dial<Real>::work_of(std::size_t elements) const {
  return {dial_eighths<Real>(setting_) * elements / 4};
}

template <class Real>
void Dial<Real>::prepare(std::uint64_t seed) {
  if (settings_.memory == nullptr) {
    settings_.memory = std::make_shared<StreamMemory>(zones_of(settings_), settings_.pages, settings_.numa_node);
  }
  settings_.memory->fill(seed);
  fill_uniform(seeds_, {seed, 0}, {0.5 / kDecay, 2 / kDecay});
  source_ = settings_.memory->template source<Real>(0, {sizeof(Real) * elements_});
  state_ = seeds_;
  identity_.facts["huge_pages"] = settings_.memory->huge_pages_text();
}

template <class Real>
DialPass<Real> Dial<Real>::pass(std::size_t first, std::size_t count, std::uint32_t sample) const noexcept {
  return {
      .source = source_.data() + first, .elements = count, .factor = static_cast<Real>(factor_of(sample, kSamples))};
}

template <class Real>
void Dial<Real>::run(std::span<const std::uint32_t> samples) noexcept {
  state_ = seeds_;
  DialPass<Real> whole = pass(0, elements_, samples[0]);
  whole.state = state_.data();
  loop_.run(whole);
}

template <class Real>
void Dial<Real>::repeat(std::uint64_t iterations) noexcept {
  window_.advance(iterations, [this](std::size_t first, std::size_t count, std::uint64_t passes) {
    DialPass<Real> part = pass(first, count, 0);
    part.passes = passes;
    part.state = state_.data();
    loop_.run(part);
  });
}

template <class Real>
RepeatStep Dial<Real>::repeat_step() const {
  const Bytes bytes{sizeof(Real) * window_.window()};
  return {.work = work_of(window_.window()), .traffic = bytes, .bus_traffic = bytes};
}

template <class Real>
std::vector<long double> Dial<Real>::expected(std::uint32_t sample) const {
  const DialShape& shape = loop_.shape;
  const std::size_t block = shape.block_loads * shape.lanes;
  // Only blocks of which a trace is left: the whole of a small range, the end of one that would take long.
  const std::size_t steps = dial_eighths<Real>(setting_) * shape.block_loads / 8;
  const std::size_t needed = kMemorySteps * shape.chains / std::max<std::size_t>(steps, 1) + 1;
  const std::size_t blocks = std::min(elements_ / block, needed);
  std::vector<long double> state(seeds_.begin(), seeds_.begin() + static_cast<std::ptrdiff_t>(chains()));
  reference_dial<long double, Real>(pass(elements_ - blocks * block, blocks * block, sample), shape,
                                    dial_eighths<Real>(setting_), state);
  return state;
}

template <class Real>
Kernel::Probe Dial<Real>::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = static_cast<float>(state_[probe_position(i, chains())]);
  }
  return found;
}

template <class Real>
Kernel::Probe Dial<Real>::reference_probe(std::uint32_t sample) const {
  const std::vector<long double> state = expected(sample);
  Probe values{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    values[i] = static_cast<float>(state[probe_position(i, chains())]);
  }
  return values;
}

// A step rounds numbers below 2d once, or twice where the processor has no fused multiply-add: by at most 4 d u in all,
// u = epsilon / 2. A later step keeps a share 1 - 1/d of an error, so at most d of them add up, 4 d^2 u, against
// results of at least d / 2.
template <class Real>
double Dial<Real>::tolerance() const {
  constexpr double kUnit = static_cast<double>(std::numeric_limits<Real>::epsilon()) / 2;
  return 8 * kUnit / kDecay + 0x1.0p-23;  // a probe holds floats, of the output as of the reference
}

template <class Real>
OutputCheck Dial<Real>::verify() {
  const std::uint32_t sample = 0;
  run({&sample, 1});
  const std::vector<long double> state = expected(sample);
  OutputComparison comparison(tolerance(), output_scale());
  for (std::size_t i = 0; i < state.size(); ++i) {
    comparison.compare(sample, i, state[i], static_cast<long double>(state_[i]));
  }
  return comparison.result();
}

template class Dial<float>;
template class Dial<double>;

template <class Real>
typename Dial<Real>::Settings dial_settings(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("dial"), parameters);
  std::vector<std::string> intensities;
  intensities.reserve(kDialIntensities.size());
  for (const double intensity : kDialIntensities) {
    intensities.push_back(fmt::format("{}", intensity));
  }
  const std::string intensity = given.choice("intensity", std::span<const std::string>(intensities));
  const auto setting =
      static_cast<std::size_t>(std::find(intensities.begin(), intensities.end(), intensity) - intensities.begin());
  (void)given.choice("dtype", {"f64", "f32"});
  typename Dial<Real>::Settings settings{.intensity = kDialIntensities.at(setting), .limits = memory_limits_here()};
  settings.size = given.size("size", {Dial<Real>::smallest_size(), Bytes{std::uint64_t{1} << 40}},
                             [] { return default_triad_size(memory_limits_here()); });
  settings.pages = given.choice("pages", {"huge", "small"}) == "huge" ? Pages::huge : Pages::small;
  settings.simd = given.choice("simd", simd_parameter_values());
  given.throw_if_bad();
  return settings;
}

template Dial<float>::Settings dial_settings<float>(const std::map<std::string, std::string>& parameters);
template Dial<double>::Settings dial_settings<double>(const std::map<std::string, std::string>& parameters);

std::unique_ptr<Kernel> make_dial(const std::map<std::string, std::string>& parameters) {
  const auto dtype = parameters.find("dtype");
  if (dtype != parameters.end() && dtype->second == "f32") {
    return std::make_unique<Dial<float>>(dial_settings<float>(parameters));
  }
  return std::make_unique<Dial<double>>(dial_settings<double>(parameters));
}

}  // namespace assay
