#include "loadgen/response_recorder.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <thread>
#include <utility>

#include "harness/random_bits.hpp"

namespace assay {

namespace {

std::uint64_t threshold_of(double probability) {
  constexpr double kWhole = 18446744073709551616.0;  // 2^64
  const double scaled = std::clamp(probability, 0.0, 1.0) * kWhole;
  return scaled >= kWhole ? std::numeric_limits<std::uint64_t>::max() : static_cast<std::uint64_t>(scaled);
}

/// Tells the runs of one process apart. Wraps after 2^24 runs, far beyond what is alive at a time.
std::uint32_t next_run_tag() {
  static std::atomic<std::uint32_t> last{0};
  return (last.fetch_add(1, std::memory_order_relaxed) + 1) & 0xff'ffffU;
}

}  // namespace

ResponseRecorder::ResponseRecorder(const Clock& clock, std::shared_ptr<RunProgress> progress, std::uint64_t capacity,
                                   ResponseLogSettings log)
    : clock_(clock),
      progress_(std::move(progress)),
      run_tag_(next_run_tag()),
      capacity_(capacity),
      log_(log),
      log_threshold_(threshold_of(log.probability)),
      slots_(log.capacity) {
  // Reserving takes address space only; extend() touches the pages before they are used.
  records_.reserve(capacity);
  states_.reserve(capacity);
  records_data_ = records_.data();
  states_data_ = states_.data();
}

void ResponseRecorder::extend(std::uint64_t count) {
  const std::uint64_t size = std::min(records_.size() + count, capacity_);
  records_.resize(size);
  states_.resize(size, State::blank);
  size_visible_.store(size, std::memory_order_release);
}

void ResponseRecorder::mark_issued(std::uint64_t position, Instant now) noexcept {
  records_data_[position].issued_ns = (now - start_).count();
  state(position).store(State::issued, std::memory_order_release);
}

bool ResponseRecorder::known(QueryId id) const noexcept {
  return id.run_tag() == run_tag_ && id.position() < size_visible_.load(std::memory_order_acquire);
}

bool ResponseRecorder::claim(QueryId id) noexcept {
  if (!known(id)) {
    count_error(ResponseError::unknown_id);
    return false;
  }
  State expected = State::issued;
  if (state(id.position()).compare_exchange_strong(expected, State::settling, std::memory_order_acq_rel)) {
    return true;
  }
  switch (expected) {
    case State::blank:
      count_error(ResponseError::unknown_id);
      break;
    case State::closed:
      count_error(ResponseError::after_end);
      break;
    default:
      count_error(ResponseError::duplicate);
  }
  return false;
}

void ResponseRecorder::started(std::span<const QuerySample> samples) noexcept {
  const std::int64_t now = since_start();
  for (const QuerySample& sample : samples) {
    // A system may name a sample that was settled or closed meanwhile: then there is nothing left to record.
    if (known(sample.id) && state(sample.id.position()).load(std::memory_order_acquire) == State::issued) {
      std::atomic_ref(records_data_[sample.id.position()].started_ns).store(now, std::memory_order_relaxed);
    }
  }
}

void ResponseRecorder::first_token(QueryId id) noexcept { book_first_token(id, since_start()); }

void ResponseRecorder::first_token_at(QueryId id, Instant when) noexcept {
  book_first_token(id, (when - start_).count());
}

void ResponseRecorder::complete(std::span<const QueryResponse> responses) noexcept {
  book_completion(responses, since_start());
}

void ResponseRecorder::complete_at(std::span<const QueryResponse> responses, Instant when) noexcept {
  book_completion(responses, (when - start_).count());
}

void ResponseRecorder::book_first_token(QueryId id, std::int64_t time) noexcept {
  if (!known(id)) {
    count_error(ResponseError::unknown_id);
    return;
  }
  if (state(id.position()).load(std::memory_order_acquire) == State::issued) {
    std::atomic_ref(records_data_[id.position()].first_token_ns).store(time, std::memory_order_relaxed);
  }
}

void ResponseRecorder::book_completion(std::span<const QueryResponse> responses, std::int64_t time) noexcept {
  std::uint64_t settled = 0;
  for (const QueryResponse& response : responses) {
    if (!claim(response.id)) {
      continue;
    }
    const std::uint64_t position = response.id.position();
    QueryRecord& record = records_data_[position];
    record.completed_ns = time;
    record.token_count = response.token_count;
    if (log_threshold_ != 0) {
      keep_response(response);
    }
    state(position).store(State::completed, std::memory_order_release);
    ++settled;
  }
  if (settled != 0) {
    progress_->settled.fetch_add(settled, std::memory_order_release);
    signal_.raise();
  }
}

void ResponseRecorder::failed(QueryId id) noexcept {
  if (!claim(id)) {
    return;
  }
  count_error(ResponseError::failed);
  state(id.position()).store(State::failed, std::memory_order_release);
  progress_->settled.fetch_add(1, std::memory_order_release);
  signal_.raise();
}

void ResponseRecorder::dropped(QueryId id) noexcept {
  if (!claim(id)) {
    return;
  }
  records_data_[id.position()].completed_ns = QueryRecord::kDropped;
  state(id.position()).store(State::dropped, std::memory_order_release);
  progress_->settled.fetch_add(1, std::memory_order_release);
  signal_.raise();
}

void ResponseRecorder::keep_response(const QueryResponse& response) noexcept {
  const std::uint64_t position = response.id.position();
  if (position >= log_.first_count && split_mix(log_.seed ^ split_mix(position)) > log_threshold_) {
    return;
  }
  const std::uint64_t slot_index = slots_used_.fetch_add(1, std::memory_order_relaxed);
  if (slot_index >= slots_.size()) {
    return;
  }
  ResponseSlot& slot = slots_[slot_index];
  slot.position = position;
  slot.size = static_cast<std::uint32_t>(std::min(response.data.size(), slot.data.size()));
  if (slot.size != 0) {
    std::memcpy(slot.data.data(), response.data.data(), slot.size);
  }
}

std::uint64_t ResponseRecorder::close() {
  closed_.store(true, std::memory_order_release);
  std::uint64_t in_flight = 0;
  for (std::uint64_t position = 0; position < records_.size(); ++position) {
    State expected = State::issued;
    if (state(position).compare_exchange_strong(expected, State::closed, std::memory_order_acq_rel)) {
      ++in_flight;
    }
    // A completion under way holds the record only for a few instructions.
    while (state(position).load(std::memory_order_acquire) == State::settling) {
      std::this_thread::yield();
    }
  }
  return in_flight;
}

void ResponseRecorder::count_error(ResponseError error) noexcept {
  error_counts_[static_cast<std::size_t>(error)].fetch_add(1, std::memory_order_relaxed);
}

std::map<ResponseError, std::uint64_t> ResponseRecorder::errors() const {
  std::map<ResponseError, std::uint64_t> counts;
  for (std::size_t i = 0; i < error_counts_.size(); ++i) {
    if (const std::uint64_t count = error_counts_[i].load(); count != 0) {
      counts[static_cast<ResponseError>(i)] = count;
    }
  }
  return counts;
}

std::vector<LoggedResponse> ResponseRecorder::take_responses() {
  const std::uint64_t used = std::min<std::uint64_t>(slots_used_.load(), slots_.size());
  std::vector<LoggedResponse> responses;
  responses.reserve(used);
  for (std::uint64_t i = 0; i < used; ++i) {
    const ResponseSlot& slot = slots_[i];
    responses.push_back({.position = slot.position,
                         .sample_index = records_data_[slot.position].sample_index,
                         .data = {slot.data.begin(), slot.data.begin() + slot.size}});
  }
  return responses;
}

}  // namespace assay
