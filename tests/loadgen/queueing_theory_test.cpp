// The whole path from schedule to latency against queueing theory: on the simulated clock the answers are exact.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "harness/random_bits.hpp"
#include "loadgen/load_generator.hpp"
#include "tests/loadgen/fake_systems.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using test_support::FakeLibrary;
using test_support::QueueServer;

TestSettings server_settings(double rate, std::uint64_t queries, std::uint64_t seed) {
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.server_target_qps = rate;
  settings.min_duration = 0ns;
  settings.min_query_count = queries;
  settings.seeds = Seeds::from(seed);
  settings.drain_timeout = 1h;
  return settings;
}

TestResult run_server(const TestSettings& settings, const QueueServer::Service& service) {
  SimulatedClock clock;
  QueueServer server(clock, service);
  FakeLibrary library(64);
  return run_test(settings, server, library, {.clock = clock});
}

double mean_latency_s(const TestResult& result) {
  double sum = 0.0;
  for (const QueryRecord& record : result.records) {
    sum += seconds(record.latency());
  }
  return sum / static_cast<double>(result.records.size());
}

TEST(QueueingTheory, PoissonLatenciesEqualLindleysRecursionToTheNanosecond) {
  // Utilisation 0.8: rate 1000/s, exponential service of mean 0.8 ms.
  RandomBits bits(7);
  std::vector<Nanoseconds> services(20'000);
  std::generate(services.begin(), services.end(), [&] { return from_seconds(0.8e-3 * bits.exponential()); });
  const TestResult result =
      run_server(server_settings(1000.0, services.size(), 42), [&](std::uint64_t i) { return services.at(i); });
  ASSERT_EQ(result.records.size(), services.size());
  ASSERT_EQ(result.end_cause, EndCause::complete);

  // Lindley (1952): W_{n+1} = max(0, W_n + S_n - A_{n+1}); the latency is W + S.
  Nanoseconds wait{0};
  for (std::size_t n = 0; n < services.size(); ++n) {
    if (n > 0) {
      const Nanoseconds gap{result.records[n].scheduled_ns - result.records[n - 1].scheduled_ns};
      wait = std::max(0ns, wait + services[n - 1] - gap);
    }
    ASSERT_EQ(result.records[n].latency(), wait + services[n]) << "query " << n;
    ASSERT_EQ(result.records[n].service_time(), services[n]) << "query " << n;
    ASSERT_EQ(result.records[n].issue_delay(), 0ns) << "query " << n;
  }
}

TEST(QueueingTheory, MeanOfMD1IsPollaczekKhinchine) {
  constexpr double kService = 0.7e-3;
  constexpr double kRho = 0.7;
  const TestResult result =
      run_server(server_settings(1000.0, 400'000, 3), [](std::uint64_t) { return from_seconds(kService); });
  const double expected = kService + kRho * kService / (2.0 * (1.0 - kRho));
  EXPECT_NEAR(mean_latency_s(result), expected, 0.02 * expected);
}

TEST(QueueingTheory, MeanOfMM1IsServiceOverOneMinusRho) {
  RandomBits bits(11);
  constexpr double kService = 0.5e-3;
  const TestResult result = run_server(server_settings(1000.0, 400'000, 5),
                                       [&](std::uint64_t) { return from_seconds(kService * bits.exponential()); });
  const double expected = kService / (1.0 - 0.5);
  EXPECT_NEAR(mean_latency_s(result), expected, 0.02 * expected);
}

TEST(QueueingTheory, StallIsChargedToExactlyTheQueriesItDelayed) {
  // One arrival a millisecond, 0.1 ms of service; the 100th sample takes 50 ms more.
  TestSettings settings = server_settings(1000.0, 300, 1);
  settings.arrivals = ConstantArrivals{};
  const TestResult result = run_server(settings, [](std::uint64_t i) { return i == 100 ? 50'100us : 100us; });

  for (std::size_t i = 0; i < result.records.size(); ++i) {
    // The backlog of 49.1 ms shrinks by 0.9 ms a query: queries 101 to 155 wait for the rest of it.
    const auto behind = static_cast<std::int64_t>(i) - 100;
    const Nanoseconds wait = i > 100 ? std::max<Nanoseconds>(0ns, 50'100us - behind * 1ms + (behind - 1) * 100us) : 0ns;
    const Nanoseconds expected = wait + (i == 100 ? 50'100us : 100us);
    EXPECT_EQ(result.records[i].latency(), expected) << "query " << i;
  }
  const auto delayed = std::count_if(result.records.begin(), result.records.end(),
                                     [](const QueryRecord& record) { return record.latency() > 100us; });
  EXPECT_EQ(delayed, 56);  // the stalled one and the 55 behind it
}

TEST(QueueingTheory, GeneratorStallIsChargedToLatencyAndReportedAsLateness) {
  // The system blocks the issuing thread for 5 ms at query 10: later queries are issued late, and pay for it.
  SimulatedClock clock;
  std::uint64_t count = 0;
  test_support::ScriptedSystem system([&](std::span<const QuerySample> samples, ResponseSink& sink) {
    if (count++ == 10) {
      clock.spend(5ms);
    }
    test_support::complete_now(samples, sink);
  });
  FakeLibrary library(8);
  TestSettings settings = server_settings(1000.0, 30, 1);
  settings.arrivals = ConstantArrivals{};
  const TestResult result = run_test(settings, system, library, {.clock = clock});
  for (std::size_t i = 0; i < result.records.size(); ++i) {
    const auto late = i > 10 && i < 15 ? 5ms - static_cast<std::int64_t>(i - 10) * 1ms : 0ms;
    EXPECT_EQ(result.records[i].issue_delay(), late) << "query " << i;
    EXPECT_EQ(result.records[i].latency(), i == 10 ? 5ms : late) << "query " << i;
  }
}

}  // namespace
}  // namespace assay
