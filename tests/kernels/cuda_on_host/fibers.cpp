// Threads of a block as fibers: each runs until it meets its warp or its block, and goes on once all are there.
// A fiber is begun by setcontext() and switched by longjmp(), which calls no kernel: swapcontext() does, twice, for a
// signal mask that never changes here. The stacks that longjmp() leaves are those that it comes back to.
#include <setjmp.h>
#include <ucontext.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "kernels/cuda/llm/launch.cuh"
#include "tests/kernels/cuda_on_host/cuda_words.hpp"

namespace assay::on_host {

// A kernel's threads wait for each other in two places; a thread that ends while others wait is a deadlock on the card,
// and an exception here.
class Block {
 public:
  Block(dim3 threads, const std::function<void()>& kernel) : kernel_(kernel) {
    const std::size_t count = std::size_t{threads.x} * threads.y * threads.z;
    if (count % 32 != 0) {
      throw std::logic_error("on host: a block of whole warps only");
    }
    fibers_.resize(count);
    warps_.resize(count / 32);
    for (std::size_t i = 0; i < count; ++i) {
      Fiber& fiber = fibers_[i];
      fiber.place.thread = dim3(static_cast<std::uint32_t>(i), 0, 0);
      fiber.place.threads = threads;
      fiber.stack.reset(new std::byte[kStackBytes]);
    }
  }

  void run(dim3 block, dim3 blocks) {
    Block* const outer = current_;
    current_ = this;
    for (Fiber& fiber : fibers_) {
      fiber.place.block = block;
      fiber.place.blocks = blocks;
      fiber.done = false;
    }
    std::size_t left = fibers_.size();
    while (left > 0) {
      bool moved = false;
      for (Fiber& fiber : fibers_) {
        if (fiber.done || waits(fiber)) {
          continue;
        }
        moved = true;
        running_ = &fiber;
        resume(fiber);
        left -= fiber.done ? 1 : 0;
      }
      if (!moved) {
        current_ = outer;
        throw std::logic_error("on host: threads of a block wait for others that have ended");
      }
    }
    current_ = outer;
  }

  static Block& current() { return *current_; }
  [[nodiscard]] Place& place() { return running_->place; }

  void warp_meets(const void* given, std::size_t size, void (*combine)(const std::byte*, std::size_t, void*),
                  void* context) {
    Fiber& fiber = *running_;
    Meeting& warp = warps_[fiber.place.thread.x / 32];
    const std::size_t lane = fiber.place.thread.x % 32;
    if (warp.values.size() < 32 * size) {
      warp.values.resize(32 * size);
    }
    std::memcpy(warp.values.data() + lane * size, given, size);
    arrive(warp, 32);
    combine(warp.values.data(), size, context);
    leave(warp, 32);
  }

  int block_meets(int given) {
    block_.sum += given;
    arrive(block_, fibers_.size());
    const int sum = block_.sum;
    leave(block_, fibers_.size());
    return sum;
  }

 private:
  static constexpr std::size_t kStackBytes = std::size_t{64} << 10U;

  struct Meeting {
    std::size_t arrived = 0;
    std::size_t left = 0;
    std::uint64_t round = 0;  ///< counts up when all have arrived, and again when all have left
    int sum = 0;
    std::vector<std::byte> values;
  };
  struct Fiber {
    Place place;
    jmp_buf place_in_kernel{};
    bool begun = false;
    std::unique_ptr<std::byte[]> stack;
    const Meeting* meeting = nullptr;  ///< that it waits for, until its round is no longer this one
    std::uint64_t round = 0;
    bool done = false;
  };

  static bool waits(const Fiber& fiber) { return fiber.meeting != nullptr && fiber.meeting->round == fiber.round; }

  void wait(const Meeting& meeting) {
    Fiber& fiber = *running_;
    fiber.meeting = &meeting;
    fiber.round = meeting.round;
    suspend(fiber);
    fiber.meeting = nullptr;
  }

  void arrive(Meeting& meeting, std::size_t count) {
    if (++meeting.arrived == count) {
      meeting.arrived = 0;
      ++meeting.round;
      return;
    }
    wait(meeting);
  }

  // Nobody comes to the next meeting before all have taken what this one has.
  void leave(Meeting& meeting, std::size_t count) {
    if (++meeting.left == count) {
      meeting.left = 0;
      meeting.sum = 0;
      ++meeting.round;
      return;
    }
    wait(meeting);
  }

  // Not inlined, so that no variable lives on across the return from _setjmp().
  [[gnu::noinline]] void resume(Fiber& fiber) {
    if (_setjmp(scheduler_) != 0) {
      return;
    }
    if (fiber.begun) {
      _longjmp(fiber.place_in_kernel, 1);
    }
    fiber.begun = true;
    ucontext_t context{};
    getcontext(&context);
    context.uc_stack.ss_sp = fiber.stack.get();
    context.uc_stack.ss_size = kStackBytes;
    makecontext(&context, &Block::enter, 0);
    setcontext(&context);
  }

  [[gnu::noinline]] void suspend(Fiber& fiber) {
    if (_setjmp(fiber.place_in_kernel) == 0) {
      _longjmp(scheduler_, 1);
    }
  }

  /// The thread's kernel in one block after another.
  static void enter() {
    Block& block = *current_;
    Fiber& fiber = *block.running_;
    while (true) {
      block.kernel_();
      fiber.done = true;
      block.suspend(fiber);
    }
  }

  static Block* current_;
  const std::function<void()>& kernel_;
  std::vector<Fiber> fibers_;
  std::vector<Meeting> warps_;
  Meeting block_;
  jmp_buf scheduler_{};
  Fiber* running_ = nullptr;
};

Block* Block::current_ = nullptr;

Place& here() { return Block::current().place(); }

void warp_meets(const void* given, std::size_t size,
                void (*combine)(const std::byte* all, std::size_t size, void* context), void* context) {
  Block::current().warp_meets(given, size, combine, context);
}

int block_meets(int given) { return Block::current().block_meets(given); }

void run_blocks(dim3 blocks, dim3 threads, std::function<void()> kernel) {
  in_order([=] {
    Block block(threads, kernel);
    for (std::uint32_t z = 0; z < blocks.z; ++z) {
      for (std::uint32_t y = 0; y < blocks.y; ++y) {
        for (std::uint32_t x = 0; x < blocks.x; ++x) {
          block.run(dim3(x, y, z), blocks);
        }
      }
    }
  });
}

}  // namespace assay::on_host
