#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/bounded_queue.hpp"
#include "loadgen/response_recorder.hpp"
#include "loadgen/system_under_test.hpp"
#include "loadgen/test_settings.hpp"

namespace assay {

/// LateFrames::drop, before any system under test: a camera has one frame in the system at most, and that one is the
/// newest that could be had.
///
/// - A camera's frame joins the line of waiting cameras; whenever the system works on fewer than `frames_at_once`
///   frames, the first camera in line has its frame handed over, and it counts as running from then on.
/// - A frame that arrives while an earlier one of its camera waits takes that one's place in line; the earlier one is
///   dropped. The place stays, so that no camera starves behind the others.
/// - A frame that arrives while an earlier one of its camera runs is dropped itself. So a computed frame was never
///   older than a period when its work began, and a single camera has the semantics of a display with vertical sync:
///   work begins at a trigger, or it waits for the next one.
///
/// A dropped frame is never computed, and settles as dropped: it is a result, no error. Lock-free, and nothing is
/// allocated after construction; one thread issues, any thread completes.
class FrameLine final : public SystemUnderTest, public ResponseSink, public std::enable_shared_from_this<FrameLine> {
 public:
  /// `settings` has CameraArrivals. `system` must outlive the run.
  FrameLine(SystemUnderTest& system, std::shared_ptr<ResponseRecorder> recorder, const TestSettings& settings);

  [[nodiscard]] std::string name() const override { return system_.name(); }
  /// The recorder that the line was made with is the sink.
  void begin_run(std::shared_ptr<ResponseSink> sink) override;
  void issue_query(std::span<const QuerySample> samples) override;
  void flush_queries() override { system_.flush_queries(); }
  void cancel() noexcept override;
  void end_run() override;

  void started(std::span<const QuerySample> samples) noexcept override { recorder_->started(samples); }
  void first_token(QueryId id) noexcept override { recorder_->first_token(id); }
  void complete(std::span<const QueryResponse> responses) noexcept override;
  void failed(QueryId id) noexcept override;

  /// What the system threw first at a frame of the line; empty if nothing.
  [[nodiscard]] std::string message();

 private:
  using Camera = std::uint32_t;

  void arrive(const QuerySample& frame) noexcept;
  void advance() noexcept;  ///< hands frames over while there is room
  [[nodiscard]] std::optional<Camera> take_first() noexcept;
  void hand_over(Camera camera) noexcept;
  /// True if it was the frame that runs for its camera.
  [[nodiscard]] bool release(QueryId id) noexcept;
  [[nodiscard]] Camera camera_of(std::uint64_t position) const {
    return static_cast<Camera>(position % states_.size());
  }

  SystemUnderTest& system_;
  std::shared_ptr<ResponseRecorder> recorder_;
  /// What each camera has in the system: nothing, a frame that waits, or one that runs.
  std::vector<std::atomic<std::uint64_t>> states_;
  BoundedQueue<Camera> waiting_;
  std::atomic<std::int64_t> waiting_count_{0};
  std::atomic<std::int64_t> room_;
  std::atomic<bool> closed_{false};
  std::mutex message_mutex_;
  std::string message_;
};

}  // namespace assay
