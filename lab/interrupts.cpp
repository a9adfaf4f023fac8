#include "lab/interrupts.hpp"

#include <array>
#include <ctime>

namespace assay {

namespace {

constexpr std::array kCaught{SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach nothing else.
volatile sig_atomic_t g_interrupt_count = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

volatile sig_atomic_t g_last_ms = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

/// timeout(1) signals the process and then its group, and a closing terminal says SIGHUP twice: what comes within
/// moments of each other is one wish. clock_gettime() may be called in a handler (signal-safety(7)).
void count_interrupt(int) {
  constexpr sig_atomic_t kOneWish = 300;  // ms
  constexpr long kNanosecondsPerMillisecond = 1'000'000;
  constexpr long kWrap = 1'000'000;  // s; keeps the milliseconds within 32 bits
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  const auto now_ms = static_cast<sig_atomic_t>(time.tv_sec % kWrap * 1000 + time.tv_nsec / kNanosecondsPerMillisecond);
  const sig_atomic_t passed_ms = now_ms - g_last_ms;
  if (g_interrupt_count == 0 || passed_ms < 0 || passed_ms > kOneWish) {
    g_interrupt_count = g_interrupt_count + 1;
    g_last_ms = now_ms;
  }
}

void set_handler(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

sigset_t caught_signals() {
  sigset_t caught;
  sigemptyset(&caught);
  for (const int number : kCaught) {
    sigaddset(&caught, number);
  }
  return caught;
}

}  // namespace

Interrupts::Interrupts() {
  g_interrupt_count = 0;
  const sigset_t caught = caught_signals();
  for (const int number : kCaught) {
    set_handler(number, count_interrupt);
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
    set_handler(number, SIG_DFL);
  }
  pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

int Interrupts::count() const { return g_interrupt_count; }

bool Interrupts::asked() {
  const sigset_t caught = caught_signals();
  constexpr timespec kNow{};
  while (sigtimedwait(&caught, nullptr, &kNow) > 0) {
    count_interrupt(0);
  }
  return g_interrupt_count > 0;
}

}  // namespace assay
