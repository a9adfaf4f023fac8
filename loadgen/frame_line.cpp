#include "loadgen/frame_line.hpp"

#include <exception>
#include <utility>
#include <variant>

namespace assay {
namespace {

// A state is the position of the frame with two bits below it that say what the frame does.
constexpr std::uint64_t kIdle = 0;
constexpr std::uint64_t kWaits = 1;
constexpr std::uint64_t kRuns = 2;
constexpr std::uint64_t kMask = 3;

constexpr std::uint64_t state_of(std::uint64_t position, std::uint64_t does) { return position << 2U | does; }
constexpr std::uint64_t position_in(std::uint64_t state) { return state >> 2U; }

}  // namespace

FrameLine::FrameLine(SystemUnderTest& system, std::shared_ptr<ResponseRecorder> recorder, const TestSettings& settings)
    : system_(system),
      recorder_(std::move(recorder)),
      states_(std::get<CameraArrivals>(settings.arrivals).cameras),
      waiting_(states_.size()),
      room_(static_cast<std::int64_t>(settings.frames_at_once)) {}

void FrameLine::begin_run(std::shared_ptr<ResponseSink> /*sink*/) { system_.begin_run(shared_from_this()); }

void FrameLine::issue_query(std::span<const QuerySample> samples) {
  for (const QuerySample& frame : samples) {
    arrive(frame);
  }
  advance();
}

void FrameLine::cancel() noexcept {
  closed_.store(true);
  system_.cancel();
}

void FrameLine::end_run() {
  closed_.store(true);
  system_.end_run();
}

void FrameLine::arrive(const QuerySample& frame) noexcept {
  const std::uint64_t position = frame.id.position();
  std::atomic<std::uint64_t>& state = states_[camera_of(position)];
  std::uint64_t before = state.load(std::memory_order_acquire);
  while (true) {
    if ((before & kMask) == kRuns) {
      recorder_->dropped(frame.id);
      return;
    }
    if (state.compare_exchange_weak(before, state_of(position, kWaits), std::memory_order_acq_rel)) {
      break;
    }
  }
  if ((before & kMask) == kWaits) {
    recorder_->dropped(recorder_->id_of(position_in(before)));
    return;  // its place in line is ours
  }
  if (waiting_.try_push(camera_of(position))) {  // there is room: a place for each camera
    waiting_count_.fetch_add(1);
  }
}

std::optional<FrameLine::Camera> FrameLine::take_first() noexcept {
  std::int64_t room = room_.load();
  do {
    if (room <= 0) {
      return std::nullopt;
    }
  } while (!room_.compare_exchange_weak(room, room - 1));
  Camera camera = 0;
  if (waiting_.try_pop(camera)) {
    waiting_count_.fetch_sub(1);
    return camera;
  }
  room_.fetch_add(1);
  return std::nullopt;
}

void FrameLine::advance() noexcept {
  // Whoever adds to the line or to the room comes here afterwards, so that the last one sees both.
  while (!closed_.load() && waiting_count_.load() > 0 && room_.load() > 0) {
    if (const auto camera = take_first()) {
      hand_over(*camera);
    }
  }
}

void FrameLine::hand_over(Camera camera) noexcept {
  std::atomic<std::uint64_t>& state = states_[camera];
  std::uint64_t waits = state.load(std::memory_order_acquire);
  // Until this succeeds a newer frame may still take the place.
  while (!state.compare_exchange_weak(waits, state_of(position_in(waits), kRuns), std::memory_order_acq_rel)) {
  }
  const std::uint64_t position = position_in(waits);
  const QuerySample frame{.id = recorder_->id_of(position), .index = recorder_->record(position).sample_index};
  std::string thrown;
  try {
    system_.issue_query({&frame, 1});
    return;
  } catch (const std::exception& error) {
    thrown = error.what();
  } catch (...) {
    thrown = "an exception that is not a std::exception";
  }
  recorder_->count_error(ResponseError::threw);
  {
    const std::lock_guard lock(message_mutex_);
    if (message_.empty()) {
      message_ = "issue_query threw: " + thrown;
    }
  }
  recorder_->failed(frame.id);
  (void)release(frame.id);  // whoever handed over goes on with the line
}

bool FrameLine::release(QueryId id) noexcept {
  const std::uint64_t position = id.position();
  if (id != recorder_->id_of(position)) {
    return false;
  }
  std::uint64_t runs = state_of(position, kRuns);
  if (!states_[camera_of(position)].compare_exchange_strong(runs, kIdle, std::memory_order_acq_rel)) {
    return false;  // completed twice, or never issued: the recorder has booked it
  }
  room_.fetch_add(1);
  return true;
}

void FrameLine::complete(std::span<const QueryResponse> responses) noexcept {
  recorder_->complete(responses);
  bool more = false;
  for (const QueryResponse& response : responses) {
    more = release(response.id) || more;
  }
  if (more) {
    advance();
  }
}

void FrameLine::failed(QueryId id) noexcept {
  recorder_->failed(id);
  if (release(id)) {
    advance();
  }
}

std::string FrameLine::message() {
  const std::lock_guard lock(message_mutex_);
  return message_;
}

}  // namespace assay
