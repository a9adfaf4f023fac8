#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/file_source.hpp"
#include "harness/unavailable.hpp"

namespace assay {

/// The counter that every core of an x86-64 (TSC) or arm64 (CNTVCT) CPU has beside the clocks of the kernel. All
/// earlier instructions are over when it is read. 0 on other architectures.
[[nodiscard]] std::uint64_t read_cpu_counter() noexcept;

/// The rate that the CPU or the hypervisor states for it [Hz]: CPUID 15h or 40000010h, CNTFRQ. Nothing if none does.
[[nodiscard]] std::optional<double> stated_counter_hz();

/// "TSC" or "CNTVCT" if it counts at one rate whatever the core does, or why it may not.
[[nodiscard]] Reading<std::string> steady_cpu_counter(const FileSource& files);

}  // namespace assay
