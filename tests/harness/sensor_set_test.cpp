#include "harness/sensor_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::array<int, 2> kTwoCpus{0, 1};
const Unavailable kNoGpu{"libnvidia-ml.so.1: cannot open shared object file"};

/// The sensor of that name and its value, once.
struct Found {
  Sensor sensor;
  std::optional<double> value;
};
std::optional<Found> find(const SensorSet& set, std::string_view name) {
  const SensorSample sample = set.read(Instant{5s});
  EXPECT_EQ(sample.at, Instant{5s});
  EXPECT_EQ(sample.values.size(), set.sensors().size());
  for (std::size_t i = 0; i < set.sensors().size(); ++i) {
    if (set.sensors()[i].name == name) {
      return Found{set.sensors()[i], sample.values.at(i)};
    }
  }
  return std::nullopt;
}

std::string reason(const SensorSet& set, std::string_view kind) {
  for (const SensorAbsence& absence : set.absences()) {
    if (absence.kind == kind) {
      return absence.why.reason;
    }
  }
  return {};
}

TEST(SensorSet, AMachineWithoutSensorsSaysWhereItLooked) {
  const GivenFiles files{{"/sys/class/net/lo/mtu", "65536\n"}, {"/sys/devices/system/cpu/cpu0/uevent", ""}};
  const SensorSet set = discover_sensors(files, kTwoCpus, kNoGpu);
  EXPECT_TRUE(set.sensors().empty());
  ASSERT_EQ(set.absences().size(), 7U);
  EXPECT_EQ(reason(set, "cpufreq"), "/sys/devices/system/cpu/cpu0/cpufreq is absent, and so for each of CPUs 0-1");
  EXPECT_EQ(reason(set, "thermal zones"), "/sys/class/thermal is absent");
  EXPECT_EQ(reason(set, "hwmon"), "/sys/class/hwmon is absent");
  EXPECT_EQ(reason(set, "RAPL"), "/sys/class/powercap is absent");
  EXPECT_THAT(reason(set, "thermal_throttle"), HasSubstr("/sys/devices/system/cpu/cpu0/thermal_throttle is absent"));
  EXPECT_EQ(reason(set, "battery"), "/sys/class/power_supply is absent");
  EXPECT_EQ(reason(set, "NVML"), kNoGpu.reason);
}

TEST(SensorSet, AFolderThatIsThereButEmptyIsToldFromAnAbsentOne) {
  const GivenFiles files{{"/sys/class/thermal", ""}, {"/sys/class/powercap/dtpm/enabled", "0"}};
  const SensorSet set = discover_sensors(files, kTwoCpus, kNoGpu);
  EXPECT_EQ(reason(set, "thermal zones"), "/sys/class/thermal is empty");
  EXPECT_EQ(reason(set, "RAPL"), "/sys/class/powercap holds no intel-rapl zone");
}

