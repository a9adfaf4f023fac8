// run(), repeat() and probe() allocate nothing: counted with a replaced operator new. What a library does inside its
// own calls is its own affair, and is said in the comment of the kernel; of those used here only oneDNN allocates in
// every call.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <numeric>

#include "kernels/llm/llama_decoder.hpp"
#include "tests/kernels/allowed_cpus.hpp"
#include "tests/kernels/small_kernels.hpp"

namespace {

std::atomic<std::uint64_t> allocation_count{0};

void* counted_or_null(std::size_t size) noexcept {
  allocation_count.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size == 0 ? 1 : size);  // NOLINT(cppcoreguidelines-no-malloc)
}

void* counted(std::size_t size) {
  if (void* memory = counted_or_null(size)) {
    return memory;
  }
  throw std::bad_alloc();
}

}  // namespace

// Not inlined: g++ 12 would see malloc and free behind new and delete and warn of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) { return counted(size); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return counted(size); }
// The ones that do not throw are what std::stable_sort takes its buffer from.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted_or_null(size); }
[[gnu::noinline]] void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return counted_or_null(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace assay {
namespace {

TEST(Allocation, IsCounted) {
  const std::uint64_t before = allocation_count;
  const std::vector<int> numbers(1000);
  std::vector<int> order(1000);
  std::stable_sort(order.begin(), order.end());  // with a buffer
  EXPECT_EQ(allocation_count - before, 3U);
}

TEST(Allocation, RunRepeatAndProbeDoNone) {
  for (const test_support::SmallKernel& small : test_support::small_kernels()) {
    const auto kernel = small.make();
    const auto& parameters = kernel->identity().parameters;
    if (const auto library = parameters.find("library"); library != parameters.end() && library->second == "onednn") {
      continue;
    }
    kernel->prepare(1);
    std::vector<std::uint32_t> samples(kernel->max_batch());
    std::iota(samples.begin(), samples.end(), 0U);
    const std::uint64_t before = allocation_count;
    for (std::size_t batch = 1; batch <= samples.size(); ++batch) {
      kernel->run(std::span(samples).first(batch));
      (void)kernel->probe(batch - 1);
    }
    kernel->repeat(3);
    EXPECT_EQ(allocation_count - before, 0U) << test_support::describe(small);
  }
}

// Prompts of more than a pass, of many tokens and of few, and answers, on two threads.
TEST(Allocation, AStepOfADecoderDoesNone) {
  LlamaDecoder decoder({.shape = *find_llama_shape("verify"),
                        .formats = {.weights = WeightFormat::int4, .head = WeightFormat::int8},
                        .page_count = 8,
                        .most_tokens = 24,
                        .most_outputs = 4,
                        .cpus = test_support::two_cpus(),
                        .sampling = {.temperature = 0.7}});
  const std::vector<std::uint32_t> tokens(60, 3), pages{0, 1, 2, 3}, other{4};
  std::vector<std::uint32_t> next(2);
  const std::uint64_t before = allocation_count;
  for (const std::size_t length : {std::size_t{60}, std::size_t{20}, std::size_t{5}, std::size_t{1}}) {
    const std::array sequences{
        SequenceStep{.tokens = std::span(tokens).first(length), .position = 0, .pages = pages, .wants_token = true},
        SequenceStep{.tokens = std::span(tokens).first(1), .position = 7, .pages = other, .wants_token = true}};
    decoder.step({.sequences = sequences, .next_tokens = next});
  }
  EXPECT_EQ(allocation_count - before, 0U);
}

}  // namespace
}  // namespace assay
