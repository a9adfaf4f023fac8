#include "lab/engine_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>

#include "harness/argument_pointers.hpp"
#include "harness/steady_clock.hpp"

namespace assay {

namespace {

constexpr int kEventsDescriptor = 3;
constexpr Nanoseconds kGrace = std::chrono::seconds{10};

[[noreturn]] void throw_system_error(const char* call) {
  throw std::runtime_error(fmt::format("{}: {}", call, std::strerror(errno)));
}

/// In the child, between fork and exec: system calls only.
[[noreturn]] void become_engine(int events_descriptor, pid_t parent, char* const* arguments) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) {
    _exit(1);  // it died before the line above
  }
  const int nothing = open("/dev/null", O_RDONLY);
  const bool ready = nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
                     dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 &&  // stdout belongs to the result
                     dup2(events_descriptor, kEventsDescriptor) >= 0;
  if (ready) {
    if (events_descriptor == kEventsDescriptor) {
      fcntl(kEventsDescriptor, F_SETFD, 0);  // dup2 onto itself keeps close-on-exec
    }
    execv("/proc/self/exe", arguments);
  }
  constexpr int kCannotExecute = 126;
  _exit(kCannotExecute);
}

class EngineProcess {
 public:
  EngineProcess(const std::vector<std::string>& arguments, const EngineWatch& watch, const Interrupts& interrupts)
      : watch_(watch), interrupts_(interrupts) {
    start(arguments);
  }
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;
  ~EngineProcess() {
    if (events_ >= 0) {
      close(events_);
    }
    if (child_ > 0) {  // an exception passes: nothing may go on measuring behind it
      kill(child_, SIGKILL);
      waitpid(child_, nullptr, 0);
    }
  }

  EngineOutcome follow() {
    const Instant begin = clock_.now();
    limit_ = watch_.time_limit == kNever ? Instant::max() : begin + watch_.time_limit;
    Instant next_tick = begin;
    while (read_events(next_tick)) {
      const Instant now = clock_.now();
      pass_on_interrupts();
      enforce_limit(now);
      if (now >= next_tick) {
        next_tick = now + watch_.tick;
        if (watch_.on_tick) {
          watch_.on_tick();
        }
      }
    }
    finish();
    return std::move(outcome_);
  }

 private:
  void start(std::vector<std::string> arguments) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw_system_error("pipe");
    }
    arguments.push_back(fmt::format("--events-fd={}", kEventsDescriptor));
    const std::vector<char*> pointers = argument_pointers(arguments);
    const pid_t parent = getpid();
    child_ = fork();
    if (child_ == 0) {
      become_engine(ends[1], parent, pointers.data());
    }
    close(ends[1]);
    events_ = ends[0];
    if (child_ < 0) {
      throw_system_error("fork");
    }
  }

  /// Waits for events until `next_tick`; false when the engine has closed its end.
  bool read_events(Instant next_tick) {
    pollfd waited{.fd = events_, .events = POLLIN, .revents = 0};
    const Nanoseconds patience = std::max(next_tick - clock_.now(), Nanoseconds{0});
    const timespec timeout{.tv_sec = patience / std::chrono::seconds{1},
                           .tv_nsec = (patience % std::chrono::seconds{1}).count()};
    if (ppoll(&waited, 1, &timeout, interrupts_.wait_mask()) <= 0) {
      return true;
    }
    std::array<char, 65536> bytes{};
    const ssize_t count = read(events_, bytes.data(), bytes.size());
    if (count < 0) {
      return errno == EINTR;
    }
    for (const std::string& line : lines_.add({bytes.data(), static_cast<std::size_t>(count)})) {
      take(event_from(line));
    }
    return count > 0;
  }

  void take(const Event& event) {
    switch (event.kind) {
      case Event::Kind::result:
        outcome_.file = event.text;
        break;
      case Event::Kind::warning:
        outcome_.warnings.push_back(event.text);
        break;
      case Event::Kind::error:
        outcome_.errors.push_back(event.text);
        break;
      case Event::Kind::phase:
      case Event::Kind::progress:
        break;
    }
    if (watch_.on_event) {
      watch_.on_event(event);
    }
  }

  void pass_on_interrupts() {
    const int count = interrupts_.count();
    if (count > passed_on_) {
      kill(child_, count == 1 ? SIGINT : SIGKILL);
      passed_on_ = count;
    }
  }

  void enforce_limit(Instant now) {
    if (now < limit_) {
      return;
    }
    kill(child_, limit_passed_ ? SIGKILL : SIGINT);
    limit_passed_ = true;
    limit_ = now + kGrace;
  }

  void finish() {
    int status = 0;
    while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
    if (limit_passed_ && passed_on_ == 0) {
      outcome_.errors.push_back(
          fmt::format("the measurement did not end within its limit of {:g} s and was stopped; "
                      "if the work needs longer: --time-limit",
                      seconds(watch_.time_limit)));
      outcome_.code = ExitCode::run_invalid;
    } else if (WIFEXITED(status)) {
      outcome_.code = static_cast<ExitCode>(WEXITSTATUS(status));
      if (!outcome_.file && outcome_.errors.empty()) {
        outcome_.errors.push_back(
            fmt::format("the measuring process ended with code {} and no result", WEXITSTATUS(status)));
        outcome_.code = ExitCode::run_invalid;
      }
    } else if (passed_on_ > 1) {
      outcome_.errors.emplace_back("killed at the second interrupt; nothing was kept");
      outcome_.code = ExitCode::interrupted;
    } else {
      const int signal = WTERMSIG(status);
      outcome_.errors.push_back(
          fmt::format("the measuring process died from signal {} ({}); there is no result", signal, strsignal(signal)));
      outcome_.code = ExitCode::run_invalid;
    }
  }

  const EngineWatch& watch_;
  const Interrupts& interrupts_;
  SteadyClock clock_;
  pid_t child_ = -1;
  int events_ = -1;
  LineCutter lines_;
  int passed_on_ = 0;
  Instant limit_;
  bool limit_passed_ = false;
  EngineOutcome outcome_;
};

}  // namespace

EngineOutcome measure_in_child(const std::vector<std::string>& arguments, const EngineWatch& watch,
                               const Interrupts& interrupts) {
  return EngineProcess(arguments, watch, interrupts).follow();
}

}  // namespace assay
