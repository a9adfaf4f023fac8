#include "harness/thread_placement.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <system_error>
#include <tuple>
#include <utility>

#include "harness/file_source.hpp"

namespace assay {
namespace {

/// A hardware thread with what decides its turn.
struct Candidate {
  HardwareThread thread;
  int rank_in_core = 0;  ///< among the usable threads of its core, so that a core whose first thread is barred counts
};

void check(const Machine& machine, const PlacementRequest& request) {
  std::string faults;
  const auto add = [&faults](const std::string& fault) { faults += (faults.empty() ? "" : "; ") + fault; };
  for (const int cpu : request.only_cpus) {
    const auto thread = std::find_if(machine.hardware_threads.begin(), machine.hardware_threads.end(),
                                     [cpu](const HardwareThread& other) { return other.os_index == cpu; });
    if (thread == machine.hardware_threads.end()) {
      add("CPU " + std::to_string(cpu) + " is absent");
    } else if (!thread->allowed) {
      add("CPU " + std::to_string(cpu) + " is not allowed by the affinity mask or cgroup of this process");
    }
  }
  if (request.issuing_threads < 1) {
    add(std::to_string(request.issuing_threads) + " issuing threads (1 or more are needed)");
  }
  if (request.worker_threads < 0) {
    add(std::to_string(request.worker_threads) + " worker threads (0, meaning as many as fit, or more)");
  }
  if (machine.allowed_cpus().empty()) {
    add("no CPU is allowed");
  }
  if (!faults.empty()) {
    throw std::invalid_argument("placement: " + faults);
  }
}

std::vector<Candidate> usable(const Machine& machine, const PlacementRequest& request) {
  const std::set<int> wanted(request.only_cpus.begin(), request.only_cpus.end());
  std::vector<Candidate> candidates;
  for (const auto& thread : machine.hardware_threads) {
    if (thread.allowed && (wanted.empty() || wanted.contains(thread.os_index))) {
      candidates.push_back({.thread = thread, .rank_in_core = 0});
    }
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::pair{a.thread.smt_rank, a.thread.os_index} < std::pair{b.thread.smt_rank, b.thread.os_index};
  });
  std::map<int, int> seen;
  for (auto& candidate : candidates) {
    candidate.rank_in_core = seen[candidate.thread.core]++;
  }
  return candidates;
}

int fastest_kind(const std::vector<Candidate>& candidates) {
  int fastest = 0;
  for (const auto& candidate : candidates) {
    fastest = std::max(fastest, candidate.thread.core_kind);
  }
  return fastest;
}

/// Nodes by their number of fast cores, the most first; equal ones by index.
std::vector<int> node_order(const std::vector<Candidate>& candidates) {
  const int fastest = fastest_kind(candidates);
  std::map<int, int> fast_cores;
  for (const auto& candidate : candidates) {
    fast_cores[candidate.thread.numa_node] +=
        candidate.rank_in_core == 0 && candidate.thread.core_kind == fastest ? 1 : 0;
  }
  std::vector<int> nodes;
  nodes.reserve(fast_cores.size());
  for (const auto& entry : fast_cores) {
    nodes.push_back(entry.first);
  }
  std::stable_sort(nodes.begin(), nodes.end(), [&fast_cores](int a, int b) { return fast_cores[a] > fast_cores[b]; });
  return nodes;
}

/// Best first: own cores before second threads, fast kinds, one node before the next, CPU 0 last among equals: Linux
/// sends it most interrupts and housekeeping.
void sort_by_preference(std::vector<Candidate>& candidates) {
  const std::vector<int> nodes = node_order(candidates);
  const auto turn = [&nodes](const Candidate& candidate) {
    const auto node = std::find(nodes.begin(), nodes.end(), candidate.thread.numa_node) - nodes.begin();
    return std::tuple{candidate.rank_in_core, -candidate.thread.core_kind, node, candidate.thread.os_index == 0,
                      candidate.thread.os_index};
  };
  std::sort(candidates.begin(), candidates.end(),
            [&turn](const Candidate& a, const Candidate& b) { return turn(a) < turn(b); });
}

std::size_t own_core_count(const std::vector<Candidate>& candidates) {
  return static_cast<std::size_t>(std::count_if(
      candidates.begin(), candidates.end(), [](const Candidate& candidate) { return candidate.rank_in_core == 0; }));
}

/// As many workers as the remaining cores carry: cores of one kind only, the fastest that is left, because a mix would
/// show as two modes of latency. At least one.
std::size_t default_worker_count(const std::vector<Candidate>& remaining) {
  if (remaining.empty() || remaining.front().rank_in_core > 0) {
    return 1;
  }
  const int kind = remaining.front().thread.core_kind;
  return static_cast<std::size_t>(std::count_if(remaining.begin(), remaining.end(), [kind](const Candidate& candidate) {
    return candidate.rank_in_core == 0 && candidate.thread.core_kind == kind;
  }));
}

struct Choice {
  std::vector<Candidate> issuing;
  std::vector<Candidate> workers;
  std::size_t issuing_wanted = 0;
  std::size_t workers_wanted = 0;
};

template <class Of>
std::size_t distinct(const std::vector<Candidate>& candidates, Of of) {
  std::set<int> values;
  for (const auto& candidate : candidates) {
    values.insert(of(candidate.thread));
  }
  return values.size();
}

bool share_a_cpu(const Choice& choice) {
  return std::any_of(choice.workers.begin(), choice.workers.end(), [&choice](const Candidate& worker) {
    return std::any_of(choice.issuing.begin(), choice.issuing.end(),
                       [&worker](const Candidate& issuer) { return issuer.thread.os_index == worker.thread.os_index; });
  });
}

bool share_a_core(const Choice& choice) {
  return std::any_of(choice.workers.begin(), choice.workers.end(), [&choice](const Candidate& worker) {
    return std::any_of(choice.issuing.begin(), choice.issuing.end(),
                       [&worker](const Candidate& issuer) { return issuer.thread.core == worker.thread.core; });
  });
}

std::string reasons(const Choice& choice, const std::vector<Candidate>& all) {
  const bool shared = all.size() == 1;
  std::vector<Candidate> used = choice.workers;
  used.insert(used.end(), choice.issuing.begin(), choice.issuing.end());
  std::vector<std::string> parts;
  if (shared) {
    parts.emplace_back("only CPU " + std::to_string(all.front().thread.os_index) +
                       " is allowed: the issuing thread shares it with the worker, so its lateness includes the work");
  } else if (share_a_cpu(choice)) {
    parts.emplace_back("workers also on the issuing CPUs, as asked: the lateness includes the work");
  } else if (share_a_core(choice)) {
    parts.emplace_back("a worker sits on the second hardware thread of an issuing core: both slow each other");
  } else {
    parts.emplace_back("issuing and work on cores of their own");
  }
  if (choice.workers_wanted > choice.workers.size()) {
    parts.emplace_back(std::to_string(choice.workers_wanted) + " workers on " + std::to_string(choice.workers.size()) +
                       " CPUs: workers wait for each other");
  }
  if (choice.issuing_wanted > choice.issuing.size()) {
    parts.emplace_back(std::to_string(choice.issuing_wanted) + " issuing threads on " +
                       std::to_string(choice.issuing.size()) + " CPUs: issuers wait for each other");
  }
  if (distinct(choice.workers, [](const HardwareThread& thread) { return thread.core; }) < choice.workers.size()) {
    parts.emplace_back("some workers share a core (SMT)");
  }
  if (distinct(all, [](const HardwareThread& thread) { return thread.core_kind; }) > 1) {
    const bool mixed = distinct(choice.workers, [](const HardwareThread& thread) { return thread.core_kind; }) > 1;
    parts.emplace_back(mixed ? "workers on core types of different speed"
                             : "workers on one core type, the fastest left");
  }
  if (distinct(all, [](const HardwareThread& thread) { return thread.numa_node; }) > 1) {
    const std::size_t nodes = distinct(used, [](const HardwareThread& thread) { return thread.numa_node; });
    parts.emplace_back(nodes == 1 ? "all on NUMA node " + std::to_string(used.front().thread.numa_node)
                                  : "spread over " + std::to_string(nodes) + " NUMA nodes");
  }
  const bool zero = std::any_of(used.begin(), used.end(), [](const auto& one) { return one.thread.os_index == 0; });
  const bool has_zero = std::any_of(all.begin(), all.end(), [](const auto& one) { return one.thread.os_index == 0; });
  if (!shared && has_zero) {
    parts.emplace_back(zero ? "CPU 0, which serves most interrupts, was taken last" : "CPU 0 left to interrupts");
  }
  std::string text;
  for (const auto& part : parts) {
    text += (text.empty() ? "" : "; ") + part;
  }
  return text;
}

/// The CPUs of `chosen`, repeated in turn until there are `wanted`.
std::vector<int> cpus_of(const std::vector<Candidate>& chosen, std::size_t wanted) {
  std::vector<int> cpus;
  for (std::size_t i = 0; i < wanted; ++i) {
    cpus.push_back(chosen[i % chosen.size()].thread.os_index);
  }
  return cpus;
}

Choice choose(const std::vector<Candidate>& all, const PlacementRequest& request) {
  Choice choice;
  choice.issuing_wanted = static_cast<std::size_t>(request.issuing_threads);
  // One CPU is kept for the work: a whole core if there are two, else a second hardware thread.
  const std::size_t cores = own_core_count(all);
  const std::size_t carriers = cores > 1 ? cores - 1 : 1;
  const auto issuing_count = static_cast<std::ptrdiff_t>(std::min(choice.issuing_wanted, carriers));
  choice.issuing.assign(all.begin(), all.begin() + issuing_count);

  std::vector<Candidate> remaining(all.begin() + issuing_count, all.end());
  // The other threads of the issuing cores come last of all.
  std::stable_partition(remaining.begin(), remaining.end(), [&choice](const Candidate& candidate) {
    return std::none_of(choice.issuing.begin(), choice.issuing.end(),
                        [&candidate](const Candidate& issuer) { return issuer.thread.core == candidate.thread.core; });
  });
  if (request.share) {
    // A worker for each core takes the issuing core itself rather than a second thread of another.
    const auto place = request.worker_threads > 0
                           ? remaining.end()
                           : std::find_if(remaining.begin(), remaining.end(),
                                          [](const Candidate& candidate) { return candidate.rank_in_core > 0; });
    remaining.insert(place, choice.issuing.begin(), choice.issuing.end());
  }
  choice.workers_wanted =
      request.worker_threads > 0 ? static_cast<std::size_t>(request.worker_threads) : default_worker_count(remaining);
  if (remaining.empty()) {
    choice.workers = choice.issuing;
  } else {
    const auto count = static_cast<std::ptrdiff_t>(std::min(choice.workers_wanted, remaining.size()));
    choice.workers.assign(remaining.begin(), remaining.begin() + count);
  }
  return choice;
}

}  // namespace

