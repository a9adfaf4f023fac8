#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "harness/clock.hpp"
#include "harness/signal.hpp"
#include "loadgen/query_record.hpp"
#include "loadgen/run_progress.hpp"
#include "loadgen/system_under_test.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// How many responses are kept for the output check, and which.
struct ResponseLogSettings {
  std::uint64_t seed = 0;
  double probability = 0.0;                      ///< of a sample to be kept; 1 in accuracy mode
  std::uint64_t first_count = 0;                 ///< so many samples of the beginning are kept whatever the draw says
  std::uint64_t capacity = 0;                    ///< responses
  static constexpr std::size_t kBytesMax = 256;  ///< kept of one response; the rest is cut off
};

/// The memory of a run: one record and one state a sample, written by the issuing thread before the issue and by the
/// system's threads through ResponseSink afterwards. The state decides each race: a sample goes from issued to settled
/// exactly once, and never after the close.
class ResponseRecorder final : public ResponseSink {
 public:
  /// `capacity`: the most samples of this run; memory is reserved now and touched by extend().
  /// Throws std::bad_alloc if the address space does not hold it.
  ResponseRecorder(const Clock& clock, std::shared_ptr<RunProgress> progress, std::uint64_t capacity,
                   ResponseLogSettings log);

  // For the issuing threads.

  /// Makes `count` more records and touches their memory. Call only while nothing is in flight on new records.
  void extend(std::uint64_t count);
  [[nodiscard]] std::uint64_t capacity() const { return capacity_; }
  [[nodiscard]] std::uint64_t size() const { return records_.size(); }
  [[nodiscard]] QueryRecord& record(std::uint64_t position) { return records_[position]; }
  void set_start(Instant start) { start_ = start; }
  [[nodiscard]] QueryId id_of(std::uint64_t position) const { return QueryId::of(run_tag_, position); }

  /// Books the issue; from here on the sample may complete.
  void mark_issued(std::uint64_t position, Instant now) noexcept;

  /// Settles a sample that the run itself gave up: FrameLine.
  void dropped(QueryId id) noexcept;

  /// Samples completed, failed or dropped so far.
  [[nodiscard]] std::uint64_t settled_count() const noexcept {
    return progress_->settled.load(std::memory_order_acquire);
  }
  /// Raised whenever settled_count() grew.
  [[nodiscard]] Signal& signal() noexcept { return signal_; }

  /// Ends the run: whatever is still in flight is lost (or only dropped, if the run was interrupted) and later
  /// completions are errors. Returns the number of samples that were in flight.
  std::uint64_t close();

  void count_error(ResponseError error) noexcept;
  [[nodiscard]] std::map<ResponseError, std::uint64_t> errors() const;
  [[nodiscard]] std::vector<LoggedResponse> take_responses();
  [[nodiscard]] std::vector<QueryRecord> take_records() { return std::move(records_); }

  // ResponseSink
  void started(std::span<const QuerySample> samples) noexcept override;
  void first_token(QueryId id) noexcept override;
  void complete(std::span<const QueryResponse> responses) noexcept override;
  void first_token_at(QueryId id, Instant when) noexcept override;
  void complete_at(std::span<const QueryResponse> responses, Instant when) noexcept override;
  void failed(QueryId id) noexcept override;

 private:
  enum class State : std::uint8_t { blank, issued, settling, completed, failed, dropped, closed };

  struct ResponseSlot {
    std::uint64_t position = 0;
    std::uint32_t size = 0;
    std::array<std::byte, ResponseLogSettings::kBytesMax> data;
  };

  /// Takes the right to settle the sample, or books why it cannot be taken.
  [[nodiscard]] bool claim(QueryId id) noexcept;
  [[nodiscard]] bool known(QueryId id) const noexcept;
  void keep_response(const QueryResponse& response) noexcept;
  [[nodiscard]] std::int64_t since_start() const noexcept {
    return closed_.load(std::memory_order_acquire) ? 0 : (clock_.now() - start_).count();
  }
  void book_first_token(QueryId id, std::int64_t time) noexcept;
  void book_completion(std::span<const QueryResponse> responses, std::int64_t time) noexcept;
  [[nodiscard]] std::atomic_ref<State> state(std::uint64_t position) noexcept {
    return std::atomic_ref<State>(states_data_[position]);
  }

  const Clock& clock_;  // read only until close(): the caller's clock may be gone when a late completion arrives
  std::shared_ptr<RunProgress> progress_;
  Instant start_{};
  std::uint32_t run_tag_;
  std::uint64_t capacity_;
  ResponseLogSettings log_;
  std::uint64_t log_threshold_ = 0;
  std::vector<QueryRecord> records_;
  std::vector<State> states_;
  // Completions come from other threads while the issuing thread extends the vectors: they use these, which never move.
  QueryRecord* records_data_ = nullptr;
  State* states_data_ = nullptr;
  std::vector<ResponseSlot> slots_;
  std::atomic<std::uint64_t> slots_used_{0};
  std::array<std::atomic<std::uint64_t>, 8> error_counts_{};
  std::atomic<std::uint64_t> size_visible_{0};
  std::atomic<bool> closed_{false};
  Signal signal_;
};

}  // namespace assay
