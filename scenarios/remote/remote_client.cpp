#include "scenarios/remote/remote_client.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace assay {

namespace {

constexpr Nanoseconds kConnectPatience = std::chrono::seconds{5};

/// The first address that takes a connection, which is closed again.
TcpAddress reachable_address(const HttpUrl& url) {
  int error = 0;
  for (const TcpAddress& address : resolve(url)) {
    const int socket = begin_connection(address);
    error = socket < 0 ? errno : finish_connection(socket, kConnectPatience);
    if (socket >= 0) {
      close(socket);
    }
    if (error == 0) {
      return address;
    }
  }
  throw std::runtime_error(fmt::format("--sut {}: no connection: {}; see that the server is up", url.text(),
                                       error == ETIMEDOUT ? "no answer within 5 s" : std::strerror(error)));
}

/// The sink of one request.
class OneAnswer final : public ResponseSink {
 public:
  void started(std::span<const QuerySample>) noexcept override {}
  void first_token(QueryId) noexcept override {}
  void complete(std::span<const QueryResponse>) noexcept override { end(true); }
  void failed(QueryId) noexcept override { end(false); }

  [[nodiscard]] bool wait(SteadyClock& clock, Nanoseconds patience) {
    (void)clock.wait(ended_, 0, clock.now() + patience);
    return success_.load();
  }

 private:
  void end(bool success) noexcept {
    success_.store(success);
    ended_.raise();
  }
  Signal ended_;
  std::atomic<bool> success_{false};
};

}  // namespace

RemoteClient::RemoteClient(Options options)
    : url_(std::move(options.url)),
      shared_(new RemoteShared{.address = reachable_address(url_),
                               .requests = std::move(options.requests),
                               .request_timeout = options.request_timeout,
                               .wait = options.wait,
                               .pool = {},
                               .errors = RemoteErrorLog(std::move(options.secret)),
                               .refusals = {},
                               .sink = {}}),
      reactor_cpus_(std::move(options.reactor_cpus)),
      manner_(std::move(options.manner)) {
  const std::size_t reactors = std::clamp<std::size_t>(reactor_cpus_.size(), 1, options.connections);
  reactor_cpus_.resize(reactors);
  for (std::size_t i = 0; i < reactors; ++i) {
    reactors_.push_back(std::make_unique<RemoteReactor>(*shared_));
  }
  for (std::size_t i = 0; i < options.connections; ++i) {
    RemoteReactor& reactor = *reactors_[i % reactors];
    connections_.push_back(std::make_unique<RemoteConnection>(reactor, options.rule));
    reactor.add(*connections_.back());
  }
}

RemoteClient::~RemoteClient() {
  stop();
  reactors_.clear();  // they close the sockets of the connections
}

void RemoteClient::open_connections() {
  for (const auto& connection : connections_) {
    char byte = 0;
    if (connection->socket >= 0 && receive(connection->socket, {&byte, 1}).size != -EAGAIN) {
      connection->reactor->close_socket(*connection);  // closed by the server since the last run
    }
  }
  std::vector<int> opening;
  for (const auto& connection : connections_) {
    opening.push_back(connection->socket < 0 ? begin_connection(shared_->address) : -1);
  }
  account_.unopened = 0;
  const Instant deadline = clock_.now() + kConnectPatience;
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (opening[i] >= 0 && finish_connection(opening[i], std::max(Nanoseconds{0}, deadline - clock_.now())) == 0) {
      connections_[i]->reactor->adopt(*connections_[i], opening[i]);
    } else if (opening[i] >= 0) {
      close(opening[i]);
    }
    account_.unopened += connections_[i]->socket < 0 ? 1U : 0U;
  }
}

void RemoteClient::begin_run(std::shared_ptr<ResponseSink> sink) {
  end_run();
  open_connections();
  shared_->errors.clear();
  shared_->refusals.begin();
  shared_->pool.begin(connections_);
  shared_->sink = std::move(sink);
  shared_->stop = false;
  running_ = true;
  team_.start(
      reactor_cpus_, [this](std::size_t reactor) { reactors_[reactor]->run(); }, manner_);
}

void RemoteClient::issue_query(std::span<const QuerySample> samples) {
  constexpr Nanoseconds kPause = std::chrono::microseconds{50};
  for (const QuerySample& sample : samples) {
    RemoteConnection* connection = nullptr;
    ConnectionPool::Taken taken = shared_->pool.take(sample, connection);
    while (taken == ConnectionPool::Taken::full) {  // the delay is charged to latency
      clock_.wait_until(clock_.now() + kPause);
      taken = shared_->pool.take(sample, connection);
    }
    if (taken == ConnectionPool::Taken::connection) {
      connection->reactor->start(*connection, sample);
    }
  }
}

void RemoteClient::cancel() noexcept { shared_->pool.cancel(); }

void RemoteClient::stop() noexcept {
  if (!running_) {
    return;
  }
  running_ = false;
  shared_->pool.cancel();
  shared_->stop.store(true, std::memory_order_release);
  for (const auto& reactor : reactors_) {
    reactor->wake();
  }
  team_.join();
  account_.reactors.clear();
  for (const auto& reactor : reactors_) {
    account_.reactors.push_back(reactor->take_account());
  }
  account_.waited = shared_->pool.waited();
  for (const auto& connection : connections_) {
    if (connection->state != RemoteConnection::State::free) {
      connection->reactor->close_socket(*connection);
    }
  }
  shared_->sink.reset();
}

void RemoteClient::end_run() {
  stop();
  team_.join_and_rethrow();
}

TokenCountBy RemoteClient::counted_by() const {
  // The pool hands out this one first, so it has answered if any has.
  return connections_.front()->reader.counted_by();
}

std::string RemoteClient::failure() const {
  return shared_->refusals.gone() ? fmt::format("{} takes no connections any more: {} in a row were refused",
                                                url_.text(), RefusalWatch::kMost)
                                  : "";
}

void RemoteClient::ask_once() {
  const auto sink = std::make_shared<OneAnswer>();
  begin_run(sink);
  const QuerySample sample{.id = QueryId::of(0, 0), .index = 0};
  issue_query({&sample, 1});
  constexpr Nanoseconds kMore = std::chrono::seconds{5};
  const bool success = sink->wait(clock_, shared_->request_timeout + kMore);
  end_run();
  if (!success) {
    const auto messages = errors().messages();
    throw std::runtime_error(fmt::format("--sut {}: the first request failed: {}", url_.text(),
                                         messages.empty() ? "no answer came" : messages.front()));
  }
}

}  // namespace assay
