#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "harness/bounded_queue.hpp"
#include "loadgen/query.hpp"

namespace assay {

struct RemoteConnection;

/// Which connections are free, and which samples wait for one. Any thread; nothing is allocated in a run. A request
/// over HTTP/1.1 has a connection to itself until its answer is complete.
class ConnectionPool {
 public:
  static constexpr std::size_t kMostWaiting = std::size_t{1} << 16;

  /// Before a run: all of these are free, and nothing waits.
  void begin(const std::vector<std::unique_ptr<RemoteConnection>>& connections);

  enum class Taken : std::uint8_t { connection, waits, full };
  /// A free connection for the sample, or else the sample waits for one, or there is no room for it to wait.
  [[nodiscard]] Taken take(const QuerySample& sample, RemoteConnection*& connection) noexcept;

  /// The connection is free again. True if a sample waited for it: then it is not.
  [[nodiscard]] bool give_back(RemoteConnection& connection, QuerySample& next) noexcept;

  /// Whatever waits is given up, now and later.
  void cancel() noexcept;

  [[nodiscard]] std::uint64_t waited() const noexcept;  ///< samples that had to wait for a connection

 private:
  mutable std::mutex mutex_;
  std::vector<RemoteConnection*> free_;
  BoundedQueue<QuerySample> waiting_{kMostWaiting};
  std::uint64_t waited_ = 0;
  bool cancelled_ = false;
};

}  // namespace assay
