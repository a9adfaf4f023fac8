#include "scenarios/worker_team.hpp"

#include <utility>

#include "harness/steady_clock.hpp"
#include "harness/thread_placement.hpp"

namespace assay {

void WorkerTeam::start(const std::vector<int>& cpus, const Body& body) {
  for (std::size_t worker = 0; worker < cpus.size(); ++worker) {
    threads_.emplace_back([this, worker, cpu = cpus[worker], body] {
      try {
        pin_this_thread(cpu);
        request_precise_sleep();
        body(worker);
      } catch (...) {
        const std::lock_guard lock(failure_mutex_);
        if (!failure_) {
          failure_ = std::current_exception();
        }
      }
    });
  }
}

void WorkerTeam::join() noexcept {
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

void WorkerTeam::join_and_rethrow() {
  join();
  if (failure_) {
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
}

}  // namespace assay
