#include "harness/counter_set.hpp"

namespace assay {

const char* name_of(CounterEvent event) {
  switch (event) {
    case CounterEvent::task_clock:
      return "task_clock_ns";
    case CounterEvent::context_switches:
      return "context_switches";
    case CounterEvent::cpu_migrations:
      return "cpu_migrations";
    case CounterEvent::page_faults:
      return "page_faults";
    case CounterEvent::instructions:
      return "instructions";
    case CounterEvent::cycles:
      return "cycles";
    case CounterEvent::llc_misses:
      return "llc_misses";
    case CounterEvent::flops_single:
      return "flops_single";
    case CounterEvent::flops_double:
      return "flops_double";
  }
  return "unknown";
}

}  // namespace assay
