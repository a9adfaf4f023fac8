#include "kernels/llm/worker_pool.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "tests/kernels/allowed_cpus.hpp"

namespace assay {
namespace {

using test_support::one_cpu;
using test_support::two_cpus;

/// Counts each block, and sees whether another stage was under way.
class CountedWork final : public StagedWork {
 public:
  CountedWork(std::vector<std::uint32_t> blocks, bool stealing) : blocks_(std::move(blocks)), stealing_(stealing) {
    for (const std::uint32_t count : blocks_) {
      done_.emplace_back(count);
      workers_.emplace_back(count);
    }
  }
  [[nodiscard]] std::uint32_t stage_count() const noexcept override {
    return static_cast<std::uint32_t>(blocks_.size());
  }
  [[nodiscard]] std::uint32_t block_count(std::uint32_t stage) const noexcept override { return blocks_[stage]; }
  [[nodiscard]] bool may_be_stolen() const noexcept override { return stealing_; }
  void run_block(std::uint32_t stage, std::uint32_t block, std::uint32_t worker) noexcept override {
    for (std::uint32_t before = 0; before < stage; ++before) {
      for (const int count : done_[before]) {
        out_of_order_ += count == 0 ? 1 : 0;
      }
    }
    ++done_[stage][block];
    workers_[stage][block] = worker;
  }
  void expect_each_once() const {
    for (const std::vector<int>& stage : done_) {
      for (const int count : stage) {
        ASSERT_EQ(count, 1);
      }
    }
    EXPECT_EQ(out_of_order_.load(), 0);
  }
  [[nodiscard]] const std::vector<std::vector<std::uint32_t>>& workers() const { return workers_; }

 private:
  std::vector<std::uint32_t> blocks_;
  bool stealing_;
  std::vector<std::vector<int>> done_;
  std::vector<std::vector<std::uint32_t>> workers_;
  std::atomic<int> out_of_order_{0};
};

TEST(WorkerPool, DoesEachBlockOnceAndTheStagesInOrderOnSharedCpus) {
  // Also four threads of one CPU: whoever waits must let go of it.
  for (const std::vector<int>& cpus : {std::vector<int>{}, two_cpus(), one_cpu(2), one_cpu(4)}) {
    WorkerPool pool(cpus);
    for (int repetition = 0; repetition < 30; ++repetition) {
      CountedWork work({1, 7, 0, 64, 3, 0, 2}, true);
      pool.run(work);
      work.expect_each_once();
    }
  }
}

TEST(WorkerPool, RunsManyShortStagesWithoutLosingAWakeUp) {
  for (const std::vector<int>& cpus : {two_cpus(), one_cpu(3)}) {
    WorkerPool pool(cpus);
    for (int repetition = 0; repetition < 20; ++repetition) {
      CountedWork work(std::vector<std::uint32_t>(60, 3), true);
      pool.run(work);
      work.expect_each_once();
    }
  }
}

TEST(WorkerPool, GivesEachWorkerItsOwnShareOfWorkThatIsNotToBeStolen) {
  WorkerPool pool(one_cpu(3));
  CountedWork work({9, 4}, false);
  pool.run(work);
  work.expect_each_once();
  EXPECT_EQ(work.workers()[0], (std::vector<std::uint32_t>{0, 0, 0, 1, 1, 1, 2, 2, 2}));
  EXPECT_EQ(work.workers()[1], (std::vector<std::uint32_t>{0, 1, 2, 2}));
}

TEST(WorkerPool, RunsAPartOfTheStages) {
  WorkerPool pool(two_cpus());
  CountedWork work({2, 2, 2, 2}, true);
  pool.run(work, 0, 2);
  EXPECT_EQ(work.workers()[3].size(), 2U);
  pool.run(work, 2, 4);
  pool.run(work, 4, 4);
  work.expect_each_once();
}

TEST(WorkerPool, SaysWhichCpuCannotBeHad) { EXPECT_THROW(WorkerPool(std::array{0, 100'000}), std::runtime_error); }

}  // namespace
}  // namespace assay
