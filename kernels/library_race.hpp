#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/clock.hpp"
#include "harness/thread_meter.hpp"
#include "harness/time.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// One of several ways to do the same work.
struct RaceEntrant {
  std::string name;
  std::function<void(std::uint64_t iterations)> work;
};

struct RaceRules {
  Nanoseconds sample = std::chrono::microseconds{700};  ///< as of SamplingPlan; one iteration may take longer
  Nanoseconds pause = std::chrono::microseconds{350};
  std::size_t clean_samples = 9;                       ///< that an entrant needs
  Nanoseconds budget = std::chrono::milliseconds{60};  ///< after which an entrant that has a sample gets no more
  /// One that took so much longer than the fastest gets no more samples: after the first round, which one disturbance
  /// may have spoilt for it, and after the second.
  double hopeless_at_once = 4.0;
  double hopeless = 1.5;
  /// Equal within this share: the one named first wins, so that noise does not choose.
  double tie = 0.02;
};

struct RaceTime {
  std::string name;
  double seconds_per_iteration = 0.0;  ///< lower quartile of the clean samples; of none, the least CPU time of all
  std::size_t clean = 0;
};

struct RaceResult {
  std::vector<RaceTime> times;  ///< in the order of the entrants
  std::size_t winner = 0;
};

/// Times the entrants in turns, so that a disturbance meets all of them, with the checks for contamination of
/// measure(). Their samples may be as long as one iteration, which measure() has no place for. Throws
/// std::invalid_argument without entrants.
[[nodiscard]] RaceResult race(std::span<const RaceEntrant> entrants, Clock& clock, const ThreadMeter& meter,
                              const RaceRules& rules = {});

struct LibraryChoice {
  std::string library;
  std::string figures;  ///< "openblas 78.1 Gflop/s, blis 83.0 Gflop/s, chosen blis"; says so where nothing was timed
};

/// Which of several libraries does `subject` ("gemm f32 256") fastest on this machine: measured when it is first asked,
/// kept for the life of the process, so that all workers use the same one. `entrants` is called at most once a subject,
/// on the calling thread; others that ask for any subject meanwhile wait.
[[nodiscard]] LibraryChoice choose_library(const std::string& subject, Flops work, WorkUnit unit,
                                           const std::function<std::vector<RaceEntrant>()>& entrants);

}  // namespace assay
