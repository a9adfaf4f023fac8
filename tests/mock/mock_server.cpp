#include "tests/mock/mock_server.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <utility>

#include "harness/random_bits.hpp"
#include "tests/mock/mock_answer.hpp"

namespace assay::test_support {

struct MockServer::Answer {
  std::uint64_t serial = 0;
  MockQuestion question;
  std::uint32_t tokens = 0;
  std::uint32_t sent = 0;
  bool faulty = false;
  Instant next{};
  MockTruth truth;
};

namespace {

std::int64_t ns(Instant instant) { return instant.time_since_epoch().count(); }

[[noreturn]] void throw_errno(const char* call) {
  throw std::runtime_error(fmt::format("{}: {}", call, std::strerror(errno)));
}

}  // namespace

MockServer::MockServer(const MockScript& script, std::uint16_t port) : script_(script) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);  // nobody else is to reach it
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener_, 4096) != 0) {
    throw_errno("listen(127.0.0.1)");
  }
  socklen_t length = sizeof(address);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
  poll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  for (const int descriptor : {listener_, wake_}) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
    if (epoll_ctl(poll_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
      throw_errno("epoll_ctl");
    }
  }
}

MockServer::~MockServer() {
  for (const auto& [socket, peer] : peers_) {
    close(socket);
  }
  if (listener_ >= 0) {
    close(listener_);
  }
  close(poll_);
  close(wake_);
}

std::string MockServer::url(const std::string& path) const { return fmt::format("http://127.0.0.1:{}{}", port_, path); }
std::string MockServer::first_request() const { return first_request_; }

void MockServer::stop() noexcept {
  stop_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof(one));
}

void MockServer::run() {
  constexpr Nanoseconds kIdle = std::chrono::milliseconds{100};
  request_precise_sleep();
  std::array<epoll_event, 64> events;
  while (!stop_ && !dead_) {
    const Nanoseconds left = due_.empty() ? kIdle : std::clamp(due_.top().when - clock_.now(), Nanoseconds{0}, kIdle);
    const timespec timeout{.tv_sec = 0, .tv_nsec = left.count()};
    pollfd waited{.fd = poll_, .events = POLLIN, .revents = 0};
    ppoll(&waited, 1, &timeout, nullptr);  // epoll_wait() knows whole milliseconds, epoll_pwait2() is of Linux 5.11
    const int ready = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < ready; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      if (descriptor == listener_) {
        accept_peers();
      } else if (const auto found = peers_.find(descriptor); found != peers_.end()) {
        read_from(*found->second);
      }
    }
    send_due();
  }
  if (dead_) {  // as a process that is gone
    for (const auto& [socket, peer] : peers_) {
      close(socket);
    }
    peers_.clear();
    close(std::exchange(listener_, -1));
  }
}

void MockServer::accept_peers() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      return;
    }
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    epoll_event event{.events = EPOLLIN, .data = {.fd = socket}};
    epoll_ctl(poll_, EPOLL_CTL_ADD, socket, &event);
    peers_[socket] = std::make_unique<Peer>(Peer{.socket = socket, .received = {}, .answer = {}});
  }
}

void MockServer::drop(Peer& peer) {
  close(peer.socket);
  peers_.erase(peer.socket);
}

void MockServer::read_from(Peer& peer) {
  std::array<char, 65536> buffer;
  const ssize_t count = recv(peer.socket, buffer.data(), buffer.size(), 0);
  const Instant now = clock_.now();
  if (count <= 0) {
    if (count == 0 || errno != EAGAIN) {
      drop(peer);
    }
    return;
  }
  peer.received.append(buffer.data(), static_cast<std::size_t>(count));
  if (!peer.answer && !take_request(peer, now)) {
    return;
  }
}

/// True if a whole request was there; the peer may be gone after it.
bool MockServer::take_request(Peer& peer, Instant now) {
  constexpr std::string_view kLength = "Content-Length: ";
  const auto end = peer.received.find("\r\n\r\n");
  if (end == std::string::npos) {
    return false;
  }
  std::size_t length = 0;
  if (const auto at = peer.received.find(kLength); at < end) {
    std::from_chars(peer.received.data() + at + kLength.size(), peer.received.data() + end, length);
  }
  const std::size_t whole = end + 4 + length;
  if (peer.received.size() < whole) {
    return false;
  }
  if (first_request_.empty()) {
    first_request_ = peer.received.substr(0, whole);
  }
  const std::string head = peer.received.substr(0, end);
  const std::string body = peer.received.substr(end + 4, length);
  peer.received.erase(0, whole);
  begin_answer(peer, head, body, now);
  return true;
}

