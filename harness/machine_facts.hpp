#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/file_source.hpp"
#include "harness/units.hpp"

namespace assay {

/// "model name" of /proc/cpuinfo. Where that is absent (arm64) the implementer and part
/// numbers as the kernel prints them: "ARM Neoverse-N1 (implementer 0x41, part 0xd0c)" or, for a part that we cannot
/// name, "implementer 0x41, part 0xfff". "unknown CPU" if nothing is readable.
[[nodiscard]] std::string read_cpu_model(const FileSource& files);

/// MemTotal of /proc/meminfo. hwloc's own figure is that of boot time and wrong where memory is added later, as in
/// microVMs (seen: 7.0 GB for 24.7 GB). Zero bytes if the file is absent.
[[nodiscard]] Bytes read_memory_total(const FileSource& files);

/// MemAvailable of /proc/meminfo: what can be taken without swapping. Nothing if the file is absent.
[[nodiscard]] std::optional<Bytes> read_memory_available(const FileSource& files);

/// PRETTY_NAME of /etc/os-release, else "Linux".
[[nodiscard]] std::string read_operating_system(const FileSource& files);

/// The readings that this host does not show, each with its reason: "governor: no cpufreq for CPU 0".
[[nodiscard]] std::vector<std::string> read_not_visible(const FileSource& files, const std::string& virtualization);

}  // namespace assay
