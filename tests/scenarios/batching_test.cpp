#include "scenarios/batching.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "harness/simulated_clock.hpp"

namespace assay {
namespace {

using std::chrono::milliseconds;

QuerySample sample(std::uint64_t number) {
  return {.id = QueryId::of(1, number), .index = static_cast<QuerySampleIndex>(number)};
}

std::vector<QuerySample> samples(std::uint64_t begin, std::uint64_t end) {
  std::vector<QuerySample> all;
  for (std::uint64_t i = begin; i < end; ++i) {
    all.push_back(sample(i));
  }
  return all;
}

class Batching : public ::testing::Test {
 protected:
  /// The samples arrive at `at`, while somebody waits on the clock.
  void push_at(milliseconds at, std::uint64_t begin, std::uint64_t end) {
    clock.at(Instant{at}, [this, begin, end] { queue.push(samples(begin, end), clock); });
  }
  std::vector<std::uint64_t> collect(const BatchPolicy& policy) {
    std::vector<QuerySample> batch;
    batch.reserve(policy.max_batch);
    queue.collect(clock, policy, batch);
    std::vector<std::uint64_t> numbers;
    for (const QuerySample& taken : batch) {
      numbers.push_back(taken.index);
    }
    return numbers;
  }

  SimulatedClock clock;
  SampleQueue queue{64};
};

using Numbers = std::vector<std::uint64_t>;

TEST_F(Batching, WithoutATimeoutTakesOnlyWhatWaits) {
  push_at(milliseconds{1}, 0, 3);
  push_at(milliseconds{2}, 3, 9);
  EXPECT_EQ(collect({.max_batch = 8}), (Numbers{0, 1, 2}));
  EXPECT_EQ(clock.now(), Instant{milliseconds{1}});
  EXPECT_EQ(collect({.max_batch = 4}), (Numbers{3, 4, 5, 6}));
  EXPECT_EQ(collect({.max_batch = 4}), (Numbers{7, 8}));
  EXPECT_EQ(clock.now(), Instant{milliseconds{2}});
}

TEST_F(Batching, WaitsForCompanyUntilTheTimeoutAfterTheFirstSample) {
  push_at(milliseconds{10}, 0, 1);
  push_at(milliseconds{12}, 1, 2);
  push_at(milliseconds{14}, 2, 3);
  push_at(milliseconds{16}, 3, 4);
  EXPECT_EQ(collect({.max_batch = 8, .timeout = milliseconds{5}}), (Numbers{0, 1, 2}));
  EXPECT_EQ(clock.now(), Instant{milliseconds{15}});
}

TEST_F(Batching, AFullBatchStartsAtOnce) {
  push_at(milliseconds{10}, 0, 1);
  push_at(milliseconds{12}, 1, 5);
  EXPECT_EQ(collect({.max_batch = 3, .timeout = milliseconds{50}}), (Numbers{0, 1, 2}));
  EXPECT_EQ(clock.now(), Instant{milliseconds{12}});
}

TEST_F(Batching, AFlushEndsTheWaitingForCompany) {
  push_at(milliseconds{10}, 0, 2);
  clock.at(Instant{milliseconds{11}}, [this] { queue.flush(); });
  EXPECT_EQ(collect({.max_batch = 8, .timeout = milliseconds{50}}), (Numbers{0, 1}));
  EXPECT_EQ(clock.now(), Instant{milliseconds{11}});

  push_at(milliseconds{20}, 2, 3);
  EXPECT_EQ(collect({.max_batch = 8, .timeout = milliseconds{50}}), (Numbers{2}));
  EXPECT_EQ(clock.now(), Instant{milliseconds{20}});

  queue.expect_more();
  push_at(milliseconds{30}, 3, 4);
  EXPECT_EQ(collect({.max_batch = 8, .timeout = milliseconds{50}}), (Numbers{3}));
  EXPECT_EQ(clock.now(), Instant{milliseconds{80}});
}

TEST_F(Batching, CloseEndsTheWaitAndGivesUpWhatWaits) {
  clock.at(Instant{milliseconds{5}}, [this] { queue.close(); });
  EXPECT_EQ(collect({.max_batch = 8, .timeout = milliseconds{50}}), Numbers{});
  EXPECT_EQ(clock.now(), Instant{milliseconds{5}});

  queue.push(samples(0, 2), clock);
  EXPECT_EQ(collect({.max_batch = 8, .timeout = milliseconds{50}}), Numbers{});
}

TEST_F(Batching, AFullQueueHoldsThePusherUntilThereIsRoom) {
  queue.push(samples(0, 64), clock);
  clock.at(Instant{milliseconds{7}}, [this] { EXPECT_EQ(collect({.max_batch = 1}), (Numbers{0})); });
  queue.push(samples(64, 65), clock);
  EXPECT_GE(clock.now(), Instant{milliseconds{7}});
  EXPECT_LT(clock.now(), Instant{milliseconds{8}});
  Numbers rest(64);
  std::iota(rest.begin(), rest.end(), 1);
  EXPECT_EQ(collect({.max_batch = 64}), rest);
}

TEST_F(Batching, APushIntoAFullClosedQueueGivesUp) {
  queue.push(samples(0, 64), clock);
  queue.close();
  queue.push(samples(64, 65), clock);
  EXPECT_EQ(clock.now(), Instant{});
}

}  // namespace
}  // namespace assay
