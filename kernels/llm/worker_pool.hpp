#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

#include "harness/time.hpp"

namespace assay {

/// Work in stages: a stage is a number of blocks in any order and on any thread, and begins when the one before it is
/// complete.
class StagedWork {
 public:
  StagedWork() = default;
  StagedWork(const StagedWork&) = delete;
  StagedWork& operator=(const StagedWork&) = delete;
  virtual ~StagedWork() = default;

  [[nodiscard]] virtual std::uint32_t stage_count() const noexcept = 0;
  /// At most kMostBlocks; may be 0.
  [[nodiscard]] virtual std::uint32_t block_count(std::uint32_t stage) const noexcept = 0;
  virtual void run_block(std::uint32_t stage, std::uint32_t block, std::uint32_t worker) noexcept = 0;
  /// False: each worker does the blocks of its own part only, which it thereby touches first.
  [[nodiscard]] virtual bool may_be_stolen() const noexcept { return true; }

  static constexpr std::uint32_t kMostBlocks = 65535;
};

/// The threads of one decoder, pinned, asleep between runs.
///
/// Of each stage a worker owns the same share of the blocks, in the same place; when it is through it takes blocks from
/// the far end of another's share. A stage is complete when its blocks are, whoever did them: a thread that the system
/// has stopped between two blocks holds nobody up. Who finds no block waits: it spins for at most kSpin, then sleeps.
class WorkerPool {
 public:
  static constexpr Nanoseconds kSpin = std::chrono::microseconds(20);

  /// The calling thread is worker 0 and stays as it is; the others are pinned to cpus[1], cpus[2], ... Empty: the
  /// caller alone. Throws as pin_this_thread() does.
  explicit WorkerPool(std::span<const int> cpus);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool();

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(shares_.size()); }

  /// All stages from `first` to before `last`; by the thread that made the pool. Allocates nothing.
  void run(StagedWork& work, std::uint32_t first, std::uint32_t last) noexcept;
  void run(StagedWork& work) noexcept { run(work, 0, work.stage_count()); }

 private:
  /// The blocks of a worker that nobody has taken yet, and of which stage: epoch, begin and end in one word, so that a
  /// thread which comes late cannot take a block of another stage.
  struct alignas(64) Share {
    std::atomic<std::uint64_t> rest{0};
  };
  struct Block {
    std::uint32_t index = 0;
    bool found = false;
  };

  [[nodiscard]] Block take(std::uint32_t epoch, std::uint32_t worker) noexcept;
  [[nodiscard]] static Block take_from(Share& share, std::uint32_t epoch, bool own) noexcept;
  void work_on(std::uint32_t epoch, std::uint32_t worker) noexcept;
  void open(std::uint32_t stage, std::uint32_t epoch) noexcept;
  [[nodiscard]] std::uint32_t wait_beyond(std::uint32_t epoch) const noexcept;
  void serve(std::uint32_t worker) noexcept;
  void stop() noexcept;

  std::vector<Share> shares_;
  std::uint64_t pauses_ = 0;  ///< of cpu_relax() in kSpin

  // Written between stages by the one thread that completed the last.
  StagedWork* work_ = nullptr;
  std::uint32_t stage_ = 0;
  std::uint32_t last_ = 0;

  alignas(64) std::atomic<std::uint32_t> epoch_{0};  ///< one more with each stage and at the end of a run
  std::atomic<std::uint32_t> finished_{0};           ///< the epoch that ended the last run
  std::atomic<bool> stopping_{false};
  std::atomic<bool> stealing_{true};                ///< read by workers that hold no block, for which work_ may be gone
  alignas(64) std::atomic<std::uint32_t> left_{0};  ///< blocks of the stage that are not done
  std::vector<std::jthread> threads_;
};

}  // namespace assay
