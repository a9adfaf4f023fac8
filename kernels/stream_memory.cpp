#include "kernels/stream_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "harness/random_bits.hpp"

namespace assay {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kPage = 4096;

// The arrays of a kernel start on different parts of a page. Where a store and a later load agree in their lowest 12
// address bits, the load waits for the store although the lines differ (Intel, Optimization Reference Manual, "4-KByte
// memory aliasing"): from the L1 cache of a Sapphire Rapids guest 195 GB/s with the offset, 179 without.
constexpr std::size_t kPageOffset = 1344;

std::size_t rounded_up(std::size_t value, std::size_t unit) { return (value + unit - 1) / unit * unit; }

// A zone in huge pages ends with a whole one: a part of a huge page would be small pages.
Bytes mapped(Bytes zone, Pages pages) { return pages == Pages::huge ? Bytes{rounded_up(zone.count, kHugePage)} : zone; }

BufferRequest request(Bytes zone, Pages pages, std::optional<int> numa_node) {
  return {.size = mapped(zone, pages), .numa_node = numa_node, .huge_pages = pages == Pages::huge};
}

// As a double 1.xxx, and as two floats 1.xxx.
std::uint64_t one_to_two(std::uint64_t bits) {
  constexpr std::uint64_t kMantissas = 0x000fffff007fffffULL;
  constexpr std::uint64_t kExponents = 0x3ff000003f800000ULL;
  return (bits & kMantissas) | kExponents;
}

}  // namespace

StreamZones covering(StreamZones a, StreamZones b) {
  return {.destination = std::max(a.destination, b.destination), .sources = std::max(a.sources, b.sources)};
}

StreamMemory::StreamMemory(StreamZones zones, Pages pages, std::optional<int> numa_node)
    : zones_(zones),
      pages_(pages),
      destination_(request(zones.destination, pages, numa_node)),
      sources_(request(zones.sources, pages, numa_node)) {}

void StreamMemory::fill(std::uint64_t seed) {
  if (seed_ == seed) {
    return;
  }
  const std::span<std::byte> out = sources_.as<std::byte>();
  const std::uint64_t start = split_mix(seed);
  for (std::size_t i = 0; i + sizeof(std::uint64_t) <= zones_.sources.count; i += sizeof(std::uint64_t)) {
    const std::uint64_t word = one_to_two(split_mix(start + i / sizeof(std::uint64_t)));
    std::memcpy(out.data() + i, &word, sizeof(word));
  }
  const std::span<std::byte> zeros = destination<std::byte>();
  std::fill(zeros.begin(), zeros.end(), std::byte{0});
  seed_ = seed;
}

std::size_t StreamMemory::source_offset(std::size_t index, Bytes size) {
  return index * rounded_up(size.count, kPage) + (index + 1) * kPageOffset;
}

Bytes StreamMemory::sources_for(std::size_t arrays, Bytes size) {
  return arrays == 0 ? Bytes{} : Bytes{source_offset(arrays - 1, size) + rounded_up(size.count, sizeof(std::uint64_t))};
}

void StreamMemory::check_sources(std::size_t arrays, Bytes size) const {
  if (sources_for(arrays, size) > zones_.sources) {
    throw std::out_of_range(fmt::format("StreamMemory: {} source arrays of {} bytes do not fit {} bytes", arrays,
                                        size.count, zones_.sources.count));
  }
}

Bytes StreamMemory::total(StreamZones zones, Pages pages) {
  return mapped(zones.destination, pages) + mapped(zones.sources, pages);
}

std::string StreamMemory::huge_pages_text() const {
  std::uint64_t huge = 0;
  for (const Buffer* buffer : {&destination_, &sources_}) {
    if (buffer->size().count == 0) {
      continue;
    }
    const Reading<Bytes> reading = buffer->in_huge_pages();
    if (!reading) {
      return "not available: " + reading.reason();
    }
    huge += reading->count;
  }
  return fmt::format("{} of {} bytes", huge, total(zones_, pages_).count);
}

}  // namespace assay
