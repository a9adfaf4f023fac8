#include <fmt/format.h>

#include <array>
#include <bit>
#include <string_view>

#include "harness/gpu_sensors.hpp"

namespace assay {
namespace {

struct ThrottleReason {
  std::uint64_t bit;
  std::string_view name;
};

// NVML API reference, nvmlClocksThrottleReason*.
constexpr std::uint64_t kSwPowerCap = 0x4;
constexpr std::uint64_t kHwSlowdown = 0x8;
constexpr std::uint64_t kSwThermal = 0x20;
constexpr std::uint64_t kHwThermal = 0x40;
constexpr std::uint64_t kHwPowerBrake = 0x80;
constexpr std::array<ThrottleReason, 9> kReasons{{{0x1, "idle"},
                                                  {0x2, "application clocks"},
                                                  {kSwPowerCap, "SW power cap"},
                                                  {kHwSlowdown, "HW slowdown"},
                                                  {0x10, "sync boost"},
                                                  {kSwThermal, "SW thermal slowdown"},
                                                  {kHwThermal, "HW thermal slowdown"},
                                                  {kHwPowerBrake, "HW power brake"},
                                                  {0x100, "display clocks"}}};

}  // namespace

std::string throttle_reasons_text(std::uint64_t reasons) {
  std::string text;
  const auto add = [&text](std::string_view name) {
    text += text.empty() ? "" : ", ";
    text += name;
  };
  for (const ThrottleReason& reason : kReasons) {
    if ((reasons & reason.bit) != 0) {
      add(reason.name);
      reasons &= ~reason.bit;
    }
  }
  while (reasons != 0) {
    const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(std::countr_zero(reasons));
    add(fmt::format("unknown reason {:#x}", bit));
    reasons &= ~bit;
  }
  return text.empty() ? "none" : text;
}

bool is_thermal_throttling(std::uint64_t reasons) { return (reasons & (kSwThermal | kHwThermal)) != 0; }

bool is_throttling(std::uint64_t reasons) {
  return is_thermal_throttling(reasons) || (reasons & (kSwPowerCap | kHwSlowdown | kHwPowerBrake)) != 0;
}

}  // namespace assay
