#include "kernels/stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include "harness/quantity.hpp"
#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_choice.hpp"

namespace assay {
namespace {

constexpr double kProbeRounding = 0x1.0p-23;  // a probe holds floats, of the output as of the reference

std::size_t arrays_of(StreamMix mix, std::size_t streams) {
  return facts_of(mix).sources() * streams + facts_of(mix).writes;
}

std::size_t elements_of(const Stream::Settings& settings) {
  return settings.size.count / (sizeof(double) * arrays_of(settings.mix, settings.streams)) / kStreamStep * kStreamStep;
}

std::uint64_t checksum_of(std::span<const std::span<const double>> sources) {
  std::uint64_t checksum = 0;
  for (const std::span<const double> source : sources) {
    checksum ^= reference_checksum(source);
  }
  return checksum;
}

Kernel::Probe bytes_of(std::uint64_t checksum) {
  Kernel::Probe bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<float>((checksum >> (8 * i)) & 0xffU);
  }
  return bytes;
}

KernelIdentity identity_of(const Stream::Settings& settings, const std::string& simd, Bytes size) {
  KernelIdentity identity{.name = settings.entry,
                          .version = 1,
                          .parameters = {{"size", size_text(size)}, {"stores", std::string(name_of(settings.stores))}},
                          .facts = cache_facts(size, settings.limits)};
  if (settings.entry == "triad") {
    identity.facts["simd"] = simd;
  } else {
    identity.parameters["mix"] = name_of(settings.mix);
    identity.parameters["streams"] = std::to_string(settings.streams);
    identity.parameters["pages"] = name_of(settings.pages);
    identity.parameters["simd"] = simd;
  }
  return identity;
}

StreamLoop loop_of(const Stream::Settings& settings, std::int64_t target) {
  const StreamLoop loop =
      find_stream_loop({.target = target, .mix = settings.mix, .streams = settings.streams, .stores = settings.stores});
  if (loop != nullptr) {
    return loop;
  }
  if (settings.mix != StreamMix::load && settings.streams != 1) {
    throw std::invalid_argument(fmt::format("{}: streams={} needs mix=load; {} has streams=1", settings.entry,
                                            settings.streams, name_of(settings.mix)));
  }
  if (settings.mix == StreamMix::load && settings.stores == Stores::streaming) {
    throw std::invalid_argument(
        fmt::format("{}: stores=streaming needs a mix that stores; load has stores=regular", settings.entry));
  }
  if (facts_of(settings.mix).in_place && settings.stores == Stores::streaming) {
    throw std::invalid_argument(
        fmt::format("{}: stores=streaming needs a mix that stores elsewhere than it loads; {} has stores=regular",
                    settings.entry, name_of(settings.mix)));
  }
  throw std::invalid_argument(
      fmt::format("{}: no loop for mix={} streams={} stores={} with simd={} on this processor; try stores=regular",
                  settings.entry, name_of(settings.mix), settings.streams, name_of(settings.stores), settings.simd));
}

}  // namespace

Stream::Stream(Settings settings) : settings_(std::move(settings)), elements_(elements_of(settings_)) {
  const SimdChoice simd = simd_choice(settings_.simd);
  loop_ = loop_of(settings_, simd.target);
  const Bytes smallest = smallest_size(settings_.mix, settings_.streams);
  if (settings_.size < smallest) {
    throw std::invalid_argument(
        fmt::format("{}: size {} is below {}", settings_.entry, size_text(settings_.size), size_text(smallest)));
  }
  const StreamZones needed = zones_of(settings_);
  if (settings_.memory != nullptr && (settings_.memory->zones().destination < needed.destination ||
                                      settings_.memory->zones().sources < needed.sources)) {
    throw std::invalid_argument(fmt::format("{}: size {} does not fit the shared memory of {} to write and {} to read",
                                            settings_.entry, size_text(operands()),
                                            size_text(settings_.memory->zones().destination),
                                            size_text(settings_.memory->zones().sources)));
  }
  if (settings_.memory != nullptr) {
    settings_.pages = settings_.memory->pages();
  }
  const std::size_t window = kWindowBytes / (sizeof(double) * arrays()) / kStreamStep * kStreamStep;
  window_ = RollingWindow(elements_, operands().count <= 2 * kWindowBytes ? elements_ : window);
  identity_ = identity_of(settings_, simd.name, operands());
}

Bytes Stream::smallest_size(StreamMix mix, std::size_t streams) {
  return {sizeof(double) * kStreamStep * arrays_of(mix, streams)};
}

