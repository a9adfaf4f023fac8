#include <exception>
#include <span>
#include <vector>

#include "loadgen/dispatcher.hpp"

namespace assay {

EndCause dispatch_offline(Dispatcher& dispatcher, QueryPlan& plan) {
  ResponseRecorder& recorder = dispatcher.recorder;
  const std::uint64_t first = recorder.size();
  const std::uint64_t count = plan.samples_per_query;
  recorder.extend(count);
  std::vector<QuerySampleIndex> indices(count);
  plan.sequence->next_query(indices);
  std::vector<QuerySample> samples(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    recorder.record(first + i).sample_index = indices[i];
    samples[i] = {.id = recorder.id_of(first + i), .index = indices[i]};
  }

  // The test starts when everything is prepared: what precedes is not the system's time.
  if (first == 0) {
    dispatcher.start = dispatcher.clock.now();
    recorder.set_start(dispatcher.start);
  }
  const Instant now = dispatcher.clock.now();
  for (std::uint64_t i = 0; i < count; ++i) {
    recorder.record(first + i).scheduled_ns = dispatcher.elapsed(now).count();
    recorder.mark_issued(first + i, now);
  }
  dispatcher.progress.issued.fetch_add(count, std::memory_order_relaxed);
  dispatcher.issue(samples);
  try {
    dispatcher.system.flush_queries();
  } catch (const std::exception&) {
    recorder.count_error(ResponseError::threw);
  }
  switch (dispatcher.wait_settled(first + count, /*bounded=*/true)) {
    case Dispatcher::Wait::settled:
      return EndCause::complete;
    case Dispatcher::Wait::stalled:
      return EndCause::deadline;
    case Dispatcher::Wait::interrupted:
      return EndCause::interrupted;
    case Dispatcher::Wait::max_duration:
      return EndCause::max_duration;
  }
  return EndCause::complete;
}

}  // namespace assay
