#pragma once

#include <cstdint>
#include <memory>

#include "harness/time.hpp"
#include "loadgen/test_settings.hpp"

namespace assay {

/// Arrival times of the Server scenario, one after the other, from the start of the run; the first is at 0.
class Schedule {
 public:
  Schedule() = default;
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;
  virtual ~Schedule() = default;

  /// Never decreases.
  [[nodiscard]] virtual Nanoseconds next() = 0;
};

/// Draws from Seeds::schedule: by our portable stream, or as LoadGen does (std::exponential_distribution on
/// std::mt19937, each gap cut to whole nanoseconds), which knows Poisson arrivals only.
/// Throws std::invalid_argument for the mlperf stream with another arrival process.
[[nodiscard]] std::unique_ptr<Schedule> make_schedule(const TestSettings& settings);

}  // namespace assay
