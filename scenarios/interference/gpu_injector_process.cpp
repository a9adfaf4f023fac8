#include "scenarios/interference/gpu_injector_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <thread>

#include "harness/argument_pointers.hpp"
#include "harness/thread_placement.hpp"

namespace assay {

namespace {

constexpr int kBoardDescriptor = 3;

GpuInjectorBoard* map_board(int descriptor) {
  void* const memory = mmap(nullptr, sizeof(GpuInjectorBoard), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) {
    throw std::runtime_error(fmt::format("mmap of a GPU injector's board: {}", std::strerror(errno)));
  }
  return static_cast<GpuInjectorBoard*>(memory);
}

/// Memory that outlives the exec of the child, by its descriptor.
class SharedMemory {
 public:
  SharedMemory() : descriptor_(memfd_create("assay-gpu-injector", MFD_CLOEXEC)) {
    if (descriptor_ < 0 || ftruncate(descriptor_, sizeof(GpuInjectorBoard)) != 0) {
      const int error = errno;
      close(descriptor_);
      throw std::runtime_error(fmt::format("memory for a GPU injector's board: {}", std::strerror(error)));
    }
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory() { close(descriptor_); }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

/// In the child, between fork and exec: system calls only.
[[noreturn]] void become_injector(const char* program, char* const* arguments, int board, pid_t parent) noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) {
    _exit(1);  // it died before the line above
  }
  sigset_t all;  // Ctrl-C is the parent's business, which ends us
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  const int nothing = open("/dev/null", O_RDWR);
  const int kept = fcntl(board, F_DUPFD, kBoardDescriptor + 1);  // beyond the place it goes to, whatever is there now
  if (nothing >= 0 && kept >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(nothing, STDOUT_FILENO) >= 0 &&
      dup2(nothing, STDERR_FILENO) >= 0 && dup2(kept, kBoardDescriptor) >= 0) {
    close_range(kBoardDescriptor + 1, ~0U, 0);
    execv(program, arguments);
  }
  constexpr int kCannotExecute = 126;
  _exit(kCannotExecute);
}

void say_failure(GpuInjectorBoard& board, const std::string& reason) {
  const std::size_t length = std::min(reason.size(), board.failure.size() - 1);
  std::copy_n(reason.begin(), length, board.failure.begin());
  board.failure[length] = '\0';
  board.state.store(GpuInjectorBoard::State::failed, std::memory_order_release);
}

void note_piece(GpuInjectorBoard& board, const InjectorUse& piece) {
  constexpr std::int64_t kLongest = 0xffffffff;
  const std::uint64_t event = board.events.load(std::memory_order_relaxed);
  board.lengths_ns[event % GpuInjectorBoard::kLengths].store(
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(piece.cpu_time.count(), 0, kLongest)),
      std::memory_order_relaxed);
  board.card_ns.fetch_add(static_cast<std::uint64_t>(piece.cpu_time.count()), std::memory_order_relaxed);
  board.launches.fetch_add(piece.voluntary_switches, std::memory_order_relaxed);
  board.bytes.fetch_add(piece.bytes, std::memory_order_relaxed);
  board.events.store(event + 1, std::memory_order_release);
}

}  // namespace

std::vector<std::string> gpu_injector_words(const GpuInjectorOrder& order) {
  return {"gpu-injector",
          "--device=" + order.device,
          fmt::format("--knob={}", name_of(order.dose.knob)),
          fmt::format("--amount={:.17g}", order.dose.amount),
          fmt::format("--length-ns={}", order.dose.length.count()),
          fmt::format("--cpu={}", order.cpu),
          fmt::format("--seed={}", order.seed),
          fmt::format("--time-limit-ns={}", order.time_limit.count()),
          fmt::format("--board={}", kBoardDescriptor)};
}

