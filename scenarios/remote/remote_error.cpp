#include "scenarios/remote/remote_error.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/custom/answer_check.hpp"

namespace assay {

namespace {

struct ErrorWords {
  std::string_view name;
  std::string_view what;
  std::string_view remedy;
};

constexpr std::array<ErrorWords, kRemoteErrorCount> kWords{{
    {"remote_refused", "requests found no connection", "see that the server is up and takes as many --connections"},
    {"remote_timeout", "requests were not answered in time", "a lower --rate, or a longer --request-timeout"},
    {"remote_http_status", "answers had an HTTP status other than 200",
     "see the first of them; a lower --rate if the server was overrun. Redirects are not followed"},
    {"remote_server_error", "answers held an error of the server", "see the first of them, and the server's own log"},
    {"remote_broken_stream", "answers were cut or were no such answers", "see the server's own log; it may have died"},
    {"remote_wrong_token_count", "answers had another number of tokens than was asked for",
     "let the server keep to it (ignore_eos, min_tokens), or allow it: --param exact=no"},
}};

const ErrorWords& words_of(RemoteError error) { return kWords[static_cast<std::size_t>(error)]; }

}  // namespace

std::string_view name_of(RemoteError error) { return words_of(error).name; }
std::string_view what_of(RemoteError error) { return words_of(error).what; }
std::string_view remedy_for(RemoteError error) { return words_of(error).remedy; }

void RemoteErrorLog::clear() {
  const std::lock_guard lock(mutex_);
  counts_.fill(0);
  status_counts_.clear();
  messages_.clear();
}

std::string RemoteErrorLog::without_secret(std::string_view words) const {
  // A server may repeat a key, or a part of it: nothing of such words is shown.
  constexpr std::size_t kPart = 6;
  const std::size_t part = std::min(kPart, secret_.size());
  for (std::size_t at = 0; part != 0 && at + part <= secret_.size(); ++at) {
    if (words.find(std::string_view(secret_).substr(at, part)) != std::string_view::npos) {
      return "(its words are not shown: they hold a part of the key)";
    }
  }
  return one_line(words);
}

void RemoteErrorLog::add(RemoteError error, int status, std::string_view words) noexcept {
  constexpr std::uint64_t kKeptOfEach = 2;
  constexpr std::size_t kMostStatuses = 64;
  const std::lock_guard lock(mutex_);
  const std::uint64_t count = ++counts_[static_cast<std::size_t>(error)];
  if (status != 0 && (status_counts_.size() < kMostStatuses || status_counts_.contains(status))) {
    ++status_counts_[status];
  }
  if (count <= kKeptOfEach) {
    messages_.push_back(
        fmt::format("{}{}: {}", name_of(error), status == 0 ? "" : fmt::format(" {}", status), without_secret(words)));
  }
}

void RefusalWatch::refused() noexcept {
  if (in_a_row_.fetch_add(1, std::memory_order_relaxed) + 1 == kMost && action_) {
    action_();
  }
}

std::map<RemoteError, std::uint64_t> RemoteErrorLog::counts() const {
  const std::lock_guard lock(mutex_);
  std::map<RemoteError, std::uint64_t> counts;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] != 0) {
      counts[static_cast<RemoteError>(i)] = counts_[i];
    }
  }
  return counts;
}

std::map<int, std::uint64_t> RemoteErrorLog::status_counts() const {
  const std::lock_guard lock(mutex_);
  return status_counts_;
}

std::vector<std::string> RemoteErrorLog::messages() const {
  const std::lock_guard lock(mutex_);
  return messages_;
}

}  // namespace assay
