#include "harness/sampling_team.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "harness/cpu_relax.hpp"
#include "harness/effective_clock.hpp"
#include "harness/steady_clock.hpp"
#include "harness/team_threads.hpp"
#include "harness/thread_meter.hpp"
#include "harness/thread_placement.hpp"

namespace assay {

namespace {

/// Restores the affinity of the calling thread, so that who measures is not left on one CPU. A mask of more CPUs than
/// the fixed type holds is left as it is: the thread then stays where the team had it.
class AffinityGuard {
 public:
  AffinityGuard() : known_(pthread_getaffinity_np(pthread_self(), sizeof(mask_), &mask_) == 0) {}
  AffinityGuard(const AffinityGuard&) = delete;
  AffinityGuard& operator=(const AffinityGuard&) = delete;
  ~AffinityGuard() {
    if (known_) {
      pthread_setaffinity_np(pthread_self(), sizeof(mask_), &mask_);
    }
  }

 private:
  cpu_set_t mask_{};
  bool known_;
};

void settle(int cpu) {
  pin_this_thread(cpu);
  request_precise_sleep();
}

/// The first exception of several threads.
class FirstFailure {
 public:
  template <class Action>
  void guard(const Action& action) noexcept {
    try {
      action();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) {
        failure_ = std::current_exception();
      }
    }
  }
  void rethrow() {
    const std::lock_guard lock(mutex_);
    if (failure_) {
      std::rethrow_exception(std::exchange(failure_, nullptr));
    }
  }

 private:
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace

struct SamplingTeam::Worker {
  alignas(64) std::atomic<std::uint32_t> orders{0};  ///< raised for each job; the last one is to go home
  std::atomic<bool> dismissed{false};
  std::size_t member = 0;  ///< which part of the job is its own
  FirstFailure failure;
};

SamplingTeam::SamplingTeam(const std::vector<int>& cpus, Clock& clock)
    : cpus_(cpus), clock_(clock), clock_cost_(back_to_back_cost(clock)), intervals_(cpus.size()) {
  for (std::size_t thread = 1; thread < cpus.size(); ++thread) {
    workers_.push_back(std::make_unique<Worker>());
  }
}

SamplingTeam::~SamplingTeam() = default;

void SamplingTeam::with(const std::vector<int>& cpus, Clock& clock, const std::function<void(SamplingTeam&)>& lead) {
  if (cpus.empty()) {
    throw std::invalid_argument("a team of threads needs at least one CPU");
  }
  const AffinityGuard guard;
  SamplingTeam team(cpus, clock);
  FirstFailure failure;
  run_team_threads(cpus.size(), [&](std::size_t thread) {
    if (thread > 0) {
      // One that cannot be pinned still serves, so that nobody waits for it in vain; its failure is thrown at the end.
      failure.guard([&] { settle(cpus[thread]); });
      team.serve(thread);
      return;
    }
    failure.guard([&] {
      settle(cpus[thread]);
      lead(team);
    });
    team.dismiss();
  });
  failure.rethrow();
}

void SamplingTeam::serve(std::size_t thread) {
  Worker& worker = *workers_[thread - 1];
  std::uint32_t done = 0;
  while (true) {
    worker.orders.wait(done, std::memory_order_acquire);
    ++done;
    if (worker.dismissed.load(std::memory_order_acquire)) {
      return;
    }
    worker.failure.guard([this, &worker] { (*job_)(worker.member); });
    finished_.fetch_add(1, std::memory_order_release);
    finished_.notify_one();
  }
}

void SamplingTeam::dismiss() {
  for (const auto& worker : workers_) {
    worker->dismissed.store(true, std::memory_order_release);
    worker->orders.fetch_add(1, std::memory_order_release);
    worker->orders.notify_one();
  }
}

void SamplingTeam::run(std::span<const std::size_t> threads, const std::function<void(std::size_t member)>& job) {
  if (threads.empty() || threads.back() >= size() || !std::ranges::is_sorted(threads)) {
    throw std::invalid_argument("a job needs threads of the team, in ascending order; it has " +
                                std::to_string(size()));
  }
  job_ = &job;
  finished_.store(0, std::memory_order_relaxed);
  arrived_.store(0, std::memory_order_relaxed);
  std::uint32_t others = 0;
  for (std::size_t member = 0; member < threads.size(); ++member) {
    if (threads[member] > 0) {
      ++others;
      Worker& worker = *workers_[threads[member] - 1];
      worker.member = member;
      worker.orders.fetch_add(1, std::memory_order_release);
      worker.orders.notify_one();
    }
  }
  FirstFailure own;
  if (threads.front() == 0) {
    own.guard([&job] { job(0); });
  }
  for (std::uint32_t finished = finished_.load(std::memory_order_acquire); finished < others;
       finished = finished_.load(std::memory_order_acquire)) {
    finished_.wait(finished, std::memory_order_acquire);
  }
  own.rethrow();
  for (const std::size_t thread : threads) {
    if (thread > 0) {
      workers_[thread - 1]->failure.rethrow();
    }
  }
}

void SamplingTeam::meet(std::size_t members) noexcept {
  constexpr Nanoseconds kPatience = std::chrono::milliseconds{1};
  arrived_.fetch_add(1, std::memory_order_acq_rel);
  const Instant give_up = clock_.now() + kPatience;
  while (arrived_.load(std::memory_order_acquire) < members && clock_.now() < give_up) {
    cpu_relax();
  }
}

ThreadInterval SamplingTeam::take(std::size_t member, const TeamWork& work, const SampleRequest& request) {
  const KernelThreadMeter meter;
  ThreadInterval interval;
  clock_.wait_until(clock_.now() + request.pause);
  const auto clock_before = estimate_clock(clock_, meter, clock_cost_);
  if (request.warm_iterations > 0) {
    work(member, request.warm_iterations);
  }
  if (request.threads.size() > 1) {
    meet(request.threads.size());
  }
  interval.before = meter.read();
  interval.begin = clock_.now();
  work(member, request.iterations);
  interval.end = clock_.now();
  interval.after = meter.read();
  const auto clock_after = estimate_clock(clock_, meter, clock_cost_);
  // What disturbs an estimate unseen makes it lower; an empty one is less than any.
  interval.clock_hz = std::max(clock_before, clock_after);
  return interval;
}

TeamObservation SamplingTeam::sample(const TeamWork& work, const SampleRequest& request) {
  run(request.threads, [&](std::size_t member) { intervals_[member] = take(member, work, request); });
  return combine(std::span(intervals_).first(request.threads.size()), request.iterations);
}

}  // namespace assay
