#include "scenarios/remote/remote_reactor.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <span>
#include <stdexcept>
#include <utility>

namespace assay {

namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 16;
constexpr Nanoseconds kTick = std::chrono::milliseconds{20};  // how soon a late request is seen

Nanoseconds thread_time() noexcept {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return Nanoseconds{time.tv_sec * 1'000'000'000 + time.tv_nsec};
}

}  // namespace

RemoteReactor::RemoteReactor(RemoteShared& shared)
    : shared_(shared),
      poll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      buffer_(kBuffer) {
  epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
  if (poll_ < 0 || wake_ < 0 || epoll_ctl(poll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
    throw std::runtime_error(fmt::format("epoll: {}", std::strerror(errno)));
  }
}

RemoteReactor::~RemoteReactor() {
  for (RemoteConnection* connection : connections_) {
    close_socket(*connection);
  }
  close(wake_);
  close(poll_);
}

void RemoteReactor::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof(one));
}

void RemoteReactor::run() {
  constexpr int kEvents = 64;
  std::array<epoll_event, kEvents> events;
  const Instant begin = clock_.now();
  const Nanoseconds cpu_begin = thread_time();
  Instant last_event = begin;
  Instant last_tick = begin;
  while (!shared_.stop.load(std::memory_order_acquire)) {
    const bool spin = clock_.now() - last_event < shared_.wait.signal_spin;
    const int ready =
        epoll_wait(poll_, events.data(), kEvents, spin ? 0 : static_cast<int>(kTick / std::chrono::milliseconds{1}));
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.ptr != nullptr) {
        handle(*static_cast<RemoteConnection*>(event.data.ptr), event.events);
      } else {
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t taken = ::read(wake_, &count, sizeof(count));
      }
    }
    const Instant now = clock_.now();
    last_event = ready > 0 ? now : last_event;
    if (now - last_tick >= kTick) {
      end_late_requests(now);
      last_tick = now;
    }
  }
  account_.wall = clock_.now() - begin;
  account_.busy = thread_time() - cpu_begin;
}

void RemoteReactor::start(RemoteConnection& connection, const QuerySample& sample) noexcept {
  if (!send(connection, sample)) {
    release(connection);
  }
}

void RemoteReactor::release(RemoteConnection& connection) noexcept {
  QuerySample next;
  while (shared_.pool.give_back(connection, next)) {
    if (send(connection, next)) {
      return;
    }
  }
}

bool RemoteReactor::send(RemoteConnection& connection, const QuerySample& sample) noexcept {
  const std::lock_guard lock(connection.mutex);
  connection.sample = sample;
  connection.unsent = shared_.requests[sample.index];
  connection.first_token_told = false;
  connection.deadline = clock_.now() + shared_.request_timeout;
  connection.reader.begin();
  if (connection.state == State::free) {
    connection.state = State::busy;
    if (write(connection)) {
      return true;
    }
    close_socket(connection);  // closed by the server since the last answer: nothing of the request was taken
    connection.unsent = shared_.requests[sample.index];
  }
  if (open(connection)) {
    return true;
  }
  fail(connection, RemoteError::refused, std::strerror(errno));
  return false;
}

bool RemoteReactor::open(RemoteConnection& connection) noexcept {
  opened_.fetch_add(1, std::memory_order_relaxed);
  connection.socket = begin_connection(shared_.address);
  if (connection.socket < 0) {
    return false;
  }
  connection.state = State::connecting;
  watch(connection, EPOLL_CTL_ADD, true);
  return true;
}

void RemoteReactor::watch(RemoteConnection& connection, int operation, bool to_send) noexcept {
  epoll_event event{.events = EPOLLIN | EPOLLRDHUP | (to_send ? EPOLLOUT : 0U), .data = {.ptr = &connection}};
  connection.waits_to_send = to_send;
  epoll_ctl(poll_, operation, connection.socket, &event);
}

void RemoteReactor::adopt(RemoteConnection& connection, int socket) {
  connection.socket = socket;
  connection.state = State::free;
  watch(connection, EPOLL_CTL_ADD, false);
}

void RemoteReactor::close_socket(RemoteConnection& connection) noexcept {
  if (connection.socket >= 0) {
    close(connection.socket);  // which takes it out of the epoll set too
    connection.socket = -1;
  }
  connection.state = State::closed;
}

bool RemoteReactor::write(RemoteConnection& connection) noexcept {
  while (!connection.unsent.empty()) {
    const ssize_t count =
        ::send(connection.socket, connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      connection.unsent.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      if (!connection.waits_to_send) {
        watch(connection, EPOLL_CTL_MOD, true);
      }
      return true;
    } else if (errno != EINTR) {
      return false;
    }
  }
  if (connection.waits_to_send) {
    watch(connection, EPOLL_CTL_MOD, false);
  }
  return true;
}

