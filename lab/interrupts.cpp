#include "lab/interrupts.hpp"

#include <array>
#include <atomic>
#include <ctime>

namespace assay {

namespace {

constexpr std::array kCaught{SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach nothing else, and after count_at_once() it may run in any thread.
static_assert(std::atomic<int>::is_always_lock_free);
std::atomic<int> g_interrupt_count = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

std::atomic<int> g_second_ends = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

std::atomic<int> g_last_ms = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void set_handler(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

bool is_handled_by(int number, void (*handler)(int)) {
  struct sigaction action {};
  return sigaction(number, nullptr, &action) == 0 && action.sa_handler == handler;
}

/// timeout(1) signals the process and then its group, and a closing terminal says SIGHUP twice: what comes within
/// moments of each other is one wish. clock_gettime() may be called in a handler (signal-safety(7)).
void count_interrupt(int number) {
  constexpr int kOneWish = 300;  // ms
  constexpr long kNanosecondsPerMillisecond = 1'000'000;
  constexpr long kWrap = 1'000'000;  // s; keeps the milliseconds within 32 bits
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  const auto now_ms = static_cast<int>(time.tv_sec % kWrap * 1000 + time.tv_nsec / kNanosecondsPerMillisecond);
  const int passed_ms = now_ms - g_last_ms;
  if (g_interrupt_count == 0 || passed_ms < 0 || passed_ms > kOneWish) {
    ++g_interrupt_count;
    g_last_ms = now_ms;
    if (g_second_ends != 0 && g_interrupt_count > 1) {
      set_handler(number, SIG_DFL);
      (void)raise(number);
    }
  }
}

}  // namespace

Interrupts::Interrupts() {
  g_interrupt_count = 0;
  g_second_ends = 0;
  sigset_t caught;
  sigemptyset(&caught);
  for (const int number : kCaught) {
    if (number != SIGHUP || !is_handled_by(SIGHUP, SIG_IGN)) {  // nohup(1): it outlives its terminal
      sigaddset(&caught, number);
      set_handler(number, count_interrupt);
    }
  }
  set_handler(SIGPIPE, SIG_IGN);
  pthread_sigmask(SIG_BLOCK, &caught, &previous_);
  // A shell that starts a job in the background may have blocked them: a person must still be able to end it.
  for (const int number : kCaught) {
    sigdelset(&previous_, number);
  }
}

Interrupts::~Interrupts() {
  for (const int number : kCaught) {
    if (is_handled_by(number, count_interrupt)) {
      set_handler(number, SIG_DFL);
    }
  }
  pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

int Interrupts::count() const { return g_interrupt_count; }

void Interrupts::count_at_once() {
  g_second_ends = 1;
  pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

}  // namespace assay
