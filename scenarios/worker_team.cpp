#include "scenarios/worker_team.hpp"

#include <stdexcept>
#include <utility>

#include "harness/file_source.hpp"
#include "harness/realtime.hpp"
#include "harness/steady_clock.hpp"
#include "harness/thread_affinity.hpp"
#include "harness/thread_placement.hpp"

namespace assay {
namespace {

void place_this_thread(int cpu, const WorkerManner& manner) {
  if (manner.pinned) {
    pin_this_thread(cpu);
  } else if (!allow_this_thread(manner.all_cpus)) {
    throw std::runtime_error("sched_setaffinity(CPU " + cpu_list_text(manner.all_cpus) + ") was refused");
  }
  if (manner.fifo_priority > 0) {
    if (const auto refusal = take_realtime_priority(manner.fifo_priority)) {
      throw std::runtime_error("sched_setscheduler(SCHED_FIFO " + std::to_string(manner.fifo_priority) +
                               "): " + *refusal);
    }
  }
}

}  // namespace

void WorkerTeam::start(const std::vector<int>& cpus, const Body& body, const WorkerManner& manner) {
  for (std::size_t worker = 0; worker < cpus.size(); ++worker) {
    threads_.emplace_back([this, worker, cpu = cpus[worker], body, manner] {
      try {
        place_this_thread(cpu, manner);
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
