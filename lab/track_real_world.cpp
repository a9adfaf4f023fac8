#include "lab/track_real_world.hpp"

#include <ctime>

#include "analysis/run_file.hpp"
#include "harness/steady_clock.hpp"
#include "lab/version.hpp"
#include "scenarios/real_world.hpp"

namespace assay {

RealWorldRecord measure_real_world(const TrackRealWorld& request, const std::function<bool(double share)>& proceed) {
  constexpr std::uint64_t kRepetitions = 2000;
  constexpr std::size_t kQuickWords = 400;
  constexpr std::size_t kFullWords = 1000;
  RealWorldRequest what;
  what.isolation = true;
  what.seed = request.seed;
  what.words = request.words != 0 ? request.words : request.full ? kFullWords : kQuickWords;
  if (!request.full) {
    what.noises = {"babble"};
    what.snr_db = {20, 10};
  }
  std::vector<TinyTiming> timings = time_tiny_steps(SteadyClock(), kRepetitions);
  RealWorldRecord record = run_real_world(what, proceed);
  record.timings = std::move(timings);
  record.operations = tiny_operations();
  record.created = utc_timestamp(std::time(nullptr));
  record.program = build_info().version;
  return record;
}

}  // namespace assay
