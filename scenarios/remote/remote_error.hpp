#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Why a request to a server was no success.
enum class RemoteError : std::uint8_t {
  refused,            ///< no connection
  timeout,            ///< not complete within the request timeout
  http_status,        ///< a status other than 200
  server_error,       ///< status 200, and an error in the answer
  broken_stream,      ///< cut, or not what the protocol says
  wrong_token_count,  ///< not as many tokens as were asked for
};
inline constexpr std::size_t kRemoteErrorCount = 6;

[[nodiscard]] std::string_view name_of(RemoteError error);  ///< "remote_refused"
/// What the error was, as "{count} {what}", and what to do.
[[nodiscard]] std::string_view what_of(RemoteError error);
[[nodiscard]] std::string_view remedy_for(RemoteError error);

/// The errors of one run. Any thread.
class RemoteErrorLog {
 public:
  /// `secret`: words that no message may hold; empty: none.
  explicit RemoteErrorLog(std::string secret) : secret_(std::move(secret)) {}

  void clear();
  /// `words` are the server's own, or ours; the first few of each class are kept. `status`: of HTTP, 0 where there is
  /// none.
  void add(RemoteError error, int status, std::string_view words) noexcept;

  [[nodiscard]] std::map<RemoteError, std::uint64_t> counts() const;
  [[nodiscard]] std::map<int, std::uint64_t> status_counts() const;
  [[nodiscard]] std::vector<std::string> messages() const;

 private:
  [[nodiscard]] std::string without_secret(std::string_view words) const;

  std::string secret_;
  mutable std::mutex mutex_;
  std::array<std::uint64_t, kRemoteErrorCount> counts_{};
  std::map<int, std::uint64_t> status_counts_;
  std::vector<std::string> messages_;
};

/// Sees that a server takes no connections any more: so many refusals in a row, without an answer between them. Any
/// thread.
class RefusalWatch {
 public:
  static constexpr std::uint64_t kMost = 64;

  /// What to do then, once.
  void on_failure(std::function<void()> action) { action_ = std::move(action); }
  void begin() noexcept { in_a_row_.store(0); }
  void answered() noexcept { in_a_row_.store(0, std::memory_order_relaxed); }
  void refused() noexcept;
  [[nodiscard]] bool gone() const noexcept { return in_a_row_.load() >= kMost; }

 private:
  std::function<void()> action_;
  std::atomic<std::uint64_t> in_a_row_{0};
};

}  // namespace assay
