#include <fmt/format.h>

#include "harness/doctor_checks.hpp"
#include "harness/machine_facts.hpp"

namespace assay {
namespace {

constexpr double kGibibyte = 1073741824.0;

/// The word in brackets of "always [madvise] never", the kernel's way to mark a choice.
std::string chosen_word(const std::string& text) {
  const auto open = text.find('[');
  const auto close = text.find(']');
  return open != std::string::npos && close != std::string::npos && open < close
             ? text.substr(open + 1, close - open - 1)
             : std::string{};
}

}  // namespace

Finding check_memory(const CheckInput& input) {
  Finding finding{.check = "memory", .source = "/proc/meminfo"};
  const Bytes total = read_memory_total(input.files);
  const auto available = read_memory_available(input.files);
  if (total.count == 0 || !available) {
    finding.state = CheckState::not_visible;
    finding.fact = "memory is not shown";
    finding.consequence = "bandwidth and large workloads: whether they fit is unknown";
    return finding;
  }
  finding.fact = fmt::format("{:.1f} of {:.1f} GiB available", static_cast<double>(available->count) / kGibibyte,
                             static_cast<double>(total.count) / kGibibyte);
  constexpr std::uint64_t kScarcePart = 10;
  if (available->count < total.count / kScarcePart) {
    finding.state = CheckState::warn;
    finding.consequence = "tail latency: the kernel reclaims memory while the run works";
    finding.remedy = "stop programs that hold memory";
  }
  return finding;
}

Finding check_swap(const CheckInput& input) {
  Finding finding{.check = "swap", .source = "/proc/swaps"};
  const auto text = input.files.read("/proc/swaps");
  if (!text) {
    finding.state = CheckState::not_visible;
    finding.fact = "swap areas are not shown";
    finding.consequence = "tail latency: paging cannot be excluded";
    return finding;
  }
  const std::size_t lines = lines_of(*text).size();  // the first one is the heading
  if (lines <= 1) {
    finding.fact = "no swap";
    return finding;
  }
  finding.state = CheckState::note;
  finding.fact = fmt::format("{} swap area{}", lines - 1, lines == 2 ? "" : "s");
  finding.consequence = "tail latency, once memory runs short";
  finding.remedy = "sudo swapoff -a";
  finding.undo = "sudo swapon -a";
  return finding;
}

Finding check_huge_pages(const CheckInput& input) {
  Finding finding{.check = "huge_pages", .source = "/sys/kernel/mm/transparent_hugepage/enabled"};
  const auto text = input.files.read_line(finding.source);
  const std::string choice = text ? chosen_word(*text) : std::string{};
  if (choice.empty()) {
    finding.state = CheckState::not_visible;
    finding.fact = "transparent huge pages are not shown";
    finding.consequence = "bandwidth and memory latency may include TLB misses";
    return finding;
  }
  finding.fact = "transparent huge pages: " + choice;
  if (choice == "never") {
    finding.state = CheckState::note;
    finding.consequence = "bandwidth and memory latency include TLB misses";
    finding.remedy = "echo madvise | sudo tee " + finding.source;
    finding.undo = "echo never | sudo tee " + finding.source;
  } else if (choice == "always") {
    finding.state = CheckState::note;
    finding.consequence = "tail latency: the kernel may gather pages during a run";
    finding.remedy = "echo madvise | sudo tee " + finding.source;
    finding.undo = "echo always | sudo tee " + finding.source;
  }
  return finding;
}

Finding check_numa_balancing(const CheckInput& input) {
  Finding finding{.check = "numa_balancing", .source = "/proc/sys/kernel/numa_balancing"};
  if (input.machine.numa_node_count <= 1) {
    finding.state = CheckState::not_applicable;
    finding.fact = "one NUMA node";
    return finding;
  }
  const auto value = input.files.read_integer(finding.source);
  if (!value) {
    finding.state = CheckState::not_visible;
    finding.fact = "whether the kernel moves pages between nodes is not shown";
    finding.consequence = "tail latency and bandwidth: page moves cannot be excluded";
    return finding;
  }
  finding.fact = *value == 0 ? "the kernel does not move pages between nodes" : "the kernel moves pages between nodes";
  if (*value != 0) {
    finding.state = CheckState::note;
    finding.consequence = "tail latency and bandwidth: pages fault and move during a run";
    finding.remedy = "sudo sysctl kernel.numa_balancing=0";
    finding.undo = fmt::format("sudo sysctl kernel.numa_balancing={}", *value);
  }
  return finding;
}

}  // namespace assay
