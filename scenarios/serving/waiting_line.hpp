#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/time.hpp"

namespace assay {

/// What a client asks of a decoder. Its contents are named, not held: page p of the prompt is the same as that of
/// another request if `prefix` is and both have it within shared_tokens.
struct ServingRequest {
  std::uint64_t id = 0;
  std::uint32_t prompt_tokens = 0;  ///< at least 1
  std::uint32_t output_tokens = 0;  ///< at least 1
  std::uint32_t shared_tokens = 0;  ///< the beginning of the prompt that others have as well
  std::uint64_t prefix = 0;         ///< names that beginning
  std::uint32_t sample = 0;         ///< for the scheduler's user
  Nanoseconds arrived{0};           ///< on the clock of the scheduler's user
};

/// Requests in the order in which they came. Memory for `capacity` is taken at once.
class WaitingLine {
 public:
  explicit WaitingLine(std::size_t capacity) : capacity_(capacity) { requests_.reserve(capacity); }

  [[nodiscard]] bool full() const { return size() == capacity_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t size() const { return requests_.size() - head_; }
  [[nodiscard]] std::span<const ServingRequest> requests() const { return std::span(requests_).subspan(head_); }

  /// The line must not be full.
  void add(const ServingRequest& request);
  /// Takes one out; the order of the others stays.
  ServingRequest remove(std::size_t position);
  void clear();

 private:
  std::size_t capacity_;
  std::size_t head_ = 0;
  std::vector<ServingRequest> requests_;
};

}  // namespace assay
