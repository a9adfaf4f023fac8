#include "harness/virtualization.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace assay {
namespace {

struct KnownName {
  std::string_view mark;
  std::string_view name;
};

// Signatures of CPUID leaf 0x40000000, as systemd's src/basic/virt.c lists them.
constexpr std::array kSignatures{
    KnownName{"KVMKVMKVM", "kvm"},       KnownName{"Linux KVM Hv", "kvm"},  KnownName{"Microsoft Hv", "microsoft"},
    KnownName{"VMwareVMware", "vmware"}, KnownName{"XenVMMXenVMM", "xen"},  KnownName{"TCGTCGTCGTCG", "qemu"},
    KnownName{"bhyve bhyve ", "bhyve"},  KnownName{"ACRNACRNACRN", "acrn"}, KnownName{"QNXQVMBSQG", "qnx"},
    KnownName{"VBoxVBoxVBox", "oracle"}, KnownName{"SRESRESRESRE", "sre"},  KnownName{"VirtualApple", "apple"},
};

constexpr std::array kProductMarks{
    KnownName{"KVM", "kvm"},
    KnownName{"QEMU", "qemu"},
    KnownName{"VMware", "vmware"},
    KnownName{"VirtualBox", "oracle"},
    KnownName{"Virtual Machine", "microsoft"},
    KnownName{"Amazon EC2", "amazon"},
    KnownName{"Google Compute Engine", "google"},
    KnownName{"Apple Virtualization", "apple"},
};

constexpr std::array kCgroupMarks{
    KnownName{"/docker", "docker"},
    KnownName{"/kubepods", "kubernetes"},
    KnownName{"/lxc", "lxc"},
    KnownName{"/libpod", "podman"},
};

void add_evidence(Virtualization& found, const std::string& text) {
  found.evidence += (found.evidence.empty() ? "" : "; ") + text;
}

void read_hypervisor(Virtualization& found, const FileSource& files, const HypervisorBit& bit) {
  if (bit.present) {
    found.hypervisor = "unknown";
    for (const auto& known : kSignatures) {
      if (bit.signature == known.mark) {
        found.hypervisor = known.name;
      }
    }
    add_evidence(found, "CPUID hypervisor bit, signature \"" + bit.signature + "\"");
    return;
  }
  if (const auto type = files.read_line("/sys/hypervisor/type")) {
    found.hypervisor = *type;
    add_evidence(found, "/sys/hypervisor/type says " + *type);
    return;
  }
  if (const auto tree = files.read_line("/proc/device-tree/hypervisor/compatible")) {
    found.hypervisor = tree->find("xen") != std::string::npos ? "xen" : "kvm";
    add_evidence(found, "the device tree names a hypervisor");
    return;
  }
  // The product name decides only where the CPU has no such bit: bare-metal clouds carry the vendor's name too.
  const auto product = files.read_line("/sys/class/dmi/id/product_name");
  if (product && !bit.readable) {
    for (const auto& known : kProductMarks) {
      if (product->find(known.mark) != std::string::npos) {
        found.hypervisor = known.name;
        add_evidence(found, "the firmware calls itself " + *product);
        return;
      }
    }
  }
  add_evidence(found,
               bit.readable ? "CPUID hypervisor bit clear" : "no sign of a hypervisor in /sys or the device tree");
}

void read_container(Virtualization& found, const FileSource& files) {
  if (const auto runtime = files.read_line("/run/systemd/container")) {
    found.container = *runtime;
    add_evidence(found, "/run/systemd/container says " + *runtime);
  } else if (files.read("/.dockerenv")) {
    found.container = "docker";
    add_evidence(found, "/.dockerenv exists");
  } else if (files.read("/run/.containerenv")) {
    found.container = "podman";
    add_evidence(found, "/run/.containerenv exists");
  } else {
    const std::string cgroup = files.read("/proc/self/cgroup").value_or("");
    for (const auto& known : kCgroupMarks) {
      if (cgroup.find(known.mark) != std::string::npos) {
        found.container = known.name;
        add_evidence(found, "/proc/self/cgroup lies under " + std::string{known.mark});
        return;
      }
    }
  }
}

}  // namespace

std::string Virtualization::name() const {
  if (hypervisor.empty()) {
    return container.empty() ? "none" : container;
  }
  return container.empty() ? hypervisor : hypervisor + "+" + container;
}

Virtualization read_virtualization(const FileSource& files, const HypervisorBit& bit) {
  Virtualization found;
  read_hypervisor(found, files, bit);
  read_container(found, files);
  const auto release = files.read_line("/proc/sys/kernel/osrelease");
  if (release && (release->find("microsoft") != std::string::npos || release->find("WSL") != std::string::npos)) {
    found.container = "wsl";
    add_evidence(found, "the kernel release names WSL");
  }
  return found;
}

}  // namespace assay
