#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/steady_clock.hpp"
#include "tests/mock/mock_script.hpp"

namespace assay::test_support {

/// A server on 127.0.0.1 that answers as its script says, on one thread over epoll. It keeps connections, and it notes
/// when it wrote what, so that a client's times can be held against them.
class MockServer {
 public:
  /// Listens. Port 0: one that is free. Throws std::runtime_error.
  explicit MockServer(const MockScript& script, std::uint16_t port = 0);
  ~MockServer();
  MockServer(const MockServer&) = delete;
  MockServer& operator=(const MockServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "/v1") const;

  /// Answers until stop(), or until the script has it die.
  void run();
  void stop() noexcept;  ///< from any thread

  [[nodiscard]] std::uint64_t answered() const { return answered_.load(); }
  /// The bytes of the first request that came.
  [[nodiscard]] std::string first_request() const;  ///< after run()

 private:
  struct Answer;
  struct Peer {
    int socket = -1;
    std::string received;
    std::unique_ptr<Answer> answer;
  };
  struct Due {
    Instant when;
    int socket = -1;
    std::uint64_t serial = 0;  ///< of the answer that it belongs to
    friend bool operator<(const Due& a, const Due& b) { return a.when > b.when; }
  };

  void accept_peers();
  void read_from(Peer& peer);
  [[nodiscard]] bool take_request(Peer& peer, Instant now);
  void begin_answer(Peer& peer, const std::string& head, const std::string& body, Instant now);
  void send_due();
  void send_next(Peer& peer);
  void send_end(Peer& peer);
  void answer_whole(Peer& peer, int status, const std::string& body);
  void write(Peer& peer, std::string_view text, bool in_pieces = false);
  void drop(Peer& peer);
  void schedule(Peer& peer, Instant when);
  [[nodiscard]] Nanoseconds drawn(Nanoseconds mean, std::uint64_t answer, std::uint64_t position) const;

  MockScript script_;
  SteadyClock clock_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  int poll_ = -1;
  int wake_ = -1;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> answered_{0};
  std::uint64_t begun_ = 0;
  std::unordered_map<int, std::unique_ptr<Peer>> peers_;
  std::priority_queue<Due> due_;
  std::string first_request_;
  bool dead_ = false;
};

}  // namespace assay::test_support
