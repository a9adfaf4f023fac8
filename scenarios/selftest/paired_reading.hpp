#pragma once

#include "harness/clock.hpp"

namespace assay {

/// The instrument's clock and something else at one moment.
template <class Value>
struct PairedReading {
  Instant time;
  Value value{};
};

/// Of `tries` readings of `read` between two of the clock the one between which the least time passed.
template <class Read>
[[nodiscard]] auto paired_reading(const Clock& clock, int tries, const Read& read) {
  PairedReading<decltype(read())> best;
  Nanoseconds narrowest = Nanoseconds::max();
  for (int i = 0; i < tries; ++i) {
    const Instant before = clock.now();
    const auto value = read();
    const Instant after = clock.now();
    if (after - before < narrowest) {
      narrowest = after - before;
      best = {.time = before + (after - before) / 2, .value = value};
    }
  }
  return best;
}

}  // namespace assay
