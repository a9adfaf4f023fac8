#include "scenarios/interference/injector_loops.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <ctime>

#include "harness/random_bits.hpp"
#include "scenarios/interference/duty_control.hpp"

namespace assay {
namespace {

Nanoseconds read_clock(clockid_t clock) noexcept {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec};
}

Nanoseconds now() noexcept { return read_clock(CLOCK_MONOTONIC); }
Nanoseconds cpu_time() noexcept { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

void sleep_until(Nanoseconds time) noexcept {
  const timespec until{.tv_sec = time / std::chrono::seconds{1}, .tv_nsec = (time % std::chrono::seconds{1}).count()};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

/// Takes `work` of CPU time, however long that lasts.
void take_cpu(Nanoseconds work) noexcept {
  const Nanoseconds end = cpu_time() + work;
  while (cpu_time() < end) {
  }
}

/// When an injector must end, asked between two of its acts.
class Term {
 public:
  Term(const InjectorBoard& board, Nanoseconds limit) : board_(board), end_(now() + limit) {}
  [[nodiscard]] bool over() const noexcept { return board_.stop.load(std::memory_order_relaxed) != 0 || now() >= end_; }
  /// Until `time`, at most until the end. Who ends the process before does it by SIGKILL.
  void wait_until(Nanoseconds time) const noexcept { sleep_until(std::min(time, end_)); }

 private:
  const InjectorBoard& board_;
  Nanoseconds end_;
};

void note_event(InjectorBoard& board, Nanoseconds length) noexcept {
  const std::uint64_t number = board.events.load(std::memory_order_relaxed);
  board.lengths_ns[number % InjectorBoard::kLengths].store(
      static_cast<std::uint32_t>(std::min<std::int64_t>(length.count(), 4'000'000'000)), std::memory_order_relaxed);
  board.events.store(number + 1, std::memory_order_release);
}

void run(const BurstLoop& loop, InjectorBoard& board, RandomBits& random, const Term& term) noexcept {
  // Absolute times: a burst that comes late does not delay those that follow, so the rate holds.
  Nanoseconds next = now();
  while (!term.over()) {
    next += from_seconds(random.exponential() / loop.rate_per_s);
    term.wait_until(next);
    if (term.over()) {
      return;
    }
    const Nanoseconds begin = now();
    take_cpu(loop.length);
    note_event(board, now() - begin);
  }
}

void run(const DutyLoop& loop, InjectorBoard& board, std::uint64_t seed, const Term& term) noexcept {
  DutyControl control(loop.share, seed);
  const Nanoseconds begin = now();
  const Nanoseconds cpu_begin = cpu_time();
  while (!term.over()) {
    const DutyControl::Step step = control.next(now() - begin, cpu_time() - cpu_begin);
    const Nanoseconds burst_begin = now();
    take_cpu(step.work);
    note_event(board, now() - burst_begin);
    term.wait_until(begin + step.next_at);
  }
}

void run(const WakeLoop& loop, InjectorBoard& board, const Term& term) noexcept {
  // Shorter sleeps would not be sleeps: the time is over before the CPU has been given back, and no switch happens.
  constexpr Nanoseconds kShortestSleep = std::chrono::microseconds{20};
  const Nanoseconds begin = now();
  for (std::uint64_t wake = 1; !term.over(); ++wake) {
    const Nanoseconds due = begin + from_seconds(static_cast<double>(wake) / loop.rate_per_s);
    term.wait_until(std::max(due, now() + kShortestSleep));
    board.events.store(wake, std::memory_order_release);
  }
}

void run(const StreamLoop& loop, InjectorBoard& board, const Term& term) noexcept {
  constexpr std::size_t kChunk = std::size_t{64} << 10;
  const std::size_t size = std::max<std::size_t>(loop.buffer_bytes / kChunk, 1) * kChunk;
  void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    board.failed_call.store(ENOMEM);
    return;
  }
  auto* const words = static_cast<std::uint64_t*>(memory);
  // Written once: pages that were never written are all the same page of zeros, and that lies in the first cache.
  for (std::size_t at = 0; at < size && !term.over(); at += kChunk) {
    std::memset(static_cast<char*>(memory) + at, 1, kChunk);
  }
  const Nanoseconds begin = now();
  std::uint64_t bytes = 0;
  std::uint64_t sum = 0;
  for (std::size_t at = 0; !term.over(); at = (at + kChunk) % size) {
    for (std::size_t word = 0; word < kChunk / sizeof(std::uint64_t); word += 8) {  // one of each line
      sum += words[at / sizeof(std::uint64_t) + word];
    }
    asm volatile("" : : "r"(sum));
    bytes += kChunk;
    board.bytes.store(bytes, std::memory_order_relaxed);
    const Nanoseconds due = begin + from_seconds(static_cast<double>(bytes) / loop.bytes_per_s);
    if (due > now() + std::chrono::microseconds{50}) {
      term.wait_until(due);
    }
  }
}

}  // namespace

void run_injector_loop(const InjectorLoop& loop, InjectorBoard& board, std::uint64_t seed, Nanoseconds limit) noexcept {
  const Term term(board, limit);
  if (const auto* bursts = std::get_if<BurstLoop>(&loop)) {
    RandomBits random(seed);
    run(*bursts, board, random, term);
  } else if (const auto* duty = std::get_if<DutyLoop>(&loop)) {
    run(*duty, board, seed, term);
  } else if (const auto* wakes = std::get_if<WakeLoop>(&loop)) {
    run(*wakes, board, term);
  } else if (const auto* stream = std::get_if<StreamLoop>(&loop)) {
    run(*stream, board, term);
  }
}

}  // namespace assay
