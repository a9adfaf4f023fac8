// The files under /proc and /sys, as a strange kernel or container may show them: every file that is asked for has the
// text of the input, and every folder the names "cpu0" and "0".
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/cpu_quota.hpp"
#include "harness/cpu_times.hpp"
#include "harness/file_source.hpp"
#include "harness/host_pressure.hpp"
#include "harness/machine_facts.hpp"
#include "harness/nominal_clock.hpp"
#include "harness/process_account.hpp"
#include "harness/process_memory.hpp"
#include "harness/sensor_set.hpp"
#include "harness/virtualization.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

class EveryFile final : public FileSource {
 public:
  explicit EveryFile(std::string_view text) : text_(text) {}
  [[nodiscard]] std::optional<std::string> read(const std::string& /*path*/) const override { return text_; }
  [[nodiscard]] std::vector<std::string> list(const std::string& /*folder*/) const override {
    return {"0", "1", "cpu0", "energy_uj", "temp1_input"};
  }

 private:
  std::string text_;
};

void check_lists(std::string_view text) {
  const std::vector<int> cpus = cpu_list(text);
  for (const int cpu : cpus) {
    require(cpu >= 0, "a CPU has a number");
  }
  for (const std::string& line : lines_of(text)) {
    require(line.find('\n') == std::string::npos, "a line has no line end");
  }
  (void)value_of_key(text, "model name", ':');
}

void check(std::string_view text) {
  check_lists(text);
  const EveryFile files(text);
  (void)files.read_integer("/proc/x");
  if (const auto quota = read_cpu_quota(files).cpus) {
    require(std::isfinite(*quota) && *quota > 0.0, "a quota is a positive number of CPUs");
  }
  const QuotaThrottling throttling = read_quota_throttling(files);
  require(throttled_between(throttling, throttling) == Nanoseconds{0}, "nothing passes between two equal readings");
  if (const auto times = read_cpu_times(files)) {
    require(times->busy_ticks <= times->total_ticks && times->steal_ticks <= times->total_ticks,
            "a part of the ticks is no more than all");
  }
  (void)read_cpu_pressure(files);
  require(!read_cpu_model(files).empty(), "a CPU is called something");
  (void)read_memory_total(files);
  (void)read_memory_available(files);
  require(!read_operating_system(files).empty(), "a system is called something");
  (void)read_not_visible(files, "kvm");
  const Reading<NominalClock> clock = read_nominal_clock(files);
  require(!clock || (std::isfinite(clock->hz) && clock->hz > 0.0), "a clock has a rate");
  (void)read_process_account(files, 1);
  (void)huge_page_memory(files);
  (void)locked_memory(files);
  const std::vector<int> cpus{0, 1};
  const SensorSet sensors = discover_sensors(files, cpus, Unavailable{"none"});
  for (const std::optional<double>& value : sensors.read(Instant{}).values) {
    require(!value || std::isfinite(*value), "a reading is a number");
  }
  (void)read_virtualization(files, {.readable = true, .present = true, .signature = "KVMKVMKVM"});
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
