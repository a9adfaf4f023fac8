#include "kernels/loaded_latency.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <stdexcept>

#include "harness/cpu_relax.hpp"

namespace assay {
namespace {

// Bounds of what a thread does for one that does not come: some seconds.
constexpr std::uint64_t kMostPolls = std::uint64_t{1} << 24;
constexpr std::uint64_t kMostChunks = std::uint64_t{1} << 20;
constexpr std::uint64_t kPollsBetweenYields = std::uint64_t{1} << 14;

void add_in_a_row(std::uint64_t additions) noexcept {
  for (std::uint64_t i = 0; i < additions; ++i) {
    asm volatile("" : "+r"(i));
  }
}

Stream::Settings stream_of(const LoadedLatency::Settings& settings) {
  return {.mix = settings.mix,
          .streams = settings.streams,
          .size = settings.stream_size,
          .pages = settings.pages,
          .numa_node = settings.stream_node};
}

}  // namespace

LoadedLatency::LoadedLatency(const Settings& settings, Clock& clock)
    : settings_(settings),
      clock_(clock),
      chase_({.size = settings.chase_size, .pages = settings.pages, .numa_node = settings.chase_node}),
      injectors_(settings.threads < 2 ? 0 : settings.threads - 1) {
  if (settings.threads < 2) {
    throw std::invalid_argument(
        fmt::format("loaded latency: {} threads; it takes one that waits and one or more that load", settings.threads));
  }
  for (Injector& injector : injectors_) {
    injector.stream = std::make_unique<Stream>(stream_of(settings));
    injector.chunk_bytes = injector.stream->repeat_step().traffic.count;
  }
}

void LoadedLatency::prepare(std::size_t thread, std::uint64_t seed) {
  if (thread == 0) {
    chase_.prepare(seed);
  } else {
    injectors_.at(thread - 1).stream->prepare(seed + thread);
  }
}

std::array<std::optional<std::uint64_t>, 6> LoadedLatency::delays() {
  // A chunk of 64 KiB takes a core about 10000 cycles from memory: a tenth, a quarter, a half, three quarters, all.
  return {std::nullopt, 90'000, 30'000, 10'000, 3'000, 0};
}

void LoadedLatency::run(std::size_t thread, std::uint64_t accesses) noexcept {
  if (thread == 0) {
    chase(accesses);
  } else if (thread <= injectors_.size()) {
    inject(injectors_[thread - 1]);
  }
}

bool LoadedLatency::wait_for_injectors() noexcept {
  for (std::uint64_t polls = 1; begun_.load(std::memory_order_acquire) < runs_ * injectors_.size(); ++polls) {
    if (polls >= kMostPolls || given_up_.load(std::memory_order_relaxed)) {
      given_up_.store(true, std::memory_order_relaxed);
      return false;
    }
    cpu_relax();
    if (polls % kPollsBetweenYields == 0) {
      sched_yield();
    }
  }
  return true;
}

void LoadedLatency::chase(std::uint64_t accesses) noexcept {
  ++runs_;
  result_ = {};
  if (wait_for_injectors()) {
    const std::uint64_t steps = (accesses + Chase::kStepAccesses - 1) / Chase::kStepAccesses;
    const Bytes moved_before = moved();
    const Instant begin = clock_.now();
    chase_.repeat(steps);
    const Instant end = clock_.now();
    const Bytes moved_after = moved();
    result_ = {.accesses = steps * Chase::kStepAccesses,
               .elapsed = end - begin,
               .injected = {moved_after.count - moved_before.count},
               .complete = !given_up_.load(std::memory_order_relaxed)};
  }
  finished_.store(runs_, std::memory_order_release);
}

void LoadedLatency::inject(Injector& injector) noexcept {
  ++injector.runs;
  begun_.fetch_add(1, std::memory_order_acq_rel);
  const std::optional<std::uint64_t> delay = delay_;
  const std::uint64_t most = delay ? kMostChunks : kMostPolls;
  for (std::uint64_t turns = 1; finished_.load(std::memory_order_acquire) < injector.runs; ++turns) {
    if (turns >= most || given_up_.load(std::memory_order_relaxed)) {
      given_up_.store(true, std::memory_order_relaxed);
      return;
    }
    if (delay) {
      injector.stream->repeat(1);
      injector.chunks.fetch_add(1, std::memory_order_relaxed);
      add_in_a_row(*delay);
    } else {
      cpu_relax();
      if (turns % kPollsBetweenYields == 0) {
        sched_yield();
      }
    }
  }
}

Bytes LoadedLatency::moved() const noexcept {
  std::uint64_t bytes = 0;
  for (const Injector& injector : injectors_) {
    bytes += injector.chunks.load(std::memory_order_relaxed) * injector.chunk_bytes;
  }
  return {bytes};
}

}  // namespace assay
