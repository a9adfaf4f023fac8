#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "harness/process_account.hpp"
#include "harness/time.hpp"
#include "scenarios/interference/injector.hpp"
#include "scenarios/interference/injector_board.hpp"
#include "scenarios/interference/injector_loops.hpp"
#include "scenarios/interference/interference_request.hpp"

namespace assay {

/// One process that injects on one CPU. It ends when it is told, at its time limit, or with the thread that started it,
/// by whatever signal that dies (PR_SET_PDEATHSIG). It changes nothing but its own priority and affinity.
class InjectorProcess final : public Injector {
 public:
  struct Plan {
    InjectorLoop loop;
    int cpu = 0;
    InjectorPriority priority = InjectorPriority::strongest;
    std::uint64_t seed = 0;
    Nanoseconds time_limit = std::chrono::minutes{10};
  };

  /// Forks and returns once the process is pinned and injects. Throws std::runtime_error naming the call that failed.
  explicit InjectorProcess(const Plan& plan);
  /// Ends the process and waits until it is gone.
  ~InjectorProcess() override;

  [[nodiscard]] pid_t process() const { return process_; }
  [[nodiscard]] int cpu() const override { return cpu_; }
  [[nodiscard]] std::optional<InjectorUse> use() const override;
  /// "SCHED_FIFO 60", "SCHED_OTHER nice -10", "SCHED_OTHER nice 0 (SCHED_FIFO: Operation not permitted)".
  [[nodiscard]] std::string scheduling() const override;
  [[nodiscard]] std::string source() const override { return "own"; }
  [[nodiscard]] std::vector<Nanoseconds> lengths(std::uint64_t since) const override;

 private:
  void wait_until_ready();
  void end() noexcept;

  InjectorBoard* board_ = nullptr;
  pid_t process_ = -1;
  int cpu_;
};

}  // namespace assay