StreamZones Stream::zones_of(const Settings& settings) {
  const Bytes array{sizeof(double) * elements_of(settings)};
  return {.destination = array * facts_of(settings.mix).writes,
          .sources = StreamMemory::sources_for(facts_of(settings.mix).sources() * settings.streams, array)};
}

std::size_t Stream::arrays() const { return arrays_of(settings_.mix, settings_.streams); }

Bytes Stream::traffic_of(std::size_t elements) const {
  const StreamMixFacts facts = facts_of(settings_.mix);
  return {(facts.reads * settings_.streams + facts.writes) * sizeof(double) * elements};
}

Bytes Stream::bus_traffic_of(std::size_t elements) const {
  const StreamMixFacts facts = facts_of(settings_.mix);
  const std::size_t allocated = settings_.stores == Stores::regular && !facts.in_place ? facts.writes : 0;
  return traffic_of(elements) + Bytes{allocated * sizeof(double) * elements};
}

Bytes Stream::memory_per_worker() const { return StreamMemory::total(zones_of(settings_), settings_.pages); }

void Stream::prepare(std::uint64_t seed) {
  if (settings_.memory == nullptr) {
    settings_.memory = std::make_shared<StreamMemory>(zones_of(settings_), settings_.pages, settings_.numa_node);
  }
  settings_.memory->fill(seed);
  fill_uniform(scalars_, {seed, 0}, {1.0, 2.0});
  if (facts_of(settings_.mix).writes > 0) {
    destination_ = settings_.memory->destination<double>().first(elements_);
  }
  for (std::size_t i = 0; i < facts_of(settings_.mix).sources() * settings_.streams; ++i) {
    sources_[i] = settings_.memory->source<double>(i, {sizeof(double) * elements_});
  }
  identity_.facts["huge_pages"] = settings_.memory->huge_pages_text();
}

std::uint64_t Stream::pass(std::size_t first, std::size_t count, std::uint64_t passes, double scalar) noexcept {
  StreamPass pass{.destination = destination_.empty() ? nullptr : destination_.data() + first,
                  .elements = count,
                  .scalar = scalar,
                  .passes = passes};
  for (std::size_t i = 0; i < sources_.size() && !sources_[i].empty(); ++i) {
    pass.sources[i] = sources_[i].data() + first;
  }
  return loop_(pass);
}

void Stream::run(std::span<const std::uint32_t> samples) noexcept {
  if (facts_of(settings_.mix).in_place) {
    plant(destination_, samples[0]);
  }
  checksum_ = pass(0, elements_, 1, scalar_of(samples[0]));
}

double Stream::scalar_of(std::uint32_t sample) const {
  return facts_of(settings_.mix).in_place ? -1.0 : scalars_[sample];
}

double Stream::planted(std::size_t probe_element, std::uint32_t sample) const noexcept {
  return scalars_[sample] + static_cast<double>(probe_element);
}

void Stream::plant(std::span<double> operand, std::uint32_t sample) const noexcept {
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    operand[probe_position(i, elements_)] = planted(i, sample);
  }
}

void Stream::repeat(std::uint64_t iterations) noexcept {
  window_.advance(iterations, [this](std::size_t first, std::size_t count, std::uint64_t passes) {
    checksum_ = pass(first, count, passes, scalar_of(0));
  });
}

RepeatStep Stream::repeat_step() const {
  const std::size_t elements = window_.window();
  return {.work = {facts_of(settings_.mix).flops * elements},
          .traffic = traffic_of(elements),
          .bus_traffic = bus_traffic_of(elements)};
}

long double Stream::expected_at(std::size_t element, double scalar) const {
  const auto at = [element](std::span<const double> values) { return values.empty() ? 0.0 : values[element]; };
  return reference_stream<long double>(settings_.mix, at(sources_[0]), at(sources_[1]), scalar);
}

Kernel::Probe Stream::probe(std::size_t /*slot*/) const noexcept {
  if (settings_.mix == StreamMix::load) {
    return bytes_of(checksum_);
  }
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = static_cast<float>(destination_[probe_position(i, elements_)]);
  }
  return found;
}

Kernel::Probe Stream::reference_probe(std::uint32_t sample) const {
  if (settings_.mix == StreamMix::load) {
    return bytes_of(checksum_of(sources_));
  }
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    expected[i] = static_cast<float>(
        facts_of(settings_.mix).in_place
            ? reference_stream<long double>(settings_.mix, planted(i, sample), 0.0, scalar_of(sample))
            : expected_at(probe_position(i, elements_), scalars_.at(sample)));
  }
  return expected;
}

