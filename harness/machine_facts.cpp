#include "harness/machine_facts.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace assay {
namespace {

struct ArmPart {
  std::string_view implementer;
  std::string_view part;
  std::string_view name;
};

// From util-linux' sys-utils/lscpu-arm.c: the server and single-board parts that people measure.
constexpr std::array kArmParts{
    ArmPart{"0x41", "0xd03", "ARM Cortex-A53"},  ArmPart{"0x41", "0xd08", "ARM Cortex-A72"},
    ArmPart{"0x41", "0xd0b", "ARM Cortex-A76"},  ArmPart{"0x41", "0xd0c", "ARM Neoverse-N1"},
    ArmPart{"0x41", "0xd40", "ARM Neoverse-V1"}, ArmPart{"0x41", "0xd49", "ARM Neoverse-N2"},
    ArmPart{"0x41", "0xd4f", "ARM Neoverse-V2"}, ArmPart{"0x46", "0x001", "Fujitsu A64FX"},
    ArmPart{"0xc0", "0xac3", "Ampere-1"},
};

std::optional<Bytes> meminfo_value(const FileSource& files, std::string_view key) {
  const auto value = value_of_key(files.read("/proc/meminfo").value_or(""), key, ':');
  std::uint64_t kibibytes = 0;  // the kernel prints "kB" and means 1024 bytes
  if (!value || std::from_chars(value->data(), value->data() + value->size(), kibibytes).ec != std::errc{}) {
    return std::nullopt;
  }
  return Bytes{kibibytes * 1024};
}

}  // namespace

std::string read_cpu_model(const FileSource& files) {
  const std::string cpuinfo = files.read("/proc/cpuinfo").value_or("");
  if (const auto model = value_of_key(cpuinfo, "model name", ':'); model && !model->empty()) {
    return *model;
  }
  const auto implementer = value_of_key(cpuinfo, "CPU implementer", ':');
  const auto part = value_of_key(cpuinfo, "CPU part", ':');
  if (!implementer || !part) {
    return "unknown CPU";
  }
  const std::string numbers = "implementer " + *implementer + ", part " + *part;
  for (const auto& known : kArmParts) {
    if (known.implementer == *implementer && known.part == *part) {
      return std::string{known.name} + " (" + numbers + ")";
    }
  }
  return numbers;
}

Bytes read_memory_total(const FileSource& files) { return meminfo_value(files, "MemTotal").value_or(Bytes{}); }

std::optional<Bytes> read_memory_available(const FileSource& files) { return meminfo_value(files, "MemAvailable"); }

std::string read_operating_system(const FileSource& files) {
  std::string name = value_of_key(files.read("/etc/os-release").value_or(""), "PRETTY_NAME", '=').value_or("");
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  return name.empty() ? "Linux" : name;
}

std::vector<std::string> read_not_visible(const FileSource& files, const std::string& virtualization) {
  const std::string where = virtualization == "none" ? " on this host" : " in this virtual machine or container";
  std::vector<std::string> hidden;
  if (files.list("/sys/devices/system/cpu/cpu0/cpufreq").empty()) {
    hidden.push_back("governor and frequency limits: no cpufreq" + where);
  }
  if (files.list("/sys/class/hwmon").empty() && files.list("/sys/class/thermal").empty()) {
    hidden.push_back("temperature: no hwmon and no thermal zone" + where);
  }
  if (files.list("/sys/class/powercap").empty()) {
    hidden.push_back("power and energy: no powercap (RAPL)" + where);
  }
  return hidden;
}

}  // namespace assay
