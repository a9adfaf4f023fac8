#include "scenarios/custom/line_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include "harness/argument_pointers.hpp"
#include "scenarios/custom/line_protocol.hpp"

namespace assay {

namespace {

struct Ends {
  int child_stdin;
  int child_stdout;
  int child_error;  ///< tells of an exec that failed; closed by one that did not
};

/// Only what is safe between fork and exec. Returns the step that failed.
void become_child(const Ends& ends, char* const* arguments, const cpu_set_t* cpus, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) {  // it died before the request
    _exit(1);
  }
  setpgid(0, 0);
  constexpr int kErrorDescriptor = 3;
  dup2(ends.child_stdin, STDIN_FILENO);
  dup2(ends.child_stdout, STDOUT_FILENO);
  dup3(ends.child_error, kErrorDescriptor, O_CLOEXEC);
  close_range(kErrorDescriptor + 1, ~0U, 0);
  if (cpus != nullptr) {
    sched_setaffinity(0, sizeof(*cpus), cpus);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  (void)signal(SIGPIPE, SIG_DFL);
  execv(arguments[0], arguments);
  const int error = errno;
  [[maybe_unused]] const ssize_t told = write(kErrorDescriptor, &error, sizeof(error));
  _exit(127);
}

[[noreturn]] void throw_cannot(const std::string& program, const char* what, int error) {
  throw std::runtime_error(fmt::format("{} cannot be started: {}: {}", program, what, std::strerror(error)));
}

}  // namespace

LineProcess::LineProcess(const Options& options) : received_(kLongestLine) { start(options); }

LineProcess::~LineProcess() {
  constexpr Nanoseconds kGrace = std::chrono::milliseconds{500};
  end_child(kGrace);
  close(from_child_);
}

void LineProcess::start(const Options& options) {
  std::vector<std::string> words = options.words;
  const std::vector<char*> arguments = argument_pointers(words);
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  for (const int cpu : options.cpus) {
    CPU_SET(static_cast<std::size_t>(cpu), &cpus);
  }
  // A socket and not a pipe towards the child: writing to one that is gone raises no SIGPIPE.
  std::array<int, 2> in{-1, -1};
  std::array<int, 2> out{-1, -1};
  std::array<int, 2> error{-1, -1};
  const bool opened = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in.data()) == 0 &&
                      pipe2(out.data(), O_CLOEXEC) == 0 && pipe2(error.data(), O_CLOEXEC) == 0;
  const int open_error = errno;
  const pid_t parent = getpid();
  child_ = opened ? fork() : -1;
  const int fork_error = errno;
  if (child_ == 0) {
    become_child({.child_stdin = in[1], .child_stdout = out[1], .child_error = error[1]}, arguments.data(),
                 options.cpus.empty() ? nullptr : &cpus, parent);
  }
  to_child_ = in[0];
  from_child_ = out[0];
  close(in[1]);
  close(out[1]);
  close(error[1]);
  int exec_error = 0;
  const bool failed = child_ > 0 && read(error[0], &exec_error, sizeof(exec_error)) == sizeof(exec_error);
  close(error[0]);
  if (!opened || child_ < 0 || failed) {
    end_child(Nanoseconds{0});
    close(from_child_);
    throw_cannot(words.front(),
                 !opened  ? "pipe"
                 : failed ? "exec"
                          : "fork",
                 !opened  ? open_error
                 : failed ? exec_error
                          : fork_error);
  }
  fcntl(from_child_, F_SETFL, fcntl(from_child_, F_GETFL) | O_NONBLOCK);
}

bool LineProcess::ask(std::string_view line, Nanoseconds patience) noexcept {
  answer_ = {};
  if (!failure_.empty()) {
    return false;
  }
  if (read(from_child_, received_.data(), received_.size()) > 0) {
    give_up("it wrote more than it was asked for");
    return false;
  }
  const Instant deadline = clock_.now() + patience;
  if (!send(line, deadline) || !receive(deadline)) {
    if (failure_.empty()) {
      give_up(cancelled_ ? "the run was stopped before it answered"
                         : fmt::format("it gave no answer within {:g} s", seconds(patience)));
    }
    return false;
  }
  return true;
}