// Operands are in [1, 2) and all signs positive (an update rounds nothing): each flop rounds by at most 2^-53 of the
// result, or of less. Half as much again covers the products of these terms.
double Stream::rounding_bound() const { return 1.5 * 0x1.0p-53 * static_cast<double>(facts_of(settings_.mix).flops); }

double Stream::tolerance() const { return settings_.mix == StreamMix::load ? 0.0 : rounding_bound() + kProbeRounding; }

// What the operand was is a formula, so that checking needs no copy of it. The period is a prime: an element of another
// block or vector is another number.
OutputCheck Stream::verify_update() {
  constexpr std::size_t kPeriod = 1021;
  const auto before = [](std::size_t i) { return 1.0 + static_cast<double>(i % kPeriod) / kPeriod; };
  const std::uint32_t sample = 0;
  for (std::size_t i = 0; i < elements_; ++i) {
    destination_[i] = before(i);
  }
  run({&sample, 1});
  std::map<std::size_t, double> others;
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    others[probe_position(i, elements_)] = planted(i, sample);
  }
  OutputComparison comparison(rounding_bound(), output_scale());
  for (std::size_t i = 0; i < elements_; ++i) {
    const auto other = others.find(i);
    const double value = other == others.end() ? before(i) : other->second;
    comparison.compare(sample, i, reference_stream<long double>(settings_.mix, value, 0.0, scalar_of(sample)),
                       static_cast<long double>(destination_[i]));
  }
  return comparison.result();
}

OutputCheck Stream::verify() {
  if (facts_of(settings_.mix).in_place) {
    return verify_update();
  }
  const std::uint32_t sample = 0;
  run({&sample, 1});
  OutputComparison comparison(rounding_bound(), output_scale());
  if (settings_.mix == StreamMix::load) {
    // In halves, which a long double of any width holds.
    const std::uint64_t expected = checksum_of(sources_);
    comparison.compare(sample, 0, static_cast<long double>(expected >> 32), static_cast<long double>(checksum_ >> 32));
    comparison.compare(sample, 1, static_cast<long double>(expected & 0xffffffffU),
                       static_cast<long double>(checksum_ & 0xffffffffU));
    return comparison.result();
  }
  for (std::size_t i = 0; i < elements_; ++i) {
    comparison.compare(sample, i, expected_at(i, scalars_[sample]), static_cast<long double>(destination_[i]));
  }
  return comparison.result();
}

Stream::Settings stream_settings(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("stream"), parameters);
  const std::string mix_name = given.choice("mix", {"load", "store", "update", "copy", "scale", "add", "triad"});
  Stream::Settings settings{.limits = memory_limits_here()};
  for (std::size_t i = 0; i < kStreamMixes; ++i) {
    if (name_of(static_cast<StreamMix>(i)) == mix_name) {
      settings.mix = static_cast<StreamMix>(i);
    }
  }
  settings.streams = given.integer("streams", {1, kMostLoadStreams});
  settings.size =
      given.size("size", {Stream::smallest_size(settings.mix, settings.streams), Bytes{std::uint64_t{1} << 40}},
                 [] { return default_triad_size(memory_limits_here()); });
  settings.stores = given.choice("stores", {"regular", "streaming"}) == "regular" ? Stores::regular : Stores::streaming;
  settings.pages = given.choice("pages", {"huge", "small"}) == "huge" ? Pages::huge : Pages::small;
  settings.simd = given.choice("simd", simd_parameter_values());
  given.throw_if_bad();
  return settings;
}

std::unique_ptr<Kernel> make_stream(const std::map<std::string, std::string>& parameters) {
  return std::make_unique<Stream>(stream_settings(parameters));
}

std::unique_ptr<Kernel> make_triad(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("triad"), parameters);
  const Bytes size = given.size("size", {Stream::smallest_size(StreamMix::triad, 1), Bytes{std::uint64_t{1} << 40}},
                                [] { return default_triad_size(memory_limits_here()); });
  const std::string stores = given.choice("stores", {"regular", "streaming"});
  given.throw_if_bad();
  return std::make_unique<Stream>(Stream::Settings{.entry = "triad",
                                                   .mix = StreamMix::triad,
                                                   .stores = stores == "regular" ? Stores::regular : Stores::streaming,
                                                   .size = size,
                                                   .limits = memory_limits_here()});
}

}  // namespace assay
