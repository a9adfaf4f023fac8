#include <fmt/format.h>

#include <array>

#include "harness/sensor_discovery.hpp"

namespace assay {
namespace {

struct ClockFile {
  const char* name;
  const char* suffix;
  bool every_kernel;  ///< its absence is worth a word
};

// Kernel documentation, admin-guide/pm/cpufreq: the clock of the moment as the driver knows it (with some drivers the
// one last asked for), the measured mean since about the last tick (6.13 and later), and the limit of the moment, which
// thermal management of arm64 lowers.
constexpr std::array<ClockFile, 3> kFiles{
    {{"scaling_cur_freq", "", true}, {"cpuinfo_avg_freq", " average", false}, {"scaling_max_freq", " limit", true}}};

}  // namespace

void find_cpufreq_sensors(std::span<const int> cpus, SensorFindings& findings) {
  constexpr double kHertzPerKilohertz = 1e3;
  std::vector<int> without;
  for (const int cpu : cpus) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu{}/cpufreq", cpu);
    if (findings.files().list(folder).empty()) {
      without.push_back(cpu);
      continue;
    }
    for (const ClockFile& file : kFiles) {
      const std::string path = fmt::format("{}/{}", folder, file.name);
      if (!file.every_kernel && !findings.files().read_integer(path)) {
        continue;
      }
      findings.add_file({.name = fmt::format("cpufreq cpu{}{}", cpu, file.suffix),
                         .quantity = SensorQuantity::frequency_hz,
                         .source = path},
                        kHertzPerKilohertz, folder);
    }
  }
  if (!without.empty()) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu{}/cpufreq", without.front());
    findings.add_absence(
        "cpufreq",
        fmt::format("{}{}", state_of_folder(findings.files(), folder),
                    without.size() == 1 ? std::string{} : ", and so for each of CPUs " + cpu_list_text(without)));
  }
}

}  // namespace assay
