#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>

#include "scenarios/worker_team.hpp"

namespace assay {

/// One thread that lives as long as this and does one task after the other: who made a decoder on it uses it there.
class EngineThread {
 public:
  EngineThread() = default;
  EngineThread(const EngineThread&) = delete;
  EngineThread& operator=(const EngineThread&) = delete;
  ~EngineThread();

  /// Starts the thread on the CPU, as the manner says. Throws what placing it there throws.
  void start(int cpu, const WorkerManner& manner);

  /// Begins the task; the one before it must have been waited for.
  void begin(std::function<void()> task);
  /// Waits for it and throws what it let out.
  void wait();
  void run(std::function<void()> task) {
    begin(std::move(task));
    wait();
  }

 private:
  void serve();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> task_;
  std::exception_ptr failure_;
  bool busy_ = false;
  bool leaving_ = false;
  bool serving_ = false;
  WorkerTeam team_;
};

}  // namespace assay
