#include "scenarios/interference/injector_process.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <stdexcept>
#include <thread>

namespace assay {
namespace {

/// Above the issuing threads' 50, below the kernel's own (sched(7)).
constexpr int kFifoPriority = 60;
constexpr int kNice = -10;

InjectorBoard::Scheduling take_priority(InjectorPriority priority, InjectorBoard& board) noexcept {
  if (priority == InjectorPriority::ordinary) {
    return InjectorBoard::Scheduling::ordinary;
  }
  const sched_param parameter{.sched_priority = kFifoPriority};
  if (sched_setscheduler(0, SCHED_FIFO, &parameter) == 0) {
    return InjectorBoard::Scheduling::fifo;
  }
  board.failed_call.store(errno);
  return setpriority(PRIO_PROCESS, 0, kNice) == 0 ? InjectorBoard::Scheduling::nice
                                                  : InjectorBoard::Scheduling::ordinary;
}

/// The child's whole life. The parent may have other threads, whose locks are never released here: system calls and
/// arithmetic only.
[[noreturn]] void be_injector(const InjectorProcess::Plan& plan, InjectorBoard& board, pid_t parent) noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) {
    _exit(1);  // it died before the line above
  }
  // The parent's handlers and its blocked signals are not ours: Ctrl-C is the parent's business, which ends us.
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  close_range(3, ~0U, 0);  // whoever waits for the end of a pipe or a lock must not wait for us
  prctl(PR_SET_TIMERSLACK, 1UL);
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(static_cast<std::size_t>(plan.cpu), &cpus);
  if (sched_setaffinity(0, sizeof cpus, &cpus) != 0) {
    board.failed_call.store(errno);
    _exit(1);
  }
  board.scheduling.store(take_priority(plan.priority, board));
  board.ready.store(1, std::memory_order_release);
  run_injector_loop(plan.loop, board, plan.seed, plan.time_limit);
  _exit(0);
}

InjectorBoard* make_board() {
  void* const memory = mmap(nullptr, sizeof(InjectorBoard), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    throw std::runtime_error(fmt::format("mmap of the injector's board: {}", std::strerror(errno)));
  }
  return new (memory) InjectorBoard;
}

}  // namespace

InjectorProcess::InjectorProcess(const Plan& plan) : board_(make_board()), cpu_(plan.cpu) {
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ == 0) {
    be_injector(plan, *board_, parent);
  }
  if (process_ < 0) {
    const int error = errno;
    munmap(board_, sizeof(InjectorBoard));
    throw std::runtime_error(fmt::format("fork of an injector: {}", std::strerror(error)));
  }
  wait_until_ready();
}

InjectorProcess::~InjectorProcess() { end(); }

void InjectorProcess::wait_until_ready() {
  while (board_->ready.load(std::memory_order_acquire) == 0) {
    int status = 0;
    if (waitpid(process_, &status, WNOHANG) == process_) {
      const int error = board_->failed_call.load();
      const int cpu = cpu_;
      process_ = -1;
      end();
      if (WIFSIGNALED(status)) {
        throw std::runtime_error(fmt::format("an injector for CPU {} died from signal {} ({}) before it began", cpu,
                                             WTERMSIG(status), strsignal(WTERMSIG(status))));
      }
      throw std::runtime_error(fmt::format("an injector could not be pinned to CPU {}: {}", cpu, std::strerror(error)));
    }
    std::this_thread::sleep_for(std::chrono::microseconds{100});
  }
}

void InjectorProcess::end() noexcept {
  if (process_ > 0) {
    board_->stop.store(1);
    kill(process_, SIGKILL);  // it holds nothing that must be put back
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
  }
  if (board_ != nullptr) {
    munmap(board_, sizeof(InjectorBoard));
    board_ = nullptr;
  }
}

std::string InjectorProcess::scheduling() const {
  const int error = board_->failed_call.load();
  const std::string why = error != 0 ? fmt::format(" (SCHED_FIFO: {})", std::strerror(error)) : "";
  switch (board_->scheduling.load()) {
    case InjectorBoard::Scheduling::fifo:
      return fmt::format("SCHED_FIFO {}", kFifoPriority);
    case InjectorBoard::Scheduling::nice:
      return fmt::format("SCHED_OTHER nice {}", kNice) + why;
    case InjectorBoard::Scheduling::ordinary:
    case InjectorBoard::Scheduling::unknown:
      break;
  }
  const int policy = sched_getscheduler(process_);  // inherited
  return (policy == SCHED_OTHER
              ? fmt::format("SCHED_OTHER nice {}", getpriority(PRIO_PROCESS, static_cast<id_t>(process_)))
              : fmt::format("scheduling policy {}", policy)) +
         why;
}

std::optional<InjectorUse> InjectorProcess::use() const {
  siginfo_t ended{};
  if (waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid != 0) {
    return std::nullopt;  // its account is still there until it is waited for
  }
  const auto account = read_process_account(SystemFiles{}, process_);
  if (!account) {
    return std::nullopt;
  }
  return InjectorUse{.cpu_time = account->cpu_time,
                     .waited = account->waited,
                     .voluntary_switches = account->voluntary_switches,
                     .events = board_->events.load(std::memory_order_acquire),
                     .bytes = board_->bytes.load(std::memory_order_relaxed)};
}

std::vector<Nanoseconds> InjectorProcess::lengths(std::uint64_t since) const {
  const std::uint64_t until = board_->events.load(std::memory_order_acquire);
  std::vector<Nanoseconds> lengths;
  const std::uint64_t oldest = until > InjectorBoard::kLengths ? until - InjectorBoard::kLengths : 0;
  for (std::uint64_t event = std::max(since, oldest); event < until; ++event) {
    lengths.emplace_back(board_->lengths_ns[event % InjectorBoard::kLengths].load(std::memory_order_relaxed));
  }
  return lengths;
}

}  // namespace assay