bool LineProcess::wait_for(int descriptor, short events, Instant deadline) noexcept {
  constexpr Nanoseconds kSlice = std::chrono::milliseconds{100};  // how soon cancel() is seen
  while (!cancelled_) {
    const Nanoseconds left = std::min(deadline - clock_.now(), kSlice);
    if (left <= Nanoseconds::zero()) {
      return false;
    }
    pollfd waited{.fd = descriptor, .events = events, .revents = 0};
    const timespec timeout{.tv_sec = 0, .tv_nsec = left.count()};
    if (ppoll(&waited, 1, &timeout, nullptr) > 0) {
      return true;
    }
  }
  return false;
}

bool LineProcess::send(std::string_view line, Instant deadline) noexcept {
  while (!line.empty()) {
    const ssize_t count = ::send(to_child_, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      line.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EAGAIN && errno != EINTR) {
      give_up(end_of_child());
      return false;
    } else if (!wait_for(to_child_, POLLOUT, deadline)) {
      return false;
    }
  }
  return true;
}

bool LineProcess::receive(Instant deadline) noexcept {
  size_ = 0;
  std::size_t searched = 0;
  while (true) {
    const auto from = received_.begin() + static_cast<std::ptrdiff_t>(searched);
    const auto to = received_.begin() + static_cast<std::ptrdiff_t>(size_);
    if (const auto newline = std::find(from, to, '\n'); newline != to) {
      const auto end = static_cast<std::size_t>(newline - received_.begin());
      answer_ = {received_.data(), end};
      if (answer_.ends_with('\r')) {
        answer_.remove_suffix(1);
      }
      if (end + 1 != size_) {
        give_up("it wrote more than it was asked for");
        return false;
      }
      return true;
    }
    searched = size_;
    if (size_ == received_.size()) {
      give_up(fmt::format("it wrote more than {} bytes without the end of a line", kLongestLine));
      return false;
    }
    const ssize_t count = read(from_child_, received_.data() + size_, received_.size() - size_);
    if (count > 0) {
      size_ += static_cast<std::size_t>(count);
    } else if (count == 0) {
      give_up(end_of_child());
      return false;
    } else if (errno != EAGAIN && errno != EINTR) {
      give_up(fmt::format("its output cannot be read: {}", std::strerror(errno)));
      return false;
    } else if (!wait_for(from_child_, POLLIN, deadline)) {
      return false;
    }
  }
}

void LineProcess::give_up(std::string why) noexcept {
  failure_ = std::move(why);
  end_child(Nanoseconds{0});
}

bool LineProcess::child_has_ended() const noexcept {
  siginfo_t ended{};
  return waitid(P_PID, static_cast<id_t>(child_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == child_;
}

int LineProcess::reap() noexcept {
  // The group first: as long as the child is not reaped, no other can have its number. What it started is in it.
  kill(-child_, SIGKILL);
  kill(child_, SIGKILL);  // the group may not be there yet
  int status = 0;
  waitpid(child_, &status, 0);
  child_ = -1;
  return status;
}

bool LineProcess::wait_for_end(Nanoseconds patience) noexcept {
  const Instant deadline = clock_.now() + patience;
  while (!child_has_ended()) {
    if (clock_.now() >= deadline) {
      return false;
    }
    clock_.wait_until(clock_.now() + std::chrono::milliseconds{5});
  }
  return true;
}

std::string LineProcess::end_of_child() noexcept {
  constexpr Nanoseconds kMoment = std::chrono::milliseconds{500};
  if (child_ <= 0 || !wait_for_end(kMoment)) {
    return "it closed its standard output";
  }
  const int status = reap();
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return fmt::format("its process died from signal {} ({})", signal, strsignal(signal));
  }
  return fmt::format("its process ended with code {}", WEXITSTATUS(status));
}

void LineProcess::end_child(Nanoseconds grace) noexcept {
  if (to_child_ >= 0) {
    close(to_child_);
    to_child_ = -1;
  }
  if (child_ > 0) {
    (void)wait_for_end(grace);
    reap();
  }
}

}  // namespace assay
