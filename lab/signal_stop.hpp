#pragma once

#include <stop_token>
#include <thread>

namespace assay {

/// Turns the first SIGINT or SIGTERM into a stop request; blocks both for every thread that starts after it. Its own
/// thread sleeps in the kernel until then: it takes nothing from the measurement.
class SignalStop {
 public:
  SignalStop();
  SignalStop(const SignalStop&) = delete;
  SignalStop& operator=(const SignalStop&) = delete;
  ~SignalStop();
  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  std::thread waiter_;
};

}  // namespace assay
