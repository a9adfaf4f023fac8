#include "harness/counter_set.hpp"
#include "harness/thread_account.hpp"

namespace assay {

/// Built without a counter library: the kernel's own account of the thread is all there is.
struct CounterSet::State {
  std::vector<CounterReading> at_start;
};

CounterSet::CounterSet() : state_(std::make_unique<State>()) { start(); }

CounterSet::~CounterSet() = default;

void CounterSet::start() { state_->at_start = read_thread_account(SystemFiles{}); }

std::vector<CounterReading> CounterSet::read() {
  auto readings = account_since(state_->at_start, read_thread_account(SystemFiles{}));
  for (const auto event : {CounterEvent::instructions, CounterEvent::cycles, CounterEvent::llc_misses,
                           CounterEvent::flops_single, CounterEvent::flops_double}) {
    readings.push_back({event, Unavailable{"built without PAPI (ASSAY_WITH_PAPI=OFF)"}, {}});
  }
  return readings;
}

}  // namespace assay
