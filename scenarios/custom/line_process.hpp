#pragma once

#include <sys/types.h>

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "harness/steady_clock.hpp"

namespace assay {

/// A child process that is asked one line at a time. It dies with this process, however that ends; what it started
/// itself is in its process group, and dies with this object. It has no descriptors of ours but its standard streams;
/// its stderr is ours. One thread asks; cancel() may come from another.
class LineProcess {
 public:
  struct Options {
    std::vector<std::string> words;  ///< program, as a path, and arguments
    std::vector<int> cpus;           ///< it may run on; empty: on all that this process may
  };
  /// Call it on a thread that lives as long as the process: the kernel ends the child with the thread that made it.
  /// Throws std::runtime_error if it cannot be started.
  explicit LineProcess(const Options& options);
  /// Closes its standard input and gives it a moment to end, then kills its group: what the child started and left.
  ~LineProcess();
  LineProcess(const LineProcess&) = delete;
  LineProcess& operator=(const LineProcess&) = delete;

  /// Sends `line`, which ends in a newline, and waits for one line back. False once anything went wrong: the process
  /// ended, took longer than `patience`, or wrote more than one line; it is killed then, and failure() says why.
  /// Allocates nothing as long as nothing goes wrong.
  [[nodiscard]] bool ask(std::string_view line, Nanoseconds patience) noexcept;
  /// Of the last ask(), without its end.
  [[nodiscard]] std::string_view answer() const noexcept { return answer_; }
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

  /// Makes an ask() under way give up.
  void cancel() noexcept { cancelled_ = true; }

 private:
  void start(const Options& options);
  /// False when the time is over or the end is wanted.
  [[nodiscard]] bool wait_for(int descriptor, short events, Instant deadline) noexcept;
  [[nodiscard]] bool send(std::string_view line, Instant deadline) noexcept;
  [[nodiscard]] bool receive(Instant deadline) noexcept;
  void give_up(std::string why) noexcept;
  /// It has ended and is not reaped; its number still names it, and its group.
  [[nodiscard]] bool child_has_ended() const noexcept;
  [[nodiscard]] bool wait_for_end(Nanoseconds patience) noexcept;
  /// Kills its group, whether it has ended or not. Its status.
  int reap() noexcept;
  [[nodiscard]] std::string end_of_child() noexcept;
  void end_child(Nanoseconds grace) noexcept;

  SteadyClock clock_;
  pid_t child_ = -1;
  int to_child_ = -1;
  int from_child_ = -1;
  std::vector<char> received_;
  std::size_t size_ = 0;  ///< of what is in received_
  std::string_view answer_;
  std::string failure_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace assay
