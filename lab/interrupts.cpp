#include "lab/interrupts.hpp"

#include <array>

namespace assay {

namespace {

constexpr std::array kCaught{SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach nothing else.
volatile sig_atomic_t g_interrupt_count = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void count_interrupt(int) { g_interrupt_count = g_interrupt_count + 1; }

}  // namespace

Interrupts::Interrupts() {
  g_interrupt_count = 0;
  sigset_t caught;
  sigemptyset(&caught);
  struct sigaction action {};
  action.sa_handler = count_interrupt;
  sigemptyset(&action.sa_mask);
  for (const int signal : kCaught) {
    sigaddset(&caught, signal);
    sigaction(signal, &action, nullptr);
  }
  ::signal(SIGPIPE, SIG_IGN);
  pthread_sigmask(SIG_BLOCK, &caught, &previous_);
  // A shell that starts a job in the background may have blocked them: a person must still be able to end it.
  for (const int signal : kCaught) {
    sigdelset(&previous_, signal);
  }
}

Interrupts::~Interrupts() {
  for (const int signal : kCaught) {
    ::signal(signal, SIG_DFL);
  }
  pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

int Interrupts::count() const { return g_interrupt_count; }

}  // namespace assay
