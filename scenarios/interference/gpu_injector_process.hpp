#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/interference/gpu_load.hpp"
#include "scenarios/interference/injector.hpp"

namespace assay {

/// What a process is to do to a card.
struct GpuInjectorOrder {
  std::string device = "cuda:0";
  GpuDose dose;
  int cpu = 0;  ///< of its host thread
  std::uint64_t seed = 0;
  Nanoseconds time_limit = std::chrono::minutes{10};
};

/// What it tells the process that started it: memory that both see, as InjectorBoard.
struct GpuInjectorBoard {
  static constexpr std::size_t kLengths = 4096;
  enum class State : std::uint32_t { starting, injects, failed };

  std::atomic<State> state{State::starting};
  std::atomic<std::uint64_t> card_ns{0};  ///< of its pieces by the card's clock, the victim's slices in them included
  std::atomic<std::uint64_t> launches{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> events{0};  ///< pieces; raised last
  std::array<std::atomic<std::uint32_t>, kLengths> lengths_ns{};
  std::array<char, 512> failure{};  ///< why it could not start; written before `state`
};
static_assert(std::atomic<GpuInjectorBoard::State>::is_always_lock_free);

/// A process of its own that loads the card through a context of its own: without MPS the card runs the two in turn,
/// and the victim waits for whole time slices. It ends when it is told, at its time limit, or with the thread that
/// started it. It is this program started anew, and not a fork that goes on: a driver that was initialised before a
/// fork cannot be used behind it, and here the measuring process has its context already.
class GpuInjectorProcess final : public Injector {
 public:
  struct Plan {
    GpuInjectorOrder order;
    std::string program = "/proc/self/exe";
  };

  /// Returns once it injects, which takes the driver up to seconds. Throws std::runtime_error with its words if it
  /// cannot.
  explicit GpuInjectorProcess(const Plan& plan);
  /// Ends the process and waits until it is gone.
  ~GpuInjectorProcess() override;

  [[nodiscard]] pid_t process() const { return process_; }
  [[nodiscard]] int cpu() const override { return cpu_; }
  [[nodiscard]] std::optional<InjectorUse> use() const override;
  [[nodiscard]] std::string scheduling() const override { return "a context of its own"; }
  [[nodiscard]] std::string source() const override { return "own process, on " + device_; }
  [[nodiscard]] std::vector<Nanoseconds> lengths(std::uint64_t since) const override;

 private:
  void wait_until_ready();
  void end() noexcept;

  GpuInjectorBoard* board_ = nullptr;
  pid_t process_ = -1;
  int cpu_;
  std::string device_;
};

/// The words behind the program's name that make it such a process: a command that people do not type. Its board is the
/// descriptor 3.
[[nodiscard]] std::vector<std::string> gpu_injector_words(const GpuInjectorOrder& order);

/// The life of such a process: opens the library, takes its place, and injects. `board` is the descriptor of the
/// memory. False, and the reason on the board, if it cannot. Throws std::invalid_argument if there is no board.
[[nodiscard]] bool be_gpu_injector(const GpuInjectorOrder& order, int board);

}  // namespace assay