TEST(SensorSet, ReadsTheClocksOfTheAskedCpusOnly) {
  const GivenFiles files{{"/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "3200000\n"},
                         {"/sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq", "4000000\n"},
                         {"/sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "1000000\n"}};
  const std::array<int, 1> first{0};
  const SensorSet set = discover_sensors(files, first, kNoGpu);
  ASSERT_EQ(set.sensors().size(), 2U);
  const auto clock = find(set, "cpufreq cpu0");
  ASSERT_TRUE(clock);
  EXPECT_EQ(clock->value, 3.2e9);
  EXPECT_EQ(clock->sensor.quantity, SensorQuantity::frequency_hz);
  EXPECT_EQ(find(set, "cpufreq cpu0 limit")->value, 4.0e9);
  EXPECT_EQ(reason(set, "cpufreq"), "");
}

TEST(SensorSet, AZoneKnowsItsTripPoints) {
  const std::string zone = "/sys/class/thermal/thermal_zone0";
  const GivenFiles files{{zone + "/type", "x86_pkg_temp\n"},
                         {zone + "/temp", "61000\n"},
                         {zone + "/trip_point_0_type", "passive\n"},
                         {zone + "/trip_point_0_temp", "95000\n"},
                         {zone + "/trip_point_1_type", "critical\n"},
                         {zone + "/trip_point_1_temp", "105000\n"},
                         {zone + "/trip_point_2_type", "hot\n"},
                         {zone + "/trip_point_2_temp", "-274000\n"},
                         {"/sys/class/thermal/cooling_device0/cur_state", "0\n"}};
  const auto found = find(discover_sensors(files, kTwoCpus, kNoGpu), "thermal zone x86_pkg_temp");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value, 61.0);
  ASSERT_EQ(found->sensor.trips.size(), 2U);  // absolute zero means: not in use
  EXPECT_FALSE(trip_reached(found->sensor, 94.9));
  EXPECT_EQ(trip_reached(found->sensor, 95.0)->type, "passive");
  EXPECT_EQ(trip_reached(found->sensor, 110.0)->temperature_c, 95.0);
}

TEST(SensorSet, EqualNamesAreToldApart) {
  const GivenFiles files{{"/sys/class/thermal/thermal_zone0/type", "acpitz\n"},
                         {"/sys/class/thermal/thermal_zone0/temp", "30000\n"},
                         {"/sys/class/thermal/thermal_zone1/type", "acpitz\n"},
                         {"/sys/class/thermal/thermal_zone1/temp", "40000\n"}};
  const SensorSet set = discover_sensors(files, kTwoCpus, kNoGpu);
  EXPECT_EQ(find(set, "thermal zone acpitz")->value, 30.0);
  EXPECT_EQ(find(set, "thermal zone acpitz (thermal_zone1)")->value, 40.0);
}

TEST(SensorSet, AChipNamesItsChannels) {
  const std::string chip = "/sys/class/hwmon/hwmon2";
  const GivenFiles files{{chip + "/name", "k10temp\n"},     {chip + "/temp1_input", "54375\n"},
                         {chip + "/temp1_label", "Tctl\n"}, {chip + "/temp1_crit", "95000\n"},
                         {chip + "/temp1_input_x", "1\n"},  {chip + "/power1_average", "35000000\n"},
                         {chip + "/fan1_input", "900\n"}};
  const SensorSet set = discover_sensors(files, kTwoCpus, kNoGpu);
  ASSERT_EQ(set.sensors().size(), 2U);
  const auto temperature = find(set, "k10temp Tctl");
  ASSERT_TRUE(temperature);
  EXPECT_EQ(temperature->value, 54.375);
  EXPECT_EQ(temperature->sensor.trips.at(0).type, "critical");
  EXPECT_EQ(temperature->sensor.source, chip + "/temp1_input");
  EXPECT_EQ(find(set, "k10temp power1 average")->value, 35.0);
}

TEST(SensorSet, EnergyNamesItsBoundaryAndItsRange) {
  const std::string root = "/sys/class/powercap/";
  GivenFiles files{{root + "intel-rapl:0/name", "package-0\n"},
                   {root + "intel-rapl:0/energy_uj", "5000000\n"},
                   {root + "intel-rapl:0/max_energy_range_uj", "262143328850\n"},
                   {root + "intel-rapl:0:0/name", "dram\n"},
                   {root + "intel-rapl:0:0/energy_uj", "1\n"},
                   {root + "intel-rapl/enabled", "1\n"}};
  files.forbid(root + "intel-rapl:0:0/energy_uj");
  const SensorSet set = discover_sensors(files, kTwoCpus, kNoGpu);
  const auto package = find(set, "RAPL package-0");
  ASSERT_TRUE(package);
  EXPECT_EQ(package->value, 5.0);
  EXPECT_DOUBLE_EQ(package->sensor.wraps_at_j.value(), 262143.32885);
  EXPECT_FALSE(find(set, "RAPL package-0 dram"));
  EXPECT_EQ(reason(set, "RAPL package-0 dram"),
            root + "intel-rapl:0:0/energy_uj is there, but only root may read it (CVE-2020-8694)");
}

TEST(SensorSet, CountsThrottlingByCoreAndOnceByPackage) {
  const std::string root = "/sys/devices/system/cpu/";
  const GivenFiles files{{root + "cpu0/thermal_throttle/core_throttle_count", "3\n"},
                         {root + "cpu0/thermal_throttle/package_throttle_count", "7\n"},
                         {root + "cpu0/topology/physical_package_id", "0\n"},
                         {root + "cpu1/thermal_throttle/core_throttle_count", "4\n"},
                         {root + "cpu1/thermal_throttle/package_throttle_count", "7\n"},
                         {root + "cpu1/topology/physical_package_id", "0\n"}};
  const SensorSet set = discover_sensors(files, kTwoCpus, kNoGpu);
  ASSERT_EQ(set.sensors().size(), 3U);
  EXPECT_EQ(find(set, "thermal_throttle cpu0 core")->value, 3.0);
  EXPECT_EQ(find(set, "thermal_throttle cpu1 core")->value, 4.0);
  EXPECT_EQ(find(set, "thermal_throttle package 0")->value, 7.0);
}

TEST(SensorSet, ABatteryGivesPowerByEitherWayAndItsState) {
  const std::string root = "/sys/class/power_supply/";
  const GivenFiles files{{root + "AC/type", "Mains\n"},
                         {root + "BAT0/type", "Battery\n"},
                         {root + "BAT0/power_now", "-12500000\n"},
                         {root + "BAT0/status", "Discharging\n"},
                         {root + "BAT1/type", "Battery\n"},
                         {root + "BAT1/current_now", "2000000\n"},
                         {root + "BAT1/voltage_now", "11500000\n"},
                         {root + "BAT1/status", "Not charging\n"},
                         {root + "hid-mouse/type", "Battery\n"},
                         {root + "hid-mouse/scope", "Device\n"}};
  const SensorSet set = discover_sensors(files, kTwoCpus, kNoGpu);
  ASSERT_EQ(set.sensors().size(), 4U);
  EXPECT_EQ(find(set, "battery BAT0 power")->value, 12.5);
  EXPECT_EQ(find(set, "battery BAT0 discharging")->value, 1.0);
  EXPECT_DOUBLE_EQ(find(set, "battery BAT1 power")->value.value(), 23.0);
  EXPECT_EQ(find(set, "battery BAT1 discharging")->value, 0.0);
}

TEST(SensorSet, AReadThatFailsLaterIsAbsentThen) {
  const std::string path = "/sys/class/thermal/thermal_zone0/temp";
  GivenFiles files{{path, "50000\n"}};
  const SensorSet set = discover_sensors(files, kTwoCpus, kNoGpu);
  EXPECT_THAT(set.read(Instant{}).values, ElementsAre(std::optional{50.0}));
  files.set(path, "-273000\n");
  EXPECT_THAT(set.read(Instant{}).values, ElementsAre(std::nullopt));
  files.set(path, "51000\n");
  files.forbid(path);
  EXPECT_THAT(set.read(Instant{}).values, ElementsAre(std::nullopt));
}

/// A board of which the energy is not told.
class GivenGpu final : public GpuSensors {
 public:
  [[nodiscard]] std::size_t device_count() const override { return 1; }
  [[nodiscard]] Reading<std::string> name(std::size_t /*device*/) override { return std::string{"Board"}; }
  [[nodiscard]] Reading<double> temperature_c(std::size_t /*device*/) override { return 71.0; }
  [[nodiscard]] Reading<double> power_w(std::size_t /*device*/) override { return 310.5; }
  [[nodiscard]] Reading<double> instant_power_w(std::size_t /*device*/) override { return 402.25; }
  [[nodiscard]] Reading<double> energy_j(std::size_t /*device*/) override {
    return Unavailable{"nvmlDeviceGetTotalEnergyConsumption: Not Supported"};
  }
  [[nodiscard]] Reading<double> clock_hz(std::size_t /*device*/) override { return 1.98e9; }
  [[nodiscard]] Reading<double> memory_clock_hz(std::size_t /*device*/) override { return 3.2e9; }
  [[nodiscard]] Reading<std::uint64_t> throttle_reasons(std::size_t /*device*/) override { return std::uint64_t{0x4}; }
};

TEST(SensorSet, AGpuTellsWhatItCanAndWhyNotTheRest) {
  const GivenFiles files{};
  const SensorSet set = discover_sensors(files, kTwoCpus, std::shared_ptr<GpuSensors>{std::make_shared<GivenGpu>()});
  const auto power = find(set, "NVML GPU 0 power");
  ASSERT_TRUE(power);
  EXPECT_EQ(power->value, 310.5);
  EXPECT_EQ(power->sensor.source, "nvmlDeviceGetPowerUsage of Board");
  EXPECT_EQ(find(set, "NVML GPU 0 instant power")->value, 402.25);
  EXPECT_EQ(find(set, "NVML GPU 0 instant power")->sensor.source, "nvmlDeviceGetFieldValues, field 186 of Board");
  EXPECT_EQ(find(set, "NVML GPU 0 memory clock")->value, 3.2e9);
  EXPECT_EQ(find(set, "NVML GPU 0 temperature")->value, 71.0);
  EXPECT_EQ(find(set, "NVML GPU 0 SM clock")->value, 1.98e9);
  EXPECT_EQ(find(set, "NVML GPU 0 throttle reasons")->value, 4.0);
  EXPECT_EQ(reason(set, "NVML GPU 0 board energy"), "nvmlDeviceGetTotalEnergyConsumption: Not Supported");
}

}  // namespace
}  // namespace assay
