#include "scenarios/remote/connection_pool.hpp"

#include "scenarios/remote/remote_reactor.hpp"

namespace assay {

void ConnectionPool::begin(const std::vector<std::unique_ptr<RemoteConnection>>& connections) {
  const std::lock_guard lock(mutex_);
  free_.clear();
  free_.reserve(connections.size());
  // The last one is taken first: neighbours belong to different reactors.
  for (auto connection = connections.rbegin(); connection != connections.rend(); ++connection) {
    free_.push_back(connection->get());
  }
  QuerySample old;
  while (waiting_.try_pop(old)) {
  }
  waited_ = 0;
  cancelled_ = false;
}

ConnectionPool::Taken ConnectionPool::take(const QuerySample& sample, RemoteConnection*& connection) noexcept {
  const std::lock_guard lock(mutex_);
  if (!free_.empty()) {
    connection = free_.back();
    free_.pop_back();
    return Taken::connection;
  }
  if (cancelled_) {
    return Taken::waits;
  }
  if (!waiting_.try_push(sample)) {
    return Taken::full;
  }
  ++waited_;
  return Taken::waits;
}

bool ConnectionPool::give_back(RemoteConnection& connection, QuerySample& next) noexcept {
  const std::lock_guard lock(mutex_);
  if (!cancelled_ && waiting_.try_pop(next)) {
    return true;
  }
  free_.push_back(&connection);
  return false;
}

void ConnectionPool::cancel() noexcept {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
}

std::uint64_t ConnectionPool::waited() const noexcept {
  const std::lock_guard lock(mutex_);
  return waited_;
}

}  // namespace assay
