#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/units.hpp"

namespace assay {

struct CacheLevel {
  int level = 0;  ///< 1 is next to the core
  Bytes size;     ///< of one instance; instruction caches are left out
  Bytes line;
  int sharing_cores = 1;  ///< physical cores behind one instance
  int instance_count = 1;
};

/// One hardware thread as the operating system numbers it.
struct HardwareThread {
  int os_index = 0;
  int core = 0;      ///< logical index of the physical core
  int smt_rank = 0;  ///< 0 for the first hardware thread of its core
  int package = 0;
  int numa_node = 0;
  int core_kind = 0;    ///< hwloc's efficiency rank, higher is faster; 0 everywhere on uniform machines
  bool allowed = true;  ///< by affinity mask and cgroup of this process
};

/// The machine as hwloc and the kernel show it. Plain data; detect_machine() fills it.
/// It holds nothing that names a person, a host or a serial number.
struct Machine {
  std::string cpu_model;
  std::string architecture;      ///< "x86_64", "aarch64"
  std::vector<std::string> isa;  ///< the SIMD extensions that our kernels can use: "avx2", "avx512f", ...
  int package_count = 0;
  int core_count = 0;
  int numa_node_count = 0;
  std::vector<HardwareThread> hardware_threads;
  std::vector<CacheLevel> data_caches;  ///< ascending level
  Bytes memory_total;
  std::string operating_system;  ///< "Debian GNU/Linux 12 (bookworm)"
  std::string kernel_release;
  std::string virtualization;  ///< "kvm", "docker", "none"
  /// Readings that this host hides, with the reason: "governor: no cpufreq in this virtual machine".
  std::vector<std::string> not_visible;

  /// Size of the largest data cache, 0 if none is known.
  [[nodiscard]] Bytes last_level_cache() const;
  [[nodiscard]] std::vector<int> allowed_cpus() const;
  [[nodiscard]] bool has_smt() const;
};

/// Reads the machine that this process runs on, by hwloc and /proc. Throws std::runtime_error naming the
/// call and hwloc's own message if the topology cannot be loaded.
[[nodiscard]] Machine detect_machine();

/// The same from a synthetic hwloc description such as "pack:2 [numa] l3:1 core:8 pu:2"; only the topology is
/// filled. Throws std::invalid_argument if hwloc rejects the description.
[[nodiscard]] Machine machine_from_synthetic(const std::string& description);

/// What may leave this computer. label: chosen by a person, else "machine-" and four hex digits of the id.
/// id: HMAC-SHA256 keyed with /etc/machine-id over "assay/1" and a random per-installation salt.
/// machine_class: hash of CPU model, core, cache and NUMA shape and memory in GiB.
struct MachineIdentity {
  std::string label;
  std::string id;
  std::string machine_class;
};

/// The salt and the label are kept under $XDG_CONFIG_HOME/assay (default ~/.config/assay); the salt is made at
/// first use. Where that folder cannot be written there is no salt: the
/// identity then rests on /etc/machine-id alone, which clones share, and the label ends in "-unsaved".
[[nodiscard]] MachineIdentity identify(const Machine& machine);

}  // namespace assay
