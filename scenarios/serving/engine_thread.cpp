#include "scenarios/serving/engine_thread.hpp"

#include <chrono>
#include <utility>

namespace assay {

EngineThread::~EngineThread() {
  {
    const std::lock_guard lock(mutex_);
    leaving_ = true;
  }
  changed_.notify_all();
  team_.join();
}

void EngineThread::start(int cpu, const WorkerManner& manner) {
  team_.start(
      {cpu}, [this](std::size_t) { serve(); }, manner);
  // A thread that could not be placed ends at once and never serves.
  constexpr auto kLongest = std::chrono::seconds{60};
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kLongest, [this] { return serving_; })) {
    lock.unlock();
    team_.join_and_rethrow();
  }
}

void EngineThread::serve() {
  std::unique_lock lock(mutex_);
  serving_ = true;
  changed_.notify_all();
  while (true) {
    changed_.wait(lock, [this] { return leaving_ || task_; });
    if (leaving_) {
      return;
    }
    const std::function<void()> task = std::exchange(task_, nullptr);
    lock.unlock();
    std::exception_ptr failure;
    try {
      task();
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    failure_ = failure;
    busy_ = false;
    changed_.notify_all();
  }
}

void EngineThread::begin(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    busy_ = true;
    failure_ = nullptr;
    task_ = std::move(task);
  }
  changed_.notify_all();
}

void EngineThread::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !busy_; });
  if (const auto failure = std::exchange(failure_, nullptr)) {
    std::rethrow_exception(failure);
  }
}

}  // namespace assay
