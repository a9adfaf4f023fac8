#include "kernels/kernel.hpp"

namespace assay {

const char* name_of(WorkUnit unit) {
  switch (unit) {
    case WorkUnit::flop:
      return "flop";
    case WorkUnit::integer_operation:
      return "op";
    case WorkUnit::access:
      return "access";
  }
  return "";
}

void Kernel::repeat(std::uint64_t iterations) noexcept {
  const std::uint32_t sample = 0;
  for (std::uint64_t i = 0; i < iterations; ++i) {
    run({&sample, 1});
  }
}

RepeatStep Kernel::repeat_step() const { return {.work = work(), .traffic = traffic(), .bus_traffic = bus_traffic()}; }

}  // namespace assay
