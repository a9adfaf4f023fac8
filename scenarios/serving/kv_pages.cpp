#include "scenarios/serving/kv_pages.hpp"

#include <bit>
#include <numeric>
#include <stdexcept>

#include "harness/random_bits.hpp"

namespace assay {

KvPages::KvPages(std::uint32_t count)
    : users_(count),
      contents_(count),
      next_(count, kNone),
      previous_(count, kNone),
      index_(std::bit_ceil(std::size_t{count} * 2 + 2), kNone) {
  for (std::uint32_t page = 0; page < count; ++page) {
    append_unused(page);
  }
}

void KvPages::append_unused(std::uint32_t page) {
  previous_[page] = last_unused_;
  next_[page] = kNone;
  (last_unused_ == kNone ? first_unused_ : next_[last_unused_]) = page;
  last_unused_ = page;
  ++unused_;
}

void KvPages::unlink_unused(std::uint32_t page) {
  const std::uint32_t before = previous_[page];
  const std::uint32_t after = next_[page];
  (before == kNone ? first_unused_ : next_[before]) = after;
  (after == kNone ? last_unused_ : previous_[after]) = before;
  --unused_;
}

std::optional<std::uint32_t> KvPages::take() {
  if (first_unused_ == kNone) {
    return std::nullopt;
  }
  const std::uint32_t page = first_unused_;
  unlink_unused(page);
  forget(page);
  users_[page] = 1;
  return page;
}

std::size_t KvPages::find(std::uint64_t content) const {
  const std::size_t mask = index_.size() - 1;
  std::size_t at = split_mix(content) & mask;
  while (index_[at] != kNone && contents_[index_[at]] != content) {
    at = (at + 1) & mask;
  }
  return at;
}

std::optional<std::uint32_t> KvPages::share(std::uint64_t content) {
  const std::uint32_t page = index_[find(content)];
  if (page == kNone) {
    return std::nullopt;
  }
  if (users_[page] == 0) {
    unlink_unused(page);
  }
  ++users_[page];
  return page;
}

void KvPages::publish(std::uint32_t page, std::uint64_t content) {
  if (content == 0 || contents_[page] != 0) {
    return;
  }
  const std::size_t at = find(content);
  if (index_[at] == kNone) {
    index_[at] = page;
    contents_[page] = content;
  }
}

void KvPages::forget(std::uint32_t page) {
  if (contents_[page] == 0) {
    return;
  }
  const std::size_t mask = index_.size() - 1;
  std::size_t hole = find(contents_[page]);
  contents_[page] = 0;
  index_[hole] = kNone;
  // What lies behind the hole moves up if its search would have passed it.
  for (std::size_t at = (hole + 1) & mask; index_[at] != kNone; at = (at + 1) & mask) {
    const std::size_t home = split_mix(contents_[index_[at]]) & mask;
    if (((at - home) & mask) >= ((at - hole) & mask)) {
      index_[hole] = index_[at];
      index_[at] = kNone;
      hole = at;
    }
  }
}

void KvPages::release(std::uint32_t page) {
  if (users_[page] == 0) {
    throw std::logic_error("a page of the key-value cache was released more often than taken");
  }
  if (--users_[page] == 0) {
    append_unused(page);
  }
}

std::uint64_t KvPages::user_count() const { return std::accumulate(users_.begin(), users_.end(), std::uint64_t{0}); }

}  // namespace assay
