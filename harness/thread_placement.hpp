#pragma once

#include <string>
#include <vector>

#include "harness/machine.hpp"

namespace assay {

/// Which CPUs carry the load generator and the workers, and why. A pure decision: choosing binds nothing.
struct ThreadPlacement {
  std::vector<int> issuing_cpus;
  std::vector<int> worker_cpus;
  bool shared = false;  ///< true when issuer and a worker must share a CPU: the lateness then includes the work
  bool pinned = true;   ///< false: each thread may run on any of these CPUs
  std::string why;
};

struct PlacementRequest {
  int issuing_threads = 1;
  int worker_threads = 0;      ///< 0: as many as the remaining allowed cores carry, with `share` as all of them do
  std::vector<int> only_cpus;  ///< a user's --cpus; empty: all allowed
  bool share = false;          ///< workers also on the issuing CPUs, after all others
  bool pinned = true;          ///< false: the scheduler may move threads among the CPUs of the placement
};

/// Prefers the fastest core kind, one hardware thread per core, one NUMA node, and leaves CPU 0 (interrupts) to
/// the issuing side last. Throws std::invalid_argument naming each CPU that is absent or not allowed.
[[nodiscard]] ThreadPlacement choose_placement(const Machine& machine, const PlacementRequest& request);

/// Every CPU of the placement once, ascending.
[[nodiscard]] std::vector<int> cpus_of(const ThreadPlacement& placement);

/// Binds the calling thread. Throws std::runtime_error naming the CPU and the system's message.
void pin_this_thread(int cpu);

}  // namespace assay