GpuInjectorProcess::GpuInjectorProcess(const Plan& plan) : cpu_(plan.order.cpu), device_(plan.order.device) {
  const SharedMemory memory;
  board_ = new (map_board(memory.descriptor())) GpuInjectorBoard;
  std::vector<std::string> words = gpu_injector_words(plan.order);
  words.insert(words.begin(), "assay");
  const std::vector<char*> arguments = argument_pointers(words);
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ == 0) {
    become_injector(plan.program.c_str(), arguments.data(), memory.descriptor(), parent);
  }
  if (process_ < 0) {
    const int error = errno;
    end();
    throw std::runtime_error(fmt::format("fork of a GPU injector: {}", std::strerror(error)));
  }
  wait_until_ready();
}

GpuInjectorProcess::~GpuInjectorProcess() { end(); }

void GpuInjectorProcess::wait_until_ready() {
  using State = GpuInjectorBoard::State;
  constexpr Nanoseconds kPatience = std::chrono::minutes{1};  // a driver without its daemon takes seconds
  const SteadyClock clock;
  const Instant last = clock.now() + kPatience;
  while (board_->state.load(std::memory_order_acquire) != State::injects) {
    int status = 0;
    const bool has_ended = waitpid(process_, &status, WNOHANG) == process_;
    if (!has_ended && clock.now() < last) {
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
      continue;
    }
    std::string reason = "it did not begin within a minute";
    if (board_->state.load(std::memory_order_acquire) == State::failed) {
      reason = board_->failure.data();
    } else if (has_ended) {
      reason = WIFSIGNALED(status) ? fmt::format("it died from signal {}", WTERMSIG(status))
                                   : fmt::format("it ended with code {}", WEXITSTATUS(status));
    }
    process_ = has_ended ? -1 : process_;
    end();
    throw GpuUnsupported(fmt::format("the process that was to load {}: {}", device_, reason));
  }
}

void GpuInjectorProcess::end() noexcept {
  if (process_ > 0) {
    kill(process_, SIGKILL);  // the driver takes back what it holds of the card
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
  }
  if (board_ != nullptr) {
    munmap(board_, sizeof(GpuInjectorBoard));
    board_ = nullptr;
  }
}

std::optional<InjectorUse> GpuInjectorProcess::use() const {
  siginfo_t ended{};
  if (waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid != 0) {
    return std::nullopt;
  }
  InjectorUse use;
  use.events = board_->events.load(std::memory_order_acquire);
  use.cpu_time = Nanoseconds{static_cast<std::int64_t>(board_->card_ns.load(std::memory_order_relaxed))};
  use.voluntary_switches = board_->launches.load(std::memory_order_relaxed);
  use.bytes = board_->bytes.load(std::memory_order_relaxed);
  return use;
}

std::vector<Nanoseconds> GpuInjectorProcess::lengths(std::uint64_t since) const {
  const std::uint64_t until = board_->events.load(std::memory_order_acquire);
  const std::uint64_t oldest = until > GpuInjectorBoard::kLengths ? until - GpuInjectorBoard::kLengths : 0;
  std::vector<Nanoseconds> lengths;
  for (std::uint64_t event = std::max(since, oldest); event < until; ++event) {
    lengths.emplace_back(board_->lengths_ns[event % GpuInjectorBoard::kLengths].load(std::memory_order_relaxed));
  }
  return lengths;
}

bool be_gpu_injector(const GpuInjectorOrder& order, int board) {
  struct stat file {};
  if (fstat(board, &file) != 0 || file.st_size < static_cast<off_t>(sizeof(GpuInjectorBoard))) {
    throw std::invalid_argument("--board: no memory of a measuring process; assay starts this command itself");
  }
  GpuInjectorBoard& told = *map_board(board);  // for as long as the process lives
  try {
    pin_this_thread(order.cpu);
    const Reading<GpuDevice> device = open_gpu(gpu_index_from(order.device));
    if (!device) {
      throw std::runtime_error(no_gpu_line(device.reason()));
    }
    GpuLoad load(*device, order.dose, order.seed);
    const SteadyClock clock;
    const Instant last = clock.now() + order.time_limit;
    told.state.store(GpuInjectorBoard::State::injects, std::memory_order_release);
    load.inject([&clock, last] { return clock.now() >= last; },
                [&told](const InjectorUse& piece) { note_piece(told, piece); });
  } catch (const std::exception& error) {
    say_failure(told, error.what());
    return false;
  }
  return true;
}

}  // namespace assay
