#include "harness/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <stdexcept>

#include "harness/machine_facts.hpp"
#include "harness/virtualization.hpp"
#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Machine, SyntheticTwoSocketsWithSmt) {
  const Machine machine = machine_from_synthetic("pack:2 [numa] l3:1(size=33554432) core:8 l1d:1(size=32768) pu:2");
  EXPECT_EQ(machine.package_count, 2);
  EXPECT_EQ(machine.numa_node_count, 2);
  EXPECT_EQ(machine.core_count, 16);
  ASSERT_EQ(machine.hardware_threads.size(), 32U);
  EXPECT_TRUE(machine.has_smt());
  EXPECT_EQ(machine.last_level_cache(), Bytes{33554432});

  const HardwareThread& last = machine.hardware_threads.back();
  EXPECT_EQ(last.os_index, 31);
  EXPECT_EQ(last.core, 15);
  EXPECT_EQ(last.smt_rank, 1);
  EXPECT_EQ(last.package, 1);
  EXPECT_EQ(last.numa_node, 1);

  ASSERT_EQ(machine.data_caches.size(), 2U);
  EXPECT_EQ(machine.data_caches[0].level, 1);
  EXPECT_EQ(machine.data_caches[0].size, Bytes{32768});
  EXPECT_EQ(machine.data_caches[0].sharing_cores, 1);
  EXPECT_EQ(machine.data_caches[0].instance_count, 16);
  EXPECT_EQ(machine.data_caches[1].level, 3);
  EXPECT_EQ(machine.data_caches[1].sharing_cores, 8);
  EXPECT_EQ(machine.data_caches[1].instance_count, 2);
}

TEST(Machine, SyntheticWithoutCoresCountsHardwareThreads) {
  const Machine machine = machine_from_synthetic("pu:3");
  EXPECT_EQ(machine.core_count, 3);
  EXPECT_FALSE(machine.has_smt());
  EXPECT_EQ(machine.package_count, 1);
}

TEST(Machine, RejectsNonsenseDescriptions) {
  EXPECT_THROW((void)machine_from_synthetic("pack:2 nonsense:x"), std::invalid_argument);
}

TEST(Machine, ThisMachineHoldsTogether) {
  const Machine machine = detect_machine();
  ASSERT_FALSE(machine.hardware_threads.empty());
  EXPECT_GE(machine.core_count, 1);
  EXPECT_LE(static_cast<std::size_t>(machine.core_count), machine.hardware_threads.size());
  EXPECT_FALSE(machine.architecture.empty());
  EXPECT_FALSE(machine.cpu_model.empty());
  EXPECT_GT(machine.memory_total, Bytes{1U << 20U});
  cpu_set_t mask;
  CPU_ZERO(&mask);
  ASSERT_EQ(sched_getaffinity(0, sizeof mask, &mask), 0);
  EXPECT_EQ(machine.allowed_cpus().size(), static_cast<std::size_t>(CPU_COUNT(&mask)));
}

TEST(MachineFacts, CpuModelOfBothArchitectures) {
  EXPECT_EQ(
      read_cpu_model(GivenFiles{{"/proc/cpuinfo", "processor\t: 0\nmodel\t\t: 1\nmodel name\t: AMD EPYC 7003\n"}}),
      "AMD EPYC 7003");
  EXPECT_EQ(read_cpu_model(GivenFiles{{"/proc/cpuinfo", "CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n"}}),
            "ARM Neoverse-N1 (implementer 0x41, part 0xd0c)");
  EXPECT_EQ(read_cpu_model(GivenFiles{{"/proc/cpuinfo", "CPU implementer\t: 0x41\nCPU part\t: 0xfff\n"}}),
            "implementer 0x41, part 0xfff");
  EXPECT_EQ(read_cpu_model(GivenFiles{}), "unknown CPU");
}

TEST(MachineFacts, MemoryIsInKibibytes) {
  const GivenFiles files{{"/proc/meminfo", "MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable: 500 kB\n"}};
  EXPECT_EQ(read_memory_total(files), Bytes{1024000});
  EXPECT_EQ(read_memory_available(files), Bytes{512000});
  EXPECT_EQ(read_memory_total(GivenFiles{}), Bytes{0});
}

TEST(MachineFacts, OperatingSystemWithoutQuotes) {
  const GivenFiles files{{"/etc/os-release", "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"}};
  EXPECT_EQ(read_operating_system(files), "Debian GNU/Linux 12 (bookworm)");
}

// Found by the fuzz target machine_files.
TEST(MachineFacts, AnOperatingSystemWithoutANameIsLinux) {
  for (const char* text : {"PRETTY_NAME=\nID=den\n", "PRETTY_NAME=\"\"\n", "ID=den\n"}) {
    EXPECT_EQ(read_operating_system(GivenFiles{{"/etc/os-release", text}}), "Linux") << text;
  }
}

TEST(MachineFacts, HiddenReadingsAreListedWithTheReason) {
  EXPECT_THAT(read_not_visible(GivenFiles{}, "kvm"),
              ElementsAre(HasSubstr("no cpufreq in this virtual machine"), HasSubstr("temperature: no hwmon"),
                          HasSubstr("no powercap")));
  const GivenFiles laptop{{"/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n"},
                          {"/sys/class/hwmon/hwmon0/temp1_input", "41000\n"},
                          {"/sys/class/powercap/intel-rapl:0/energy_uj", "1\n"}};
  EXPECT_TRUE(read_not_visible(laptop, "none").empty());
}

TEST(Virtualization, TheCpuAndTheContainerMarksAreBothReported) {
  const HypervisorBit kvm{.readable = true, .present = true, .signature = "KVMKVMKVM"};
  const HypervisorBit metal{.readable = true, .present = false, .signature = ""};
  EXPECT_EQ(read_virtualization(GivenFiles{}, kvm).name(), "kvm");
  EXPECT_EQ(read_virtualization(GivenFiles{}, metal).name(), "none");
  EXPECT_EQ(read_virtualization(GivenFiles{{"/.dockerenv", ""}}, metal).name(), "docker");
  EXPECT_EQ(read_virtualization(GivenFiles{{"/.dockerenv", ""}}, kvm).name(), "kvm+docker");
  EXPECT_EQ(read_virtualization(GivenFiles{{"/proc/self/cgroup", "0::/kubepods/burstable/pod1\n"}}, metal).name(),
            "kubernetes");
  const HypervisorBit odd{.readable = true, .present = true, .signature = "SomethingNew"};
  EXPECT_EQ(read_virtualization(GivenFiles{}, odd).name(), "unknown");
}

TEST(Virtualization, FirmwareDecidesOnlyWhereTheCpuIsSilent) {
  const GivenFiles files{{"/sys/class/dmi/id/product_name", "KVM Virtual Machine\n"}};
  EXPECT_EQ(read_virtualization(files, HypervisorBit{}).name(), "kvm");
  EXPECT_EQ(read_virtualization(files, {.readable = true, .present = false, .signature = ""}).name(), "none");
}

}  // namespace
}  // namespace assay
