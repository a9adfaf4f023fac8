#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/unavailable.hpp"

namespace assay {

enum class CounterEvent {
  task_clock,        ///< nanoseconds on a CPU
  context_switches,  ///< voluntary and involuntary
  cpu_migrations,
  page_faults,
  instructions,
  cycles,
  llc_misses,
  flops_single,  ///< as the CPU counts them
  flops_double,
};

[[nodiscard]] const char* name_of(CounterEvent event);

struct CounterReading {
  CounterEvent event = CounterEvent::task_clock;
  Reading<std::uint64_t> value;
  std::string source;  ///< "perf::CONTEXT-SWITCHES", "getrusage(RUSAGE_THREAD)"; empty if not available
};

/// Counts what the calling thread does. An event is offered because it was started once, never because a list of the
/// library names it: on virtual machines such lists promise counters that do not exist.
/// Construct, start and read on one thread. start() and read() make system calls and read() allocates: they belong
/// before and after a timed region.
class CounterSet {
 public:
  /// Probes every event. Takes 0.1 s for the first set of a process where the counter library is built in.
  CounterSet();
  CounterSet(const CounterSet&) = delete;
  CounterSet& operator=(const CounterSet&) = delete;
  ~CounterSet();

  /// Counts from zero.
  void start();

  /// What was counted since start(), one reading for each event in the order of CounterEvent.
  /// Throws std::runtime_error naming the call if a counter that had started cannot be read.
  [[nodiscard]] std::vector<CounterReading> read();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace assay
