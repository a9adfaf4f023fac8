#include "lab/workbench/child_program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <future>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "harness/argument_pointers.hpp"
#include "lab/events.hpp"

namespace assay {

namespace {

constexpr std::size_t kMostErrorBytes = 4096;
constexpr int kGraceMs = 15'000;

struct Pipe {
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error(fmt::format("pipe: {}", std::strerror(errno)));
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  void close_end(std::size_t end) {
    if (ends.at(end) >= 0) {
      close(ends.at(end));
      ends.at(end) = -1;
    }
  }
  std::array<int, 2> ends{-1, -1};
};

/// In the child, between fork and exec: system calls only.
[[noreturn]] void become_program(const Pipe& out, const Pipe& err, pid_t parent, char* const* arguments) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) {
    _exit(1);  // it died before the line above
  }
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(out.ends[1], STDOUT_FILENO) >= 0 &&
      dup2(err.ends[1], STDERR_FILENO) >= 0) {
    execv("/proc/self/exe", arguments);
  }
  constexpr int kCannotExecute = 126;
  _exit(kCannotExecute);
}

}  // namespace

struct ChildProgram::Process {
  std::mutex mutex;  // of the id: a number that was given to another process must not be signalled
  pid_t id = -1;
  int interrupts = 0;
  Pipe out;
  Pipe err;
  Watch watch;

  void start(std::vector<std::string> arguments) {
    const std::vector<char*> pointers = argument_pointers(arguments);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) {
      become_program(out, err, parent, pointers.data());
    }
    out.close_end(1);
    err.close_end(1);
    if (child < 0) {
      throw std::runtime_error(fmt::format("fork: {}", std::strerror(errno)));
    }
    id = child;
  }

  void follow() {
    ChildEnd end;
    LineCutter lines;
    while (out.ends[0] >= 0 || err.ends[0] >= 0) {
      std::array<pollfd, 2> waited{pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0}};
      if (poll(waited.data(), waited.size(), -1) < 0 && errno != EINTR) {
        break;
      }
      if (waited[0].revents != 0) {
        for (const std::string& line : lines.add(take(out))) {
          watch.on_line(line);
        }
      }
      if (waited[1].revents != 0) {
        end.last_errors += take(err);
        if (end.last_errors.size() > kMostErrorBytes) {
          end.last_errors.erase(0, end.last_errors.size() - kMostErrorBytes);
        }
      }
    }
    end.exit_code = wait_for_end();
    watch.on_end(end);
  }

  /// What is there now; closes the end where nothing more comes.
  static std::string take(Pipe& pipe) {
    std::array<char, 16384> bytes{};
    const ssize_t count = read(pipe.ends[0], bytes.data(), bytes.size());
    if (count == 0 || (count < 0 && errno != EINTR)) {
      pipe.close_end(0);
    }
    return count > 0 ? std::string(bytes.data(), static_cast<std::size_t>(count)) : std::string();
  }

  int wait_for_end() {
    siginfo_t information{};
    while (waitid(P_PID, static_cast<id_t>(id), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    const std::lock_guard lock(mutex);
    int status = 0;
    waitpid(id, &status, 0);
    id = -1;
    constexpr int kSignalled = 128;
    return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
  }

  void signal(int number) {
    const std::lock_guard lock(mutex);
    if (id > 0) {
      kill(id, number);
    }
  }

  /// Becomes readable when the process is gone; -1 if it is.
  int descriptor() {
    const std::lock_guard lock(mutex);
    return id > 0 ? static_cast<int>(syscall(SYS_pidfd_open, id, 0)) : -1;
  }
};

// The system counts the thread that forks as the parent: it has to live as long as the child.
ChildProgram::ChildProgram(const std::vector<std::string>& arguments, Watch watch)
    : process_(std::make_shared<Process>()) {
  process_->watch = std::move(watch);
  std::promise<void> started;
  std::future<void> is_started = started.get_future();
  thread_ = std::thread([process = process_, arguments, started = std::move(started)]() mutable {
    try {
      process->start(arguments);
      started.set_value();
    } catch (...) {
      started.set_exception(std::current_exception());
      return;
    }
    process->follow();
  });
  try {
    is_started.get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

ChildProgram::~ChildProgram() {
  const int descriptor = process_->descriptor();
  if (descriptor >= 0) {
    process_->signal(SIGINT);
    pollfd waited{.fd = descriptor, .events = POLLIN, .revents = 0};
    if (poll(&waited, 1, kGraceMs) <= 0) {
      process_->signal(SIGKILL);
    }
    close(descriptor);
  }
  thread_.join();
}

void ChildProgram::interrupt() { process_->signal(process_->interrupts++ == 0 ? SIGINT : SIGKILL); }

}  // namespace assay
