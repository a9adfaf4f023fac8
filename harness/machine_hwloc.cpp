#include <hwloc.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "harness/cpu_features.hpp"
#include "harness/file_source.hpp"
#include "harness/machine.hpp"
#include "harness/machine_facts.hpp"
#include "harness/virtualization.hpp"

namespace assay {
namespace {

std::string system_message() { return std::generic_category().message(errno); }

struct TopologyDeleter {
  void operator()(hwloc_topology* topology) const { hwloc_topology_destroy(topology); }
};
using Topology = std::unique_ptr<hwloc_topology, TopologyDeleter>;

struct BitmapDeleter {
  void operator()(hwloc_bitmap_s* bitmap) const { hwloc_bitmap_free(bitmap); }
};
using Bitmap = std::unique_ptr<hwloc_bitmap_s, BitmapDeleter>;

Topology new_topology() {
  hwloc_topology_t topology = nullptr;
  if (hwloc_topology_init(&topology) != 0) {
    throw std::runtime_error("hwloc_topology_init: " + system_message());
  }
  // Cores outside our cgroup are part of the machine: they are shown, marked as not allowed.
  if (hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) != 0) {
    const Topology guard{topology};
    throw std::runtime_error("hwloc_topology_set_flags(INCLUDE_DISALLOWED): " + system_message());
  }
  return Topology{topology};
}

int ancestor_index(hwloc_topology_t topology, hwloc_obj_type_t type, hwloc_obj_t object) {
  const auto* ancestor = hwloc_get_ancestor_obj_by_type(topology, type, object);
  return ancestor == nullptr ? 0 : static_cast<int>(ancestor->logical_index);
}

int objects_inside(hwloc_topology_t topology, hwloc_obj_t parent, hwloc_obj_type_t type) {
  return hwloc_get_nbobjs_inside_cpuset_by_type(topology, parent->cpuset, type);
}

/// hwloc's rank of the core kind that `unit` belongs to; 0 where the kinds are alike or cannot be ranked.
int core_kind(hwloc_topology_t topology, hwloc_obj_t unit) {
  const int kind = hwloc_cpukinds_get_by_cpuset(topology, unit->cpuset, 0);
  int efficiency = 0;
  if (kind < 0 ||
      hwloc_cpukinds_get_info(topology, static_cast<unsigned>(kind), nullptr, &efficiency, nullptr, nullptr, 0) != 0) {
    return 0;
  }
  return std::max(efficiency, 0);
}

void fill_hardware_threads(Machine& machine, hwloc_topology_t topology) {
  const hwloc_const_bitmap_t allowed = hwloc_topology_get_allowed_cpuset(topology);
  for (hwloc_obj_t unit = nullptr; (unit = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, unit)) != nullptr;) {
    HardwareThread thread;
    thread.os_index = static_cast<int>(unit->os_index);
    const auto* core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, unit);
    // A host that hides its cores gets one core for each hardware thread, which is how it schedules them.
    thread.core = static_cast<int>(core == nullptr ? unit->logical_index : core->logical_index);
    thread.smt_rank =
        static_cast<int>(std::count_if(machine.hardware_threads.begin(), machine.hardware_threads.end(),
                                       [&thread](const auto& earlier) { return earlier.core == thread.core; }));
    thread.package = ancestor_index(topology, HWLOC_OBJ_PACKAGE, unit);
    thread.numa_node = unit->nodeset == nullptr ? 0 : std::max(hwloc_bitmap_first(unit->nodeset), 0);
    thread.core_kind = core_kind(topology, unit);
    thread.allowed = hwloc_bitmap_isset(allowed, unit->os_index) != 0;
    machine.hardware_threads.push_back(thread);
  }
}

bool same_shape(const CacheLevel& a, const CacheLevel& b) {
  return a.level == b.level && a.size == b.size && a.line == b.line && a.sharing_cores == b.sharing_cores;
}

