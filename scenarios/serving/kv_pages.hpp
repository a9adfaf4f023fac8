#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace assay {

/// The pages of a key-value cache: counts of users, and which page holds which content, so that prompts that begin
/// alike share pages. A released page whose content is known stays findable until it is taken for something else, the
/// longest unused first. One thread; nothing allocates after the construction.
class KvPages {
 public:
  explicit KvPages(std::uint32_t count);

  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(users_.size()); }
  [[nodiscard]] std::uint32_t unused() const { return unused_; }
  [[nodiscard]] std::uint32_t in_use() const { return count() - unused_; }

  /// An unused page, with one user; forgets what it held. Nothing where all are used.
  [[nodiscard]] std::optional<std::uint32_t> take();
  /// The page that holds the content, with one more user.
  [[nodiscard]] std::optional<std::uint32_t> share(std::uint64_t content);
  /// Says what a page holds from now on; a content that another page holds already is not said again.
  void publish(std::uint32_t page, std::uint64_t content);
  /// One user less.
  void release(std::uint32_t page);

  /// Users of all pages together.
  [[nodiscard]] std::uint64_t user_count() const;

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  void append_unused(std::uint32_t page);
  void unlink_unused(std::uint32_t page);
  [[nodiscard]] std::size_t find(std::uint64_t content) const;  ///< entry of the index, or an empty one
  void forget(std::uint32_t page);

  std::vector<std::uint32_t> users_;
  std::vector<std::uint64_t> contents_;  ///< 0: none known
  std::vector<std::uint32_t> next_;      ///< of the unused ones, in the order in which they are taken
  std::vector<std::uint32_t> previous_;
  std::uint32_t first_unused_ = kNone;
  std::uint32_t last_unused_ = kNone;
  std::uint32_t unused_ = 0;
  std::vector<std::uint32_t> index_;  ///< pages by content: open addressing, linear probing
};

}  // namespace assay