ThreadPlacement choose_placement(const Machine& machine, const PlacementRequest& request) {
  check(machine, request);
  std::vector<Candidate> all = usable(machine, request);
  sort_by_preference(all);
  const Choice choice = choose(all, request);

  ThreadPlacement placement;
  placement.issuing_cpus = cpus_of(choice.issuing, choice.issuing_wanted);
  placement.worker_cpus = cpus_of(choice.workers, choice.workers_wanted);
  placement.shared = share_a_cpu(choice);
  placement.pinned = request.pinned;
  placement.why = reasons(choice, all);
  if (!request.pinned) {
    placement.why += "; not pinned: the scheduler may move each thread among CPU " + cpu_list_text(cpus_of(placement));
  }
  return placement;
}

std::vector<int> cpus_of(const ThreadPlacement& placement) {
  std::set<int> cpus(placement.issuing_cpus.begin(), placement.issuing_cpus.end());
  cpus.insert(placement.worker_cpus.begin(), placement.worker_cpus.end());
  return {cpus.begin(), cpus.end()};
}

void pin_this_thread(int cpu) {
  // CPU_ALLOC instead of cpu_set_t: the fixed type ends at CPU 1023.
  const int error = [cpu] {
    if (cpu < 0) {
      return EINVAL;
    }
    const auto count = static_cast<std::size_t>(cpu) + 1;
    cpu_set_t* set = CPU_ALLOC(count);
    if (set == nullptr) {
      return ENOMEM;
    }
    const std::size_t size = CPU_ALLOC_SIZE(count);
    CPU_ZERO_S(size, set);
    CPU_SET_S(static_cast<std::size_t>(cpu), size, set);
    const int result = pthread_setaffinity_np(pthread_self(), size, set);
    CPU_FREE(set);
    return result;
  }();
  if (error != 0) {
    throw std::runtime_error("pthread_setaffinity_np(CPU " + std::to_string(cpu) +
                             "): " + std::generic_category().message(error));
  }
}

}  // namespace assay