void fill_data_caches(Machine& machine, hwloc_topology_t topology) {
  constexpr hwloc_obj_type_t kDataCaches[] = {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE,
                                              HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L5CACHE};
  for (const auto type : kDataCaches) {
    for (hwloc_obj_t cache = nullptr; (cache = hwloc_get_next_obj_by_type(topology, type, cache)) != nullptr;) {
      const auto& attributes = cache->attr->cache;
      const int cores = objects_inside(topology, cache, HWLOC_OBJ_CORE);
      const CacheLevel level{.level = static_cast<int>(attributes.depth),
                             .size = Bytes{attributes.size},
                             .line = Bytes{attributes.linesize},
                             .sharing_cores = cores > 0 ? cores : objects_inside(topology, cache, HWLOC_OBJ_PU),
                             .instance_count = 1};
      // Hybrid machines have two shapes at one level; each gets its own row.
      const auto known = std::find_if(machine.data_caches.begin(), machine.data_caches.end(),
                                      [&level](const auto& other) { return same_shape(level, other); });
      if (known == machine.data_caches.end()) {
        machine.data_caches.push_back(level);
      } else {
        ++known->instance_count;
      }
    }
  }
}

/// The topology of a loaded hwloc_topology_t; nothing else of the machine.
Machine topology_of(hwloc_topology_t topology) {
  Machine machine;
  fill_hardware_threads(machine, topology);
  fill_data_caches(machine, topology);
  int cores = 0;
  for (const auto& thread : machine.hardware_threads) {
    cores = std::max(cores, thread.core + 1);
  }
  machine.core_count = cores;
  machine.package_count = std::max(hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PACKAGE), 1);
  machine.numa_node_count = std::max(hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_NUMANODE), 1);
  return machine;
}

/// Takes the CPUs outside this process' affinity mask out of the allowed ones.
void apply_affinity(Machine& machine, hwloc_topology_t topology) {
  const Bitmap bound{hwloc_bitmap_alloc()};
  if (bound == nullptr || hwloc_get_cpubind(topology, bound.get(), HWLOC_CPUBIND_PROCESS) != 0) {
    machine.not_visible.push_back("affinity mask: hwloc_get_cpubind: " + system_message());
    return;
  }
  for (auto& thread : machine.hardware_threads) {
    thread.allowed = thread.allowed && hwloc_bitmap_isset(bound.get(), static_cast<unsigned>(thread.os_index)) != 0;
  }
}

bool kinds_are_unranked(hwloc_topology_t topology) {
  int efficiency = 0;
  return hwloc_cpukinds_get_nr(topology, 0) > 1 &&
         hwloc_cpukinds_get_info(topology, 0, nullptr, &efficiency, nullptr, nullptr, 0) == 0 && efficiency < 0;
}

void note_hidden_topology(Machine& machine, hwloc_topology_t topology) {
  if (machine.data_caches.empty()) {
    machine.not_visible.emplace_back("cache sizes: hwloc found none in /sys/devices/system/cpu/cpu0/cache");
  }
  if (hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE) <= 0) {
    machine.not_visible.emplace_back("physical cores: not shown; each hardware thread counts as a core");
  }
  if (kinds_are_unranked(topology)) {
    machine.not_visible.emplace_back("core types: several, but the host does not say which is faster");
  }
  if (hwloc_topology_is_thissystem(topology) == 0) {
    machine.not_visible.emplace_back("own topology: HWLOC_XMLFILE or HWLOC_SYNTHETIC replaces it in this environment");
  }
}

}  // namespace

Machine detect_machine() {
  const Topology topology = new_topology();
  if (hwloc_topology_load(topology.get()) != 0) {
    throw std::runtime_error("hwloc_topology_load: " + system_message());
  }
  Machine machine = topology_of(topology.get());
  apply_affinity(machine, topology.get());
  note_hidden_topology(machine, topology.get());

  const SystemFiles files;
  utsname system{};
  if (uname(&system) != 0) {
    throw std::runtime_error("uname: " + system_message());
  }
  machine.cpu_model = read_cpu_model(files);
  machine.architecture = system.machine;
  machine.isa = simd_extensions();
  machine.memory_total = read_memory_total(files);
  machine.operating_system = read_operating_system(files);
  machine.kernel_release = system.release;
  machine.virtualization = read_virtualization(files, hypervisor_bit()).name();
  for (auto& reading : read_not_visible(files, machine.virtualization)) {
    machine.not_visible.push_back(std::move(reading));
  }
  return machine;
}

Machine machine_from_synthetic(const std::string& description) {
  const Topology topology = new_topology();
  if (hwloc_topology_set_synthetic(topology.get(), description.c_str()) != 0) {
    throw std::invalid_argument("hwloc_topology_set_synthetic(\"" + description + "\"): " + system_message());
  }
  if (hwloc_topology_load(topology.get()) != 0) {
    throw std::invalid_argument("hwloc_topology_load after \"" + description + "\": " + system_message());
  }
  return topology_of(topology.get());
}

}  // namespace assay
