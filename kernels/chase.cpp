#include "kernels/chase.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "harness/quantity.hpp"
#include "harness/random_bits.hpp"
#include "kernels/kernel_parameters.hpp"

namespace assay {
namespace {

constexpr std::uint64_t kUnrolled = 16;

/// The node after `accesses` loads.
template <class Node>
[[gnu::noinline]] const Node* follow(const Node* node, std::uint64_t accesses) noexcept {
  for (std::uint64_t i = 0; i < accesses % kUnrolled; ++i) {
    node = node->next;
  }
  for (std::uint64_t i = 0; i < accesses / kUnrolled; ++i) {
    node = node->next->next->next->next->next->next->next->next;
    node = node->next->next->next->next->next->next->next->next;
  }
  return node;
}

Kernel::Probe probe_of(std::size_t index) {
  Kernel::Probe bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<float>((index >> (8 * i)) & 0xffU);
  }
  return bytes;
}

Bytes mapped(Bytes size, Pages pages) { return StreamMemory::total({.destination = {}, .sources = size}, pages); }

}  // namespace

Chase::Chase(Settings settings) : settings_(settings), lines_(settings.size.count / kLine) {
  if (settings.size < kSmallestSize || settings.size > kLargestSize) {
    throw std::invalid_argument(fmt::format("chase: size {} is outside the range from {} to {}",
                                            size_text(settings.size), size_text(kSmallestSize),
                                            size_text(kLargestSize)));
  }
  const Bytes size{lines_ * kLine};
  identity_ = {.name = "chase",
               .version = 1,
               .parameters = {{"size", size_text(size)}, {"pages", std::string(name_of(settings.pages))}},
               .facts = cache_facts(size, settings.limits)};
}

Bytes Chase::memory_per_worker() const { return std::max(mapped({lines_ * kLine}, settings_.pages), traffic()); }

// Links the lines in a random order of all: each cycle through all of them is equally likely, as by Sattolo's algorithm
// (Information Processing Letters 22, 1986), whose swaps would miss the cache a second time.
void Chase::prepare(std::uint64_t seed) {
  buffer_ = Buffer({.size = mapped({lines_ * kLine}, settings_.pages),
                    .numa_node = settings_.numa_node,
                    .huge_pages = settings_.pages == Pages::huge});
  buffer_.first_touch();
  std::vector<std::uint32_t> order(lines_);
  std::iota(order.begin(), order.end(), 0U);
  RandomBits random(seed);
  random.shuffle(std::span(order));
  const std::span<Node> all = nodes();
  for (std::size_t i = 0; i < lines_; ++i) {
    all[order[i]].next = &all[order[i + 1 == lines_ ? 0 : i + 1]];
  }
  next_ = all.data();
  last_ = next_;
  const Reading<Bytes> huge = buffer_.in_huge_pages();
  identity_.facts["huge_pages"] = huge ? fmt::format("{} of {} bytes", huge->count, buffer_.size().count)
                                       : fmt::format("not available: {}", huge.reason());
}

void Chase::run(std::span<const std::uint32_t> samples) noexcept {
  last_ = follow(&nodes()[start_of(samples[0])], kRunAccesses);
}

void Chase::repeat(std::uint64_t iterations) noexcept { next_ = follow(next_, iterations * kStepAccesses); }

RepeatStep Chase::repeat_step() const {
  return {.work = {kStepAccesses}, .traffic = {kStepAccesses * kLine}, .bus_traffic = {kStepAccesses * kLine}};
}

std::size_t Chase::index_of(const Node* node) const { return static_cast<std::size_t>(node - nodes().data()); }

Kernel::Probe Chase::probe(std::size_t /*slot*/) const noexcept { return probe_of(index_of(last_)); }

Kernel::Probe Chase::reference_probe(std::uint32_t sample) const {
  std::size_t at = start_of(sample);
  for (std::uint64_t i = 0; i < kRunAccesses; ++i) {
    at = index_of(nodes()[at].next);
  }
  return probe_of(at);
}

OutputCheck Chase::verify() {
  const auto failed = [](std::string detail) {
    return OutputCheck{.passed = false, .worst_relative_error = 1.0, .tolerance = 0.0, .detail = std::move(detail)};
  };
  std::vector<bool> visited(lines_);
  std::size_t at = 0;
  for (std::size_t i = 0; i < lines_; ++i) {
    if (at >= lines_) {
      return failed(fmt::format("element {}: the cycle leaves its {} lines", i, lines_));
    }
    if (visited[at]) {
      return failed(fmt::format("element {}: line {} is visited again after {} of {} lines", i, at, i, lines_));
    }
    visited[at] = true;
    at = index_of(nodes()[at].next);
  }
  if (at != 0) {
    return failed(fmt::format("element {}: the walk ends on line {}, not where it began", lines_, at));
  }
  const std::uint32_t sample = 0;
  run({&sample, 1});
  if (probe(0) != reference_probe(sample)) {
    return failed(fmt::format("sample 0: {} accesses end on line {}", kRunAccesses, index_of(last_)));
  }
  return {.passed = true};
}

std::unique_ptr<Kernel> make_chase(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("chase"), parameters);
  Chase::Settings settings{.limits = memory_limits_here()};
  settings.size = given.size("size", {Chase::kSmallestSize, Chase::kLargestSize},
                             [] { return default_triad_size(memory_limits_here()); });
  settings.pages = given.choice("pages", {"huge", "small"}) == "huge" ? Pages::huge : Pages::small;
  given.throw_if_bad();
  return std::make_unique<Chase>(settings);
}

}  // namespace assay
