#include <papi.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "harness/counter_set.hpp"
#include "harness/thread_account.hpp"

namespace assay {
namespace {

struct PapiEvent {
  CounterEvent event;
  const char* name;
  bool software;
};

constexpr std::array kEvents{
    PapiEvent{CounterEvent::task_clock, "perf::TASK-CLOCK", true},
    PapiEvent{CounterEvent::context_switches, "perf::CONTEXT-SWITCHES", true},
    PapiEvent{CounterEvent::cpu_migrations, "perf::CPU-MIGRATIONS", true},
    PapiEvent{CounterEvent::page_faults, "perf::PAGE-FAULTS", true},
    PapiEvent{CounterEvent::instructions, "PAPI_TOT_INS", false},
    PapiEvent{CounterEvent::cycles, "PAPI_TOT_CYC", false},
    PapiEvent{CounterEvent::llc_misses, "PAPI_L3_TCM", false},
    PapiEvent{CounterEvent::flops_single, "PAPI_SP_OPS", false},
    PapiEvent{CounterEvent::flops_double, "PAPI_DP_OPS", false},
};

std::string failure(const std::string& call, int code) { return call + ": " + PAPI_strerror(code); }

unsigned long this_thread() { return static_cast<unsigned long>(syscall(SYS_gettid)); }

/// Empty if PAPI is ready, else why not. PAPI is one per process by its nature.
const std::string& initialisation_failure() {
  static const std::string reason = [] {
    const int version = PAPI_library_init(PAPI_VER_CURRENT);
    if (version != PAPI_VER_CURRENT) {
      return version > 0 ? std::string{"PAPI_library_init: header and library differ in version"}
                         : failure("PAPI_library_init", version);
    }
    const int code = PAPI_thread_init(this_thread);
    return code == PAPI_OK ? std::string{} : failure("PAPI_thread_init", code);
  }();
  return reason;
}

/// One PAPI event set.
class EventSet {
 public:
  EventSet() {
    if (const int code = PAPI_create_eventset(&handle_); code != PAPI_OK) {
      throw std::runtime_error(failure("PAPI_create_eventset", code));
    }
  }
  EventSet(const EventSet&) = delete;
  EventSet& operator=(const EventSet&) = delete;
  ~EventSet() {
    stop();
    PAPI_cleanup_eventset(handle_);
    PAPI_destroy_eventset(&handle_);
  }

  /// Empty if it worked, else the library's message.
  std::string add(const char* name) {
    const int code = PAPI_add_named_event(handle_, name);
    return code == PAPI_OK ? std::string{} : failure(std::string{"PAPI_add_named_event("} + name + ")", code);
  }

  std::string start() {
    const int code = PAPI_start(handle_);
    running_ = code == PAPI_OK;
    return running_ ? std::string{} : failure("PAPI_start", code);
  }

  void stop() {
    if (running_) {
      PAPI_stop(handle_, nullptr);
      running_ = false;
    }
  }

  void read(std::vector<long long>& values) const {
    if (const int code = PAPI_read(handle_, values.data()); code != PAPI_OK) {
      throw std::runtime_error(failure("PAPI_read", code));
    }
  }

 private:
  int handle_ = PAPI_NULL;
  bool running_ = false;
};

/// Whether events inside the kernel are counted: a sleep gives the CPU away at least once, and the kernel does that.
/// PAPI 7.1 starts without complaint where it may count user mode only, and then reads 0 (Debian 13, as a user).
bool counts_the_kernel() {
  EventSet set;
  if (!set.add("perf::CONTEXT-SWITCHES").empty() || !set.start().empty()) {
    return false;
  }
  std::this_thread::sleep_for(std::chrono::microseconds{50});
  std::vector<long long> values(1);
  set.read(values);
  return values.front() > 0;
}

/// Empty if the events can be counted together, else why not.
std::string start_failure(const std::vector<const PapiEvent*>& events) {
  EventSet set;
  for (const auto* event : events) {
    if (std::string reason = set.add(event->name); !reason.empty()) {
      return reason;
    }
  }
  return set.start();
}

}  // namespace

struct CounterSet::State {
  std::array<std::string, kEvents.size()> refusals;  ///< by event; empty if it is counted
  std::vector<std::size_t> counted;                  ///< indices into kEvents in the order of the set
  bool user_mode_only = false;
  std::optional<EventSet> set;
  std::vector<long long> values;
  std::vector<CounterReading> account_at_start;

  void probe();
  void assemble();
};

/// Asks for each event by starting it alone.
void CounterSet::State::probe() {
  if (!initialisation_failure().empty()) {
    refusals.fill(initialisation_failure());
    return;
  }
  // PAPI counts user mode by default, in which the kernel counts no context switch and no migration at all (seen: 0
  // for five sleeps). Without the right to count the kernel the software events come from its account instead.
  PAPI_set_domain(PAPI_DOM_ALL);
  user_mode_only = !counts_the_kernel();
  if (user_mode_only) {
    PAPI_set_domain(PAPI_DOM_USER);
  }
  for (std::size_t i = 0; i < kEvents.size(); ++i) {
    refusals[i] = kEvents[i].software && user_mode_only ? "perf_event_paranoid forbids counting in the kernel"
                                                        : start_failure({&kEvents[i]});
    if (refusals[i].empty()) {
      counted.push_back(i);
    }
  }
}

/// Builds the set of all that can be counted at once; a CPU may have fewer counters than events.
void CounterSet::State::assemble() {
  while (!counted.empty()) {
    std::vector<const PapiEvent*> events;
    for (const std::size_t index : counted) {
      events.push_back(&kEvents[index]);
    }
    const std::string reason = start_failure(events);
    if (reason.empty()) {
      break;
    }
    refusals[counted.back()] = "does not fit beside the other events; " + reason;
    counted.pop_back();
  }
  if (!counted.empty()) {
    set.emplace();
    for (const std::size_t index : counted) {
      if (const std::string reason = set->add(kEvents[index].name); !reason.empty()) {
        throw std::runtime_error(reason);
      }
    }
  }
  values.resize(counted.size());
}

CounterSet::CounterSet() : state_(std::make_unique<State>()) {
  state_->probe();
  state_->assemble();
  start();
}

CounterSet::~CounterSet() = default;

void CounterSet::start() {
  state_->account_at_start = read_thread_account(SystemFiles{});
  if (state_->set) {
    state_->set->stop();
    if (const std::string reason = state_->set->start(); !reason.empty()) {
      throw std::runtime_error(reason);
    }
  }
}

std::vector<CounterReading> CounterSet::read() {
  if (state_->set) {
    state_->set->read(state_->values);
  }
  // The kernel's account stands in for software events; the hardware ones have no such twin.
  auto readings = account_since(state_->account_at_start, read_thread_account(SystemFiles{}));
  for (std::size_t i = readings.size(); i < kEvents.size(); ++i) {
    readings.push_back({kEvents[i].event, Unavailable{state_->refusals[i]}, {}});
  }
  for (std::size_t i = 0; i < state_->counted.size(); ++i) {
    const PapiEvent& event = kEvents[state_->counted[i]];
    CounterReading& reading = readings[state_->counted[i]];
    reading.value = static_cast<std::uint64_t>(state_->values[i]);
    reading.source = std::string{event.name} + (state_->user_mode_only ? " (user mode only)" : "");
  }
  return readings;
}

}  // namespace assay