void MockServer::begin_answer(Peer& peer, const std::string& head, const std::string& body, Instant now) {
  const std::uint64_t serial = ++begun_;
  if (script_.die_after != 0 && serial > script_.die_after) {
    dead_ = true;
    return;
  }
  const bool faulty = script_.fault != MockScript::Fault::none && serial % script_.fault_every == 0;
  const MockQuestion question = question_from(head, body);
  if (faulty && script_.fault == MockScript::Fault::close) {
    drop(peer);
    return;
  }
  if (faulty && script_.fault == MockScript::Fault::status) {
    answer_whole(peer, script_.status, R"({"error":{"message":"the mock was told to refuse","type":"mock"}})");
    return;
  }
  if (faulty && script_.fault == MockScript::Fault::echo_key) {
    answer_whole(peer, 401, fmt::format(R"({{"error":{{"message":"Incorrect API key provided: {}"}}}})", question.key));
    return;
  }
  if (question.kind == MockQuestion::Kind::unknown) {
    answer_whole(peer, 404, R"({"error":{"message":"no such path"}})");
    return;
  }
  peer.answer = std::make_unique<Answer>(Answer{.serial = serial, .question = question, .faulty = faulty});
  Answer& answer = *peer.answer;
  answer.tokens = script_.tokens == 0 ? question.tokens : script_.tokens;
  if (faulty && script_.fault == MockScript::Fault::one_short) {
    answer.tokens = std::max(1U, answer.tokens) - 1;
  }
  answer.truth.received_ns = ns(now);
  answer.next = now + drawn(script_.first_token, serial, 0);
  if (script_.role_chunk && question.kind == MockQuestion::Kind::chat) {
    write(peer, stream_head() + event_chunk(role_json()));
  }
  schedule(peer, answer.next);
}

Nanoseconds MockServer::drawn(Nanoseconds mean, std::uint64_t answer, std::uint64_t position) const {
  if (!script_.exponential) {
    return mean;
  }
  constexpr double kUlp = 1.0 / 9007199254740992.0;
  const std::uint64_t bits = split_mix(script_.seed ^ split_mix(answer ^ split_mix(position)));
  return from_seconds(seconds(mean) * -std::log(static_cast<double>((bits >> 11) + 1) * kUlp));
}

void MockServer::schedule(Peer& peer, Instant when) {
  due_.push({.when = when, .socket = peer.socket, .serial = peer.answer->serial});
}

void MockServer::send_due() {
  while (!due_.empty() && due_.top().when <= clock_.now()) {
    const Due due = due_.top();
    due_.pop();
    const auto found = peers_.find(due.socket);
    if (found != peers_.end() && found->second->answer && found->second->answer->serial == due.serial) {
      send_next(*found->second);
    }
  }
}

void MockServer::answer_whole(Peer& peer, int status, const std::string& body) {
  ++answered_;
  peer.answer.reset();
  write(peer, whole_answer(status, body));
}

void MockServer::send_next(Peer& peer) {
  Answer& answer = *peer.answer;
  if (answer.question.kind == MockQuestion::Kind::kserve) {
    answer_whole(peer, 200,
                 answer.faulty ? R"({"error":"the mock was told to fail"})"
                               : R"({"model_name":"mock","outputs":[{"name":"y","data":[1]}]})");
    return;
  }
  const bool begins = answer.sent == 0;
  const bool role_sent = script_.role_chunk && answer.question.kind == MockQuestion::Kind::chat;
  std::string text = begins && !role_sent ? stream_head() : "";
  if (answer.faulty && (answer.sent > 0 || answer.tokens <= 1)) {  // in the middle
    switch (script_.fault) {
      case MockScript::Fault::cut:
        drop(peer);
        return;
      case MockScript::Fault::stall:
        return;
      case MockScript::Fault::bad_json:
        text += event_chunk(R"({"choices":[{"text":" tok)");
        break;
      case MockScript::Fault::error:
        text += event_chunk(R"({"error":{"message":"the mock was told to fail","code":500}})");
        break;
      case MockScript::Fault::no_done:
        ++answered_;
        peer.answer.reset();
        write(peer, "0\r\n\r\n");
        return;
      default:
        break;
    }
  }
  answer.sent = std::min(answer.tokens, answer.sent + script_.tokens_a_chunk);
  const bool is_last = answer.sent == answer.tokens;
  text += event_chunk(token_json(script_, answer.question.kind, answer.sent, is_last));
  const std::int64_t now = ns(clock_.now());
  answer.truth.first_ns = begins ? now : answer.truth.first_ns;
  answer.truth.last_ns = now;
  write(peer, text, true);
  if (is_last) {
    send_end(peer);
    return;
  }
  const Nanoseconds gap = script_.token_gap * static_cast<std::int64_t>(script_.tokens_a_chunk);
  answer.next += drawn(gap, answer.serial, answer.sent);
  schedule(peer, answer.next);
}

void MockServer::send_end(Peer& peer) {
  const Answer& answer = *peer.answer;
  std::string text;
  if (answer.question.kind != MockQuestion::Kind::triton) {
    text = event_chunk(end_json(script_, answer.sent, answer.truth)) + event_chunk("[DONE]");
  }
  ++answered_;
  peer.answer.reset();
  write(peer, text + "0\r\n\r\n");
}

void MockServer::write(Peer& peer, std::string_view text, bool in_pieces) {
  std::size_t piece = in_pieces ? std::max<std::size_t>(1, text.size() / script_.pieces) : text.size();
  while (!text.empty()) {
    piece = std::min(piece, text.size());
    const ssize_t count = send(peer.socket, text.data(), piece, MSG_NOSIGNAL);
    if (count > 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EAGAIN && errno != EINTR) {
      return;  // the peer is gone, which the next reading shows
    }
  }
}

}  // namespace assay::test_support
