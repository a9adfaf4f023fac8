#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/time.hpp"

namespace assay {

/// What an injector has done since it began.
struct InjectorUse {
  Nanoseconds cpu_time{0};               ///< the kernel's account of its processes
  std::optional<Nanoseconds> waited;     ///< runnable without a CPU; absent where the kernel keeps no schedstat
  std::uint64_t voluntary_switches = 0;  ///< the kernel's count of its sleeps: each took the CPU once
  std::uint64_t events = 0;              ///< bursts, by its own count
  std::uint64_t bytes = 0;               ///< read from memory, by its own count

  /// Adds all but `waited`.
  InjectorUse& operator+=(const InjectorUse& more) {
    cpu_time += more.cpu_time;
    voluntary_switches += more.voluntary_switches;
    events += more.events;
    bytes += more.bytes;
    return *this;
  }
};

/// Something that loads one CPU until it is destroyed.
class Injector {
 public:
  Injector() = default;
  Injector(const Injector&) = delete;
  Injector& operator=(const Injector&) = delete;
  virtual ~Injector() = default;

  [[nodiscard]] virtual int cpu() const = 0;
  /// Nothing if it is gone: it died, or its time was over.
  [[nodiscard]] virtual std::optional<InjectorUse> use() const = 0;
  /// "SCHED_FIFO 60"
  [[nodiscard]] virtual std::string scheduling() const = 0;
  /// "own", "stress-ng 0.15.06"
  [[nodiscard]] virtual std::string source() const = 0;
  /// Lengths of the bursts from event number `since` on, as far as they are known.
  [[nodiscard]] virtual std::vector<Nanoseconds> lengths(std::uint64_t since) const = 0;
};

}  // namespace assay
