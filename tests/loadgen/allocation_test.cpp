// The issuing path allocates nothing per query: counted with a replaced operator new.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "harness/simulated_clock.hpp"
#include "loadgen/load_generator.hpp"
#include "tests/loadgen/fake_systems.hpp"

namespace {

std::atomic<std::uint64_t> allocation_count{0};
std::atomic<std::uint64_t> allocated_bytes{0};

void* counted(std::size_t size) {
  allocation_count.fetch_add(1, std::memory_order_relaxed);
  allocated_bytes.fetch_add(size, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) {  // NOLINT(cppcoreguidelines-no-malloc)
    return memory;
  }
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace assay {
namespace {

using namespace std::chrono_literals;

/// Completes inline without touching the heap.
class NullSystem final : public SystemUnderTest {
 public:
  [[nodiscard]] std::string name() const override { return "null"; }
  void begin_run(std::shared_ptr<ResponseSink> sink) override { sink_ = std::move(sink); }
  void issue_query(std::span<const QuerySample> samples) override { test_support::complete_now(samples, *sink_); }
  void flush_queries() override {}

 private:
  std::shared_ptr<ResponseSink> sink_;
};

std::uint64_t allocations_of(Scenario scenario, std::uint64_t queries) {
  SimulatedClock clock;
  NullSystem system;
  test_support::FakeLibrary library(64);
  TestSettings settings = TestSettings::defaults_for(scenario);
  settings.min_duration = 0ns;
  settings.min_query_count = queries;
  settings.server_target_qps = 1e6;
  settings.response_log_count = 16;
  const std::uint64_t before = allocation_count.load();
  const TestResult result = run_test(settings, system, library, {.clock = clock});
  EXPECT_EQ(result.errors.size(), 0U);
  return allocation_count.load() - before;
}

TEST(Allocation, NumberDoesNotGrowWithTheNumberOfQueries) {
  for (const Scenario scenario : kAllScenarios) {
    const std::uint64_t few = allocations_of(scenario, 1'000);
    const std::uint64_t many = allocations_of(scenario, 101'000);
    // Some blocks of the sample log and its list of sizes grow; a hundred thousand queries add none each.
    EXPECT_LT(many, few + 64) << title_of(scenario);
  }
}

TEST(Allocation, AtMost64BytesAServerQuery) {
  SimulatedClock clock;
  NullSystem system;
  test_support::FakeLibrary library(64);
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.min_duration = 0ns;
  settings.min_query_count = 200'000;
  settings.server_target_qps = 1e6;
  settings.response_log_count = 0;
  const std::uint64_t before = allocated_bytes.load();
  const TestResult result = run_test(settings, system, library, {.clock = clock});
  const double per_query = static_cast<double>(allocated_bytes.load() - before) / 200'000.0;
  EXPECT_LE(per_query, 64.0);
  EXPECT_EQ(result.records.size(), 200'000U);
}

}  // namespace
}  // namespace assay
