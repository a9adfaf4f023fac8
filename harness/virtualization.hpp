#pragma once

#include <string>

#include "harness/cpu_features.hpp"
#include "harness/file_source.hpp"

namespace assay {

/// What lies between this process and the metal, with the evidence for it.
struct Virtualization {
  std::string hypervisor;  ///< "kvm", "xen", "vmware", ..., "unknown"; empty if none was found
  std::string container;   ///< "docker", "podman", "lxc", ...; empty if none was found
  std::string evidence;    ///< "CPUID says KVMKVMKVM; /.dockerenv exists"

  /// "kvm", "docker", "kvm+docker" or "none".
  [[nodiscard]] std::string name() const;
};

/// Judges by the CPU's hypervisor bit, /sys/hypervisor, the firmware's product name, the device tree and the marks that
/// container runtimes leave. Runs no other program.
[[nodiscard]] Virtualization read_virtualization(const FileSource& files, const HypervisorBit& bit);

}  // namespace assay
