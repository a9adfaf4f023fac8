#include "kernels/llm/worker_pool.hpp"

#include <algorithm>
#include <exception>
#include <future>

#include "harness/cpu_relax.hpp"
#include "harness/steady_clock.hpp"
#include "harness/thread_placement.hpp"

namespace assay {
namespace {

constexpr std::uint64_t pack(std::uint32_t epoch, std::uint32_t begin, std::uint32_t end) {
  return std::uint64_t{epoch} << 32 | std::uint64_t{begin} << 16 | end;
}

// The shortest of a few tries: one during which the thread was stopped would promise too long a pause.
std::uint64_t pauses_in(Nanoseconds time) {
  constexpr std::uint64_t kTried = 200;
  const SteadyClock clock;
  Nanoseconds shortest = std::chrono::seconds(1);
  for (int attempt = 0; attempt < 5; ++attempt) {
    const Instant begin = clock.now();
    for (std::uint64_t i = 0; i < kTried; ++i) {
      cpu_relax();
    }
    shortest = std::min(shortest, std::max<Nanoseconds>(clock.now() - begin, Nanoseconds(1)));
  }
  return static_cast<std::uint64_t>(time.count()) * kTried / static_cast<std::uint64_t>(shortest.count());
}

}  // namespace

WorkerPool::WorkerPool(std::span<const int> cpus)
    : shares_(std::max<std::size_t>(cpus.size(), 1)), pauses_(pauses_in(kSpin)) {
  try {
    for (std::uint32_t worker = 1; worker < shares_.size(); ++worker) {
      std::promise<void> pinned;
      std::future<void> outcome = pinned.get_future();
      threads_.emplace_back([this, worker, cpu = cpus[worker], pinned = std::move(pinned)]() mutable {
        try {
          pin_this_thread(cpu);
        } catch (...) {
          pinned.set_exception(std::current_exception());
          return;
        }
        pinned.set_value();
        serve(worker);
      });
      outcome.get();
    }
  } catch (...) {
    stop();
    throw;
  }
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::stop() noexcept {
  stopping_.store(true, std::memory_order_release);
  epoch_.fetch_add(1, std::memory_order_acq_rel);
  epoch_.notify_all();
  threads_.clear();
}

void WorkerPool::open(std::uint32_t stage, std::uint32_t epoch) noexcept {
  std::uint32_t blocks = 0;
  while (stage < last_ && (blocks = work_->block_count(stage)) == 0) {
    ++stage;
  }
  stage_ = stage;
  left_.store(blocks, std::memory_order_relaxed);
  const std::uint64_t workers = shares_.size();
  for (std::uint64_t w = 0; w < workers; ++w) {
    shares_[w].rest.store(pack(epoch, static_cast<std::uint32_t>(blocks * w / workers),
                               static_cast<std::uint32_t>(blocks * (w + 1) / workers)),
                          std::memory_order_release);
  }
  if (stage == last_) {
    finished_.store(epoch, std::memory_order_release);
  }
  epoch_.store(epoch, std::memory_order_release);
  epoch_.notify_all();
}

WorkerPool::Block WorkerPool::take_from(Share& share, std::uint32_t epoch, bool own) noexcept {
  std::uint64_t rest = share.rest.load(std::memory_order_acquire);
  while (true) {
    const auto begin = static_cast<std::uint32_t>(rest >> 16 & 0xFFFF);
    const auto end = static_cast<std::uint32_t>(rest & 0xFFFF);
    if (rest >> 32 != epoch || begin == end) {
      return {};
    }
    const std::uint64_t less = own ? pack(epoch, begin + 1, end) : pack(epoch, begin, end - 1);
    if (share.rest.compare_exchange_weak(rest, less, std::memory_order_acq_rel, std::memory_order_acquire)) {
      return {.index = own ? begin : end - 1, .found = true};
    }
  }
}

WorkerPool::Block WorkerPool::take(std::uint32_t epoch, std::uint32_t worker) noexcept {
  const Block own = take_from(shares_[worker], epoch, true);
  if (own.found) {
    return own;
  }
  for (std::uint32_t i = 1; i < size() && stealing_.load(std::memory_order_relaxed); ++i) {
    const Block other = take_from(shares_[(worker + i) % size()], epoch, false);
    if (other.found) {
      return other;
    }
  }
  return {};
}

void WorkerPool::work_on(std::uint32_t epoch, std::uint32_t worker) noexcept {
  for (Block block = take(epoch, worker); block.found; block = take(epoch, worker)) {
    // The stage stays open while this block is not counted as done: what it is can be read.
    const std::uint32_t stage = stage_;
    work_->run_block(stage, block.index, worker);
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      open(stage + 1, epoch + 1);
      return;
    }
  }
}

std::uint32_t WorkerPool::wait_beyond(std::uint32_t epoch) const noexcept {
  for (std::uint64_t pause = 0; pause < pauses_; ++pause) {
    const std::uint32_t now = epoch_.load(std::memory_order_acquire);
    if (now != epoch) {
      return now;
    }
    cpu_relax();
  }
  epoch_.wait(epoch, std::memory_order_acquire);
  return epoch_.load(std::memory_order_acquire);
}

void WorkerPool::serve(std::uint32_t worker) noexcept {
  std::uint32_t epoch = 0;
  while (true) {
    epoch = wait_beyond(epoch);
    if (stopping_.load(std::memory_order_acquire)) {
      return;
    }
    work_on(epoch, worker);
  }
}

void WorkerPool::run(StagedWork& work, std::uint32_t first, std::uint32_t last) noexcept {
  work_ = &work;
  last_ = last;
  stealing_.store(work.may_be_stolen(), std::memory_order_relaxed);
  std::uint32_t epoch = epoch_.load(std::memory_order_relaxed) + 1;
  open(first, epoch);
  while (finished_.load(std::memory_order_acquire) != epoch) {
    work_on(epoch, 0);
    const std::uint32_t now = epoch_.load(std::memory_order_acquire);
    epoch = now != epoch ? now : wait_beyond(epoch);
  }
}

}  // namespace assay