void RemoteReactor::handle(RemoteConnection& connection, std::uint32_t events) noexcept {
  bool over = false;
  {
    const std::lock_guard lock(connection.mutex);
    switch (connection.state) {
      case State::closed:
        return;
      case State::free: {
        char byte = 0;
        const Received received = receive(connection.socket, {&byte, 1});
        if (received.size != -EAGAIN) {  // closed while nothing was asked, or spoke unasked
          close_socket(connection);
        }
        return;
      }
      case State::connecting:
        over = connected(connection);
        break;
      case State::busy:
        if ((events & EPOLLOUT) != 0 && !connection.unsent.empty() && !write(connection)) {
          connection.unsent = {};  // what the server answered may still be read
        }
        over = (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0 && read(connection);
        break;
    }
  }
  if (over) {
    release(connection);
  }
}

bool RemoteReactor::connected(RemoteConnection& connection) noexcept {
  const int error = finish_connection(connection.socket, Nanoseconds{0});
  if (error == ETIMEDOUT) {
    return false;  // an event of the socket before this one
  }
  connection.state = State::busy;
  if (error == 0 && write(connection)) {
    return false;
  }
  fail(connection, RemoteError::refused, std::strerror(error == 0 ? errno : error));
  return true;
}

bool RemoteReactor::read(RemoteConnection& connection) noexcept {
  const Received received = receive(connection.socket, buffer_);
  const Instant now = clock_.now();
  AnswerReader& reader = connection.reader;
  if (received.size > 0) {
    if (received.waited) {
      account_.waited.add(std::max<std::int64_t>(0, received.waited->count()));
    }
    reader.feed({buffer_.data(), static_cast<std::size_t>(received.size)}, now, account_.gaps);
    if (reader.first_token() && !connection.first_token_told) {
      connection.first_token_told = true;
      shared_.sink->first_token_at(connection.sample.id, *reader.first_token());
    }
    if (!reader.ended()) {
      return false;
    }
  } else if (received.size == -EAGAIN || received.size == -EINTR) {
    return false;
  } else if (received.size == 0) {
    reader.close();
  } else {
    fail(connection, RemoteError::broken_stream, std::strerror(static_cast<int>(-received.size)));
    return true;
  }
  settle(connection);
  return true;
}

void RemoteReactor::settle(RemoteConnection& connection) noexcept {
  const AnswerReader& reader = connection.reader;
  account_.events += reader.events();
  if (const auto error = reader.error()) {
    // What follows on a connection after an answer that was not understood is not understood either.
    const bool whole = *error == RemoteError::http_status || *error == RemoteError::wrong_token_count;
    const bool reuse = whole && reader.keeps_alive() && connection.unsent.empty();
    shared_.errors.add(*error, *error == RemoteError::http_status ? reader.status() : 0, reader.words());
    shared_.sink->failed(connection.sample.id);
    if (reuse) {
      connection.state = State::free;
    } else {
      close_socket(connection);
    }
    return;
  }
  shared_.refusals.answered();
  const std::string_view excerpt = reader.excerpt();
  const QueryResponse response{.id = connection.sample.id,
                               .data = std::as_bytes(std::span(excerpt.data(), excerpt.size())),
                               .token_count = reader.tokens()};
  shared_.sink->complete_at({&response, 1}, reader.completed());
  if (reader.keeps_alive() && connection.unsent.empty()) {
    connection.state = State::free;
  } else {
    close_socket(connection);
  }
}

void RemoteReactor::fail(RemoteConnection& connection, RemoteError error, std::string_view words) noexcept {
  shared_.errors.add(error, 0, words);
  shared_.sink->failed(connection.sample.id);
  close_socket(connection);
  if (error == RemoteError::refused) {
    shared_.refusals.refused();
  }
}

void RemoteReactor::end_late_requests(Instant now) noexcept {
  for (RemoteConnection* connection : connections_) {
    bool late = false;
    {
      const std::lock_guard lock(connection->mutex);
      late = (connection->state == State::busy || connection->state == State::connecting) && now > connection->deadline;
      if (late) {
        fail(*connection, RemoteError::timeout,
             connection->reader.first_token() ? "the stream stalled" : "no token came");
      }
    }
    if (late) {
      release(*connection);
    }
  }
}

ReactorAccount RemoteReactor::take_account() {
  account_.opened = opened_.exchange(0);
  return std::exchange(account_, ReactorAccount{});
}

}  // namespace assay
