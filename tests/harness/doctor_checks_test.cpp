#include "harness/doctor_checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/cpu_quota.hpp"
#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// Four cores with two threads each, on bare metal.
Machine desktop() {
  Machine machine = machine_from_synthetic("core:4 pu:2");
  machine.virtualization = "none";
  return machine;
}

template <class Check>
Finding run(Check check, const GivenFiles& files, const ConditionRequest& request = {},
            const Machine& machine = desktop()) {
  return check({.files = files, .machine = machine, .request = request});
}

TEST(DoctorCpu, VirtualMachinesBendTheTail) {
  EXPECT_EQ(run(check_virtualization, {}).state, CheckState::ok);
  Machine guest = desktop();
  guest.virtualization = "kvm+docker";
  const Finding finding = run(check_virtualization, {}, {}, guest);
  EXPECT_EQ(finding.state, CheckState::warn);
  EXPECT_THAT(finding.fact, HasSubstr("kvm+docker"));
  EXPECT_THAT(finding.consequence, HasSubstr("P99"));
}

TEST(DoctorCpu, MoreThreadsThanCpusStop) {
  EXPECT_EQ(run(check_allowed_cpus, {}).state, CheckState::ok);
  EXPECT_EQ(run(check_allowed_cpus, {}, {.threads = 8}).state, CheckState::ok);
  EXPECT_EQ(run(check_allowed_cpus, {}, {.threads = 9}).state, CheckState::stop);
  EXPECT_EQ(run(check_allowed_cpus, {}, {.cpus = {1, 1}, .threads = 2}).state, CheckState::stop);
  Machine confined = desktop();
  confined.hardware_threads[0].allowed = false;
  const Finding finding = run(check_allowed_cpus, {}, {}, confined);
  EXPECT_EQ(finding.state, CheckState::note);
  EXPECT_EQ(finding.fact, "7 of 8 CPUs allowed (1-7)");
}

TEST(CpuQuota, UnifiedGroupsCountTheTightestLevel) {
  const GivenFiles files{{"/proc/self/cgroup", "0::/a/b\n"},
                         {"/sys/fs/cgroup/a/b/cpu.max", "max 100000\n"},
                         {"/sys/fs/cgroup/a/cpu.max", "150000 100000\n"},
                         {"/sys/fs/cgroup/cpu.max", "400000 100000\n"}};
  const CpuQuota quota = read_cpu_quota(files);
  ASSERT_TRUE(quota.cpus);
  EXPECT_DOUBLE_EQ(*quota.cpus, 1.5);
  EXPECT_EQ(quota.source, "/sys/fs/cgroup/a/cpu.max");
}

