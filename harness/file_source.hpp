#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Where readings of the operating system come from: the files under /proc and /sys, or given texts in a test.
class FileSource {
 public:
  FileSource() = default;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  virtual ~FileSource() = default;

  /// The text of a file, nothing if it is absent or may not be read.
  [[nodiscard]] virtual std::optional<std::string> read(const std::string& path) const = 0;

  /// The names in a folder in ascending order, none if it is absent.
  [[nodiscard]] virtual std::vector<std::string> list(const std::string& folder) const = 0;

  /// read() without leading and trailing blanks and line ends; nothing if that leaves no text.
  [[nodiscard]] std::optional<std::string> read_line(const std::string& path) const;

  /// The integer that a file holds, nothing if it is absent or holds something else ("max").
  [[nodiscard]] std::optional<long long> read_integer(const std::string& path) const;
};

/// The files of this machine. Only reads.
class SystemFiles final : public FileSource {
 public:
  [[nodiscard]] std::optional<std::string> read(const std::string& path) const override;
  [[nodiscard]] std::vector<std::string> list(const std::string& folder) const override;
};

/// `text` without blanks and line ends at both sides.
[[nodiscard]] std::string trimmed(std::string_view text);

/// The lines of `text` without their line ends; an empty last line is left out.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

/// The value after "key<blanks><separator><blanks>" of the first line whose key equals `key`, nothing if there is none:
/// value_of_key("model name\t: A\n", "model name", ':') is "A".
[[nodiscard]] std::optional<std::string> value_of_key(std::string_view text, std::string_view key, char separator);

/// A kernel list such as "0-3,8" as {0, 1, 2, 3, 8}; text that is no such list gives what precedes the fault.
[[nodiscard]] std::vector<int> cpu_list(std::string_view text);

/// The inverse of cpu_list() for ascending numbers: {0, 1, 2, 8} is "0-2,8".
[[nodiscard]] std::string cpu_list_text(const std::vector<int>& cpus);

}  // namespace assay
