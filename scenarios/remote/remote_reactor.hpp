#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/log_linear_histogram.hpp"
#include "harness/steady_clock.hpp"
#include "loadgen/system_under_test.hpp"
#include "scenarios/remote/answer_reader.hpp"
#include "scenarios/remote/connection_pool.hpp"
#include "scenarios/remote/remote_error.hpp"
#include "scenarios/remote/tcp_socket.hpp"

namespace assay {

class RemoteReactor;

/// One connection and the request that it is busy with. Its mutex guards all of it: the issuing thread sends, the
/// reactor receives.
struct RemoteConnection {
  enum class State : std::uint8_t { closed, connecting, free, busy };

  RemoteConnection(RemoteReactor& owner, const AnswerRule& rule) : reactor(&owner), reader(rule) {}

  std::mutex mutex;
  RemoteReactor* reactor;
  State state = State::closed;
  int socket = -1;
  bool waits_to_send = false;  ///< the reactor is told when there is room
  bool first_token_told = false;
  QuerySample sample;
  std::string_view unsent;
  Instant deadline{};
  AnswerReader reader;
};

/// What all reactors of a client share.
struct RemoteShared {
  TcpAddress address;
  std::vector<std::string> requests;  ///< whole, by sample
  Nanoseconds request_timeout{0};
  WaitPolicy wait;
  ConnectionPool pool;
  RemoteErrorLog errors;
  RefusalWatch refusals;
  std::shared_ptr<ResponseSink> sink;  ///< of the run under way
  std::atomic<bool> stop{false};
};

/// How a reactor fared in a run.
struct ReactorAccount {
  LogLinearHistogram waited;  ///< how long what was received lay in the kernel
  LogLinearHistogram gaps;    ///< between chunks with tokens
  std::uint64_t events = 0;
  std::uint64_t opened = 0;  ///< connections opened in the run
  Nanoseconds busy{0};       ///< CPU time of its thread
  Nanoseconds wall{0};
};

/// Waits for the answers of its connections on one thread, and gives each byte its time at once after it was received.
class RemoteReactor {
 public:
  explicit RemoteReactor(RemoteShared& shared);
  ~RemoteReactor();
  RemoteReactor(const RemoteReactor&) = delete;
  RemoteReactor& operator=(const RemoteReactor&) = delete;

  void add(RemoteConnection& connection) { connections_.push_back(&connection); }

  /// Until RemoteShared::stop; wake() makes it look.
  void run();
  void wake() noexcept;

  /// From any thread: sends the request of the sample over a connection that was taken from the pool, and looks after
  /// the next ones if that fails.
  void start(RemoteConnection& connection, const QuerySample& sample) noexcept;

  /// Between runs: takes over an open socket, closes one.
  void adopt(RemoteConnection& connection, int socket);
  void close_socket(RemoteConnection& connection) noexcept;

  [[nodiscard]] ReactorAccount take_account();

 private:
  using State = RemoteConnection::State;

  [[nodiscard]] bool send(RemoteConnection& connection, const QuerySample& sample) noexcept;
  [[nodiscard]] bool open(RemoteConnection& connection) noexcept;
  [[nodiscard]] bool write(RemoteConnection& connection) noexcept;
  void watch(RemoteConnection& connection, int operation, bool to_send) noexcept;
  void handle(RemoteConnection& connection, std::uint32_t events) noexcept;
  /// Each is called with the connection locked; true if the request is over.
  [[nodiscard]] bool connected(RemoteConnection& connection) noexcept;
  [[nodiscard]] bool read(RemoteConnection& connection) noexcept;
  void settle(RemoteConnection& connection) noexcept;
  void fail(RemoteConnection& connection, RemoteError error, std::string_view words) noexcept;
  void release(RemoteConnection& connection) noexcept;
  void end_late_requests(Instant now) noexcept;

  RemoteShared& shared_;
  SteadyClock clock_;
  int poll_ = -1;
  int wake_ = -1;
  std::vector<RemoteConnection*> connections_;
  std::vector<char> buffer_;
  ReactorAccount account_;
  std::atomic<std::uint64_t> opened_{0};  // issuing threads open connections too
};

}  // namespace assay
