#pragma once

#include <cstdint>
#include <variant>

#include "harness/time.hpp"
#include "scenarios/interference/injector_board.hpp"

namespace assay {

/// What one injector process does on its CPU.
struct BurstLoop {
  double rate_per_s = 0.0;  ///< Poisson
  Nanoseconds length{0};    ///< CPU time of each
};
struct DutyLoop {
  double share = 0.0;
};
struct WakeLoop {
  double rate_per_s = 0.0;  ///< periodic; each wake-up takes the CPU from the victim once
};
struct StreamLoop {
  double bytes_per_s = 0.0;
  std::uint64_t buffer_bytes = 0;
};
using InjectorLoop = std::variant<BurstLoop, DutyLoop, WakeLoop, StreamLoop>;

/// Injects until `board.stop` or `limit` after the call. Made for a forked process: allocates nothing by malloc, takes
/// no lock, throws nothing.
void run_injector_loop(const InjectorLoop& loop, InjectorBoard& board, std::uint64_t seed, Nanoseconds limit) noexcept;

}  // namespace assay