TEST(CpuQuota, FirstVersionAndNoLimit) {
  const GivenFiles limited{{"/proc/self/cgroup", "3:cpuset:/\n2:cpuacct,cpu:/job\n"},
                           {"/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "50000\n"},
                           {"/sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n"}};
  EXPECT_DOUBLE_EQ(read_cpu_quota(limited).cpus.value_or(0), 0.5);
  const GivenFiles unlimited{{"/proc/self/cgroup", "1:cpu:/\n"},
                             {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"},
                             {"/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}};
  EXPECT_FALSE(read_cpu_quota(unlimited).cpus);
  EXPECT_TRUE(read_cpu_quota(unlimited).visible);
  EXPECT_FALSE(read_cpu_quota(GivenFiles{}).visible);
}

// Found by the fuzz target machine_files: a limit of no CPU at all, by which shares of it would be divided.
TEST(CpuQuota, WhatIsNoPositiveNumberOfCpusIsNoLimit) {
  for (const char* text : {"0 100000\n", "-200000 100000\n", "1e308 1e-300\n", "100000 0\n"}) {
    const GivenFiles files{{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/cpu.max", text}};
    EXPECT_FALSE(read_cpu_quota(files).cpus) << text;
  }
}

TEST(DoctorCpu, QuotaBelowTheThreadsStops) {
  const GivenFiles files{{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/cpu.max", "200000 100000\n"}};
  EXPECT_EQ(run(check_cpu_quota, files, {.threads = 3}).state, CheckState::stop);
  EXPECT_EQ(run(check_cpu_quota, files, {.threads = 2}).state, CheckState::note);
  EXPECT_EQ(run(check_cpu_quota, GivenFiles{{"/proc/self/cgroup", "0::/\n"}}).state, CheckState::ok);
  EXPECT_EQ(run(check_cpu_quota, {}).state, CheckState::not_visible);
}

TEST(DoctorCpu, SiblingsAmongTheChosenCpus) {
  EXPECT_EQ(run(check_smt, {}, {.cpus = {0, 2, 4}}).state, CheckState::ok);
  const Finding finding = run(check_smt, {}, {.cpus = {1, 0, 2, 7, 6}});
  EXPECT_EQ(finding.state, CheckState::warn);
  EXPECT_THAT(finding.fact, HasSubstr("0+1, 6+7"));
  Machine guest = machine_from_synthetic("core:2 pu:1");
  guest.virtualization = "kvm";
  EXPECT_EQ(run(check_smt, {}, {}, guest).state, CheckState::not_visible);
  guest.virtualization = "none";
  EXPECT_EQ(run(check_smt, {}, {}, guest).state, CheckState::not_applicable);
}

TEST(DoctorCpu, MixedCoreTypesWarnAndNameTheFastOnes) {
  Machine hybrid = desktop();
  for (int cpu = 0; cpu < 4; ++cpu) {
    hybrid.hardware_threads[static_cast<std::size_t>(cpu)].core_kind = 1;
  }
  const Finding mixed = run(check_core_types, {}, {}, hybrid);
  EXPECT_EQ(mixed.state, CheckState::warn);
  EXPECT_EQ(mixed.remedy, "--cpus 0-3");
  EXPECT_EQ(run(check_core_types, {}, {.cpus = {0, 3}}, hybrid).state, CheckState::ok);
  EXPECT_EQ(run(check_core_types, {}).state, CheckState::ok);
}

TEST(DoctorCpu, IsolatedCpus) {
  const char* path = "/sys/devices/system/cpu/isolated";
  EXPECT_EQ(run(check_isolation, {{path, "\n"}}).state, CheckState::ok);
  EXPECT_EQ(run(check_isolation, {}).state, CheckState::not_visible);
  EXPECT_THAT(run(check_isolation, {{path, "2-3\n"}}, {.cpus = {2}}).fact, HasSubstr("is on them"));
  EXPECT_THAT(run(check_isolation, {{path, "2-3\n"}}, {.cpus = {1, 2}}).fact, HasSubstr("is not on them alone"));
}

TEST(DoctorFrequency, MissingGovernorIsNotVisibleAndNotOk) {
  const Finding finding = run(check_governor, {});
  EXPECT_EQ(finding.state, CheckState::not_visible);
  EXPECT_THAT(finding.consequence, HasSubstr("cannot be excluded"));
}

TEST(DoctorFrequency, GovernorOfTheChosenCpusOnly) {
  const std::string folder = "/sys/devices/system/cpu/cpu";
  const GivenFiles files{{folder + "0/cpufreq/scaling_governor", "performance\n"},
                         {folder + "0/cpufreq/scaling_min_freq", "800000\n"},
                         {folder + "0/cpufreq/scaling_max_freq", "4200000\n"},
                         {folder + "0/cpufreq/scaling_driver", "intel_pstate\n"},
                         {folder + "1/cpufreq/scaling_governor", "schedutil\n"}};
  const Finding fine = run(check_governor, files, {.cpus = {0}});
  EXPECT_EQ(fine.state, CheckState::ok);
  EXPECT_EQ(fine.fact, "performance on 0, 0.80 to 4.20 GHz, driver intel_pstate");
  const Finding mixed = run(check_governor, files, {.cpus = {0, 1}});
  EXPECT_EQ(mixed.state, CheckState::warn);
  EXPECT_EQ(mixed.undo, "sudo cpupower frequency-set -g schedutil");
}

TEST(DoctorFrequency, TurboOfBothInterfaces) {
  const char* intel = "/sys/devices/system/cpu/intel_pstate/no_turbo";
  const char* others = "/sys/devices/system/cpu/cpufreq/boost";
  EXPECT_EQ(run(check_turbo, {{intel, "0\n"}}).state, CheckState::note);
  EXPECT_EQ(run(check_turbo, {{intel, "1\n"}}).state, CheckState::ok);
  EXPECT_EQ(run(check_turbo, {{others, "1\n"}}).state, CheckState::note);
  EXPECT_EQ(run(check_turbo, {{others, "0\n"}}).state, CheckState::ok);
  EXPECT_EQ(run(check_turbo, {}).state, CheckState::not_visible);
}

TEST(DoctorFrequency, TemperatureAndThrottling) {
  EXPECT_EQ(run(check_temperature, {}).state, CheckState::not_visible);
  const GivenFiles cool{{"/sys/class/thermal/thermal_zone0/temp", "38000\n"},
                        {"/sys/class/thermal/cooling_device0/cur_state", "9\n"},
                        {"/sys/class/hwmon/hwmon1/temp2_input", "41000\n"},
                        {"/sys/class/hwmon/hwmon1/fan1_input", "900000\n"}};
  const Finding fine = run(check_temperature, cool);
  EXPECT_EQ(fine.state, CheckState::ok);
  EXPECT_EQ(fine.fact, "2 sensors, the hottest at 41 degrees Celsius");
  const GivenFiles hot{{"/sys/class/thermal/thermal_zone0/temp", "98000\n"},
                       {"/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "17\n"}};
  EXPECT_EQ(run(check_temperature, hot).state, CheckState::note);
}

TEST(DoctorFrequency, EnergyCountersThatOnlyRootReads) {
  EXPECT_THAT(run(check_energy, {{"/sys/class/powercap/intel-rapl:0/energy_uj", "12\n"}}).state, CheckState::ok);
  const Finding locked = run(check_energy, {{"/sys/class/powercap/intel-rapl:0/name", "package-0\n"}});
  EXPECT_EQ(locked.state, CheckState::not_visible);
  EXPECT_THAT(locked.fact, HasSubstr("only root"));
  EXPECT_THAT(run(check_energy, {}).fact, HasSubstr("no energy counter"));
}

TEST(DoctorFrequency, BatteryAndProfile) {
  const std::string battery = "/sys/class/power_supply/BAT0/";
  const GivenFiles away{{battery + "type", "Battery\n"}, {battery + "status", "Discharging\n"}};
  EXPECT_EQ(run(check_power_supply, away).state, CheckState::warn);
  const GivenFiles plugged{{battery + "type", "Battery\n"}, {battery + "status", "Full\n"}};
  EXPECT_EQ(run(check_power_supply, plugged).state, CheckState::ok);
  const GivenFiles mouse{
      {battery + "type", "Battery\n"}, {battery + "status", "Discharging\n"}, {battery + "scope", "Device\n"}};
  EXPECT_EQ(run(check_power_supply, mouse).state, CheckState::not_applicable);
  const GivenFiles saving{{"/sys/firmware/acpi/platform_profile", "low-power\n"}};
  EXPECT_EQ(run(check_power_supply, saving).state, CheckState::warn);
  EXPECT_EQ(run(check_power_supply, {}).state, CheckState::not_applicable);
}

TEST(DoctorLoad, PressureDecides) {
  const auto with = [](const std::string& percent, const std::string& runnable) {
    const GivenFiles files{{"/proc/pressure/cpu", "some avg10=" + percent + " avg60=0.00 avg300=0.00 total=1\n"},
                           {"/proc/loadavg", "0.50 0.10 0.05 " + runnable + "/89 5926\n"}};
    return run(check_other_load, files).state;
  };
  EXPECT_EQ(with("4.99", "1"), CheckState::ok);
  EXPECT_EQ(with("5.01", "1"), CheckState::warn);
  EXPECT_EQ(with("50.01", "1"), CheckState::stop);
  EXPECT_EQ(with("0.00", "8"), CheckState::ok);
  EXPECT_EQ(with("0.00", "9"), CheckState::warn);
  EXPECT_EQ(run(check_other_load, {}).state, CheckState::not_visible);
}

TEST(DoctorLoad, MeasuredLoadAndSteal) {
  const auto load = [](double share) {
    return run([share](const CheckInput& input) { return check_measured_load(input, LoadShares{.foreign = share}); },
               {});
  };
  EXPECT_EQ(load(0.05).state, CheckState::ok);
  EXPECT_EQ(load(0.06).state, CheckState::warn);
  EXPECT_EQ(load(0.51).state, CheckState::stop);
  EXPECT_THAT(load(0.25).fact, HasSubstr("2.00 of 8 CPUs (25.0 %)"));

  Machine guest = desktop();
  guest.virtualization = "kvm";
  const GivenFiles none{};
  const ConditionRequest request;
  const CheckInput input{.files = none, .machine = guest, .request = request};
  EXPECT_EQ(check_steal(input, LoadShares{.steal = 0.01}).state, CheckState::warn);
  EXPECT_EQ(check_steal(input, LoadShares{.steal = 0.001}).state, CheckState::ok);
  EXPECT_EQ(check_steal(input, std::nullopt).state, CheckState::not_visible);
  EXPECT_EQ(run([](const CheckInput& metal) { return check_steal(metal, LoadShares{}); }, {}).state,
            CheckState::not_applicable);
}

TEST(DoctorLoad, SharedBatchNodesWarn) {
  using std::string_literals::operator""s;
  const auto with = [](const std::string& environment) {
    return run(check_batch_system, {{"/proc/self/environ", environment}}).state;
  };
  EXPECT_EQ(with("HOME=/x\0XSLURM_JOB_ID=1\0"s), CheckState::not_applicable);
  EXPECT_EQ(with("SLURM_JOB_ID=7\0SLURM_CPUS_ON_NODE=8\0"s), CheckState::ok);
  EXPECT_EQ(with("SLURM_JOB_ID=7\0SLURM_CPUS_ON_NODE=4\0"s), CheckState::warn);
  EXPECT_EQ(with("SLURM_JOB_ID=7\0"s), CheckState::not_visible);
  EXPECT_EQ(with("PBS_JOBID=7\0"s), CheckState::not_visible);
}

TEST(DoctorMemory, ScarceSwappedOrHidden) {
  EXPECT_EQ(run(check_memory, {{"/proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 100 kB\n"}}).state, CheckState::ok);
  EXPECT_EQ(run(check_memory, {{"/proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 99 kB\n"}}).state, CheckState::warn);
  EXPECT_EQ(run(check_memory, {}).state, CheckState::not_visible);
  const std::string heading = "Filename Type Size Used Priority\n";
  EXPECT_EQ(run(check_swap, {{"/proc/swaps", heading}}).state, CheckState::ok);
  EXPECT_EQ(run(check_swap, {{"/proc/swaps", heading + "/dev/sda2 partition 1 0 -2\n"}}).state, CheckState::note);
  EXPECT_EQ(run(check_swap, {}).state, CheckState::not_visible);
}

TEST(DoctorMemory, HugePagesReadTheWordInBrackets) {
  const char* path = "/sys/kernel/mm/transparent_hugepage/enabled";
  EXPECT_EQ(run(check_huge_pages, {{path, "always [madvise] never\n"}}).state, CheckState::ok);
  EXPECT_EQ(run(check_huge_pages, {{path, "always madvise [never]\n"}}).state, CheckState::note);
  EXPECT_THAT(run(check_huge_pages, {{path, "[always] madvise never\n"}}).undo, HasSubstr("echo always"));
  EXPECT_EQ(run(check_huge_pages, {}).state, CheckState::not_visible);
}

TEST(DoctorMemory, NumaBalancingMattersOnSeveralNodes) {
  const GivenFiles on{{"/proc/sys/kernel/numa_balancing", "1\n"}};
  EXPECT_EQ(run(check_numa_balancing, on).state, CheckState::not_applicable);
  const Machine server = machine_from_synthetic("pack:2 [numa] core:2 pu:1");
  EXPECT_EQ(run(check_numa_balancing, on, {}, server).state, CheckState::note);
  EXPECT_EQ(run(check_numa_balancing, {{"/proc/sys/kernel/numa_balancing", "0\n"}}, {}, server).state, CheckState::ok);
  EXPECT_EQ(run(check_numa_balancing, {}, {}, server).state, CheckState::not_visible);
}

TEST(DoctorSystem, CoarseClocksStopShortWindows) {
  const char* path = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
  EXPECT_EQ(run(check_clock, {{path, "tsc\n"}}, {.latency_window = 100us}).state, CheckState::ok);
  EXPECT_EQ(run(check_clock, {{path, "hpet\n"}}, {.latency_window = 999us}).state, CheckState::stop);
  EXPECT_EQ(run(check_clock, {{path, "hpet\n"}}, {.latency_window = 1ms}).state, CheckState::warn);
  EXPECT_EQ(run(check_clock, {{path, "hpet\n"}}).state, CheckState::warn);
  EXPECT_EQ(run(check_clock, {}).state, CheckState::not_visible);
  ClockQuality broken;
  broken.backward_steps = 2;
  EXPECT_EQ(run(check_clock, {{path, "tsc\n"}}, {.clock_quality = broken}).state, CheckState::stop);
}

TEST(DoctorSystem, PermissionsAndLayout) {
  const char* paranoid = "/proc/sys/kernel/perf_event_paranoid";
  EXPECT_EQ(run(check_perf_permission, {{paranoid, "1\n"}}).state, CheckState::ok);
  EXPECT_EQ(run(check_perf_permission, {{paranoid, "2\n"}}).state, CheckState::note);
  EXPECT_EQ(run(check_perf_permission, {}).state, CheckState::not_visible);
  const char* layout = "/proc/sys/kernel/randomize_va_space";
  EXPECT_THAT(run(check_address_randomisation, {{layout, "0\n"}}).fact, HasSubstr("the same in every run"));
  EXPECT_THAT(run(check_address_randomisation, {{layout, "2\n"}}).fact, HasSubstr("differ"));
}

TEST(DoctorSystem, ResultsFolderByTheLongestMountPoint) {
  const GivenFiles files{{"/proc/self/mountinfo",
                          "27 1 254:0 / / rw - ext4 /dev/vda rw\n"
                          "30 27 0:27 / /srv rw,relatime shared:2 - nfs4 server:/x rw\n"
                          "31 30 0:28 / /srv/local rw - xfs /dev/vdb rw\n"
                          "32 27 0:29 / /scratch rw - tmpfs tmpfs rw\n"}};
  EXPECT_EQ(run(check_results_folder, files, {.results_folder = "/var/x"}).fact, "results go to ext4");
  EXPECT_EQ(run(check_results_folder, files, {.results_folder = "/srvs"}).fact, "results go to ext4");
  EXPECT_EQ(run(check_results_folder, files, {.results_folder = "/srv/a/r"}).state, CheckState::note);
  EXPECT_EQ(run(check_results_folder, files, {.results_folder = "/srv/local"}).fact, "results go to xfs");
  EXPECT_THAT(run(check_results_folder, files, {.results_folder = "/scratch/r"}).consequence, HasSubstr("vanish"));
  EXPECT_EQ(run(check_results_folder, files).state, CheckState::not_applicable);
}

TEST(DoctorSystem, BuildsForFindingFaultsStop) {
  EXPECT_EQ(check_build({.compiler = "12"}).state, CheckState::ok);
  EXPECT_EQ(check_build({.optimised = false, .compiler = "12"}).state, CheckState::stop);
  EXPECT_EQ(check_build({.sanitizers = true, .compiler = "12"}).state, CheckState::stop);
  EXPECT_EQ(check_build({.assertions = true, .compiler = "12"}).state, CheckState::warn);
}

TEST(DoctorProbes, SecondOpinionOnVirtualisation) {
  Machine guest = desktop();
  guest.virtualization = "kvm+docker";
  const auto opinion = [&guest](const std::optional<std::string>& said) {
    return run([&said](const CheckInput& input) { return check_detect_virt(input, said); }, {}, {}, guest);
  };
  EXPECT_EQ(opinion("kvm+docker").state, CheckState::ok);
  EXPECT_THAT(opinion("docker").consequence, HasSubstr("one layer of several"));
  EXPECT_THAT(opinion("xen").consequence, HasSubstr("uncertain"));
  EXPECT_EQ(opinion(std::nullopt).state, CheckState::not_applicable);
}

TEST(DoctorProbes, GpuAndCountersGiveTheirReason) {
  const Finding none = check_gpu(Unavailable{"libnvidia-ml.so.1: cannot open"});
  EXPECT_EQ(none.state, CheckState::not_applicable);
  EXPECT_EQ(none.fact, "no GPU: libnvidia-ml.so.1: cannot open");
  EXPECT_EQ(check_gpu(Unavailable{"nvmlInit: Driver Not Loaded"}).state, CheckState::not_visible);
  EXPECT_EQ(check_gpu(GpuPresence{.driver_version = "550.1", .names = {"A", "B"}}).fact, "A, B, driver 550.1");
  EXPECT_THAT(check_hardware_counters(Unavailable{"no PMU"}).fact, HasSubstr("no PMU"));
  EXPECT_EQ(check_hardware_counters(Unavailable{"no PMU"}).state, CheckState::not_visible);
  EXPECT_EQ(check_hardware_counters(std::uint64_t{5}).state, CheckState::ok);
  EXPECT_EQ(check_effective_clock(Unavailable{"none of 40 samples was clean"}).state, CheckState::not_visible);
  const EffectiveClock steady{.median_hz = 3.2e9, .max_hz = 3.24e9, .clean_count = 40, .contaminated_count = 2};
  EXPECT_EQ(check_effective_clock(steady).state, CheckState::ok);
  EXPECT_EQ(check_effective_clock(steady).fact,
            "3.20 GHz measured (median of 40 clean samples, highest 3.24 GHz; 2 were disturbed)");
  EXPECT_EQ(check_effective_clock(EffectiveClock{.median_hz = 2e9, .max_hz = 3e9}).state, CheckState::note);
}

}  // namespace
}  // namespace assay
