#include "lab/interrupts.hpp"

#include <array>

namespace assay {

namespace {

constexpr std::array kCaught{SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach nothing else.
volatile sig_atomic_t g_interrupt_count = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void count_interrupt(int) { g_interrupt_count = g_interrupt_count + 1; }

void set_handler(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

}  // namespace

Interrupts::Interrupts() {
  g_interrupt_count = 0;
  sigset_t caught;
  sigemptyset(&caught);
  for (const int number : kCaught) {
    sigaddset(&caught, number);
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

}  // namespace assay
