#include "harness/nominal_clock.hpp"

#include <charconv>
#include <system_error>

namespace assay {

Reading<NominalClock> read_nominal_clock(const FileSource& files) {
  const std::string base = "/sys/devices/system/cpu/cpu0/cpufreq/base_frequency";
  if (const auto kilohertz = files.read_integer(base); kilohertz && *kilohertz > 0) {
    return NominalClock{.hz = 1e3 * static_cast<double>(*kilohertz), .source = base};
  }
  const auto text = value_of_key(files.read("/proc/cpuinfo").value_or(""), "cpu MHz", ':');
  double megahertz = 0.0;
  if (text && std::from_chars(text->data(), text->data() + text->size(), megahertz).ec == std::errc{} &&
      megahertz > 0.0) {
    return NominalClock{.hz = 1e6 * megahertz, .source = "/proc/cpuinfo, cpu MHz"};
  }
  return Unavailable{"neither cpufreq nor /proc/cpuinfo states a clock"};
}

}  // namespace assay
