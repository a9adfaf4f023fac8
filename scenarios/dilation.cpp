#include "scenarios/dilation.hpp"

#include <algorithm>

namespace assay {

Nanoseconds Dilator::after_chunk(Nanoseconds worked) noexcept {
  const Nanoseconds own = std::max(worked, Nanoseconds::zero());
  const double factor = emulated_.factor();
  Nanoseconds spun{0};
  if (factor > 0.0 && factor < 1.0) {
    const Instant begin = clock_.now();
    spun = clock_.wait_until(begin + from_seconds(seconds(own) * (1.0 / factor - 1.0))) - begin;
  }
  emulated_.add_busy(own + spun);
  return spun;
}

}  // namespace assay
