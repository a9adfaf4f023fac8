// Scheduler and account allocate nothing once they are made: counted with a replaced operator new.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "analysis/serving_iterations.hpp"
#include "scenarios/serving/scheduler.hpp"

namespace {

std::atomic<std::uint64_t> allocation_count{0};

void* counted(std::size_t size) {
  allocation_count.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) {  // NOLINT(cppcoreguidelines-no-malloc)
    return memory;
  }
  throw std::bad_alloc();
}

}  // namespace

// Not inlined: g++ 12 would see malloc and free behind new and delete and warn of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) { return counted(size); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return counted(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace assay {
namespace {

TEST(ServingAllocation, IsDoneBeforeTheRun) {
  Scheduler scheduler(
      {.max_slots = 8, .token_budget = 64, .watermark = 0.0, .prefix_cache = true, .admission = Admission::sjf},
      {.pages = 40, .context = 512, .waiting = 64});
  ServingAccount account(
      {.products_flops_per_s = 1.0, .attention_flops_per_s = 1.0, .read_bytes_per_s = 1.0, .source = {}});
  const std::uint64_t before = allocation_count.load();
  std::uint64_t finished = 0;
  std::uint64_t submitted = 0;
  for (std::int64_t now = 0; finished < 500; ++now) {
    while (!scheduler.full() && submitted < 500) {
      scheduler.submit({.id = submitted,
                        .prompt_tokens = static_cast<std::uint32_t>(1 + submitted * 37 % 200),
                        .output_tokens = static_cast<std::uint32_t>(1 + submitted * 11 % 60),
                        .shared_tokens = 16,
                        .prefix = 1});
      ++submitted;
    }
    (void)scheduler.plan(Nanoseconds{now});
    for (const TokenEvent& event : scheduler.finish()) {
      finished += event.last ? 1 : 0;
    }
    account.add({.begin_ns = now, .device_begin_ns = now, .device_end_ns = now + 1, .end_ns = now + 1, .tokens = 1});
  }
  EXPECT_EQ(allocation_count.load() - before, 0U);
  EXPECT_GT(scheduler.counts().preemptions, 0U);
}

}  // namespace
}  // namespace assay
