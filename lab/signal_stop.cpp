#include "lab/signal_stop.hpp"

#include <signal.h>

namespace assay {

namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

SignalStop::SignalStop() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  waiter_ = std::thread([this] {
    const sigset_t waited = stop_signals();
    int signal = 0;
    sigwait(&waited, &signal);
    stop_.request_stop();
  });
}

SignalStop::~SignalStop() {
  pthread_kill(waiter_.native_handle(), SIGINT);  // sigwait() takes it; no handler runs
  waiter_.join();
}

}  // namespace assay
