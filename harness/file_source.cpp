#include "harness/file_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

namespace assay {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

template <class Integer>
std::optional<Integer> integer_in(std::string_view text) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::optional<std::string> FileSource::read_line(const std::string& path) const {
  const auto text = read(path);
  if (!text) {
    return std::nullopt;
  }
  std::string line = trimmed(*text);
  return line.empty() ? std::nullopt : std::optional{std::move(line)};
}

std::optional<long long> FileSource::read_integer(const std::string& path) const {
  const auto line = read_line(path);
  return line ? integer_in<long long>(*line) : std::nullopt;
}

std::optional<std::string> SystemFiles::read(const std::string& path) const {
  // System calls instead of a stream: folders and some files of /sys open but fail to read, on which libstdc++ throws.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return std::nullopt;
  }
  std::string text;
  std::array<char, 4096> part{};
  ssize_t size = 0;
  while ((size = ::read(file, part.data(), part.size())) > 0) {
    text.append(part.data(), static_cast<std::size_t>(size));
  }
  close(file);
  return size < 0 ? std::nullopt : std::optional{std::move(text)};
}

std::vector<std::string> SystemFiles::list(const std::string& folder) const {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return std::string{text.substr(first, text.find_last_not_of(kBlanks) - first + 1)};
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return lines;
}

std::optional<std::string> value_of_key(std::string_view text, std::string_view key, char separator) {
  for (const std::string& line : lines_of(text)) {
    const auto middle = line.find(separator);
    if (middle != std::string::npos && trimmed(std::string_view{line}.substr(0, middle)) == key) {
      return trimmed(std::string_view{line}.substr(middle + 1));
    }
  }
  return std::nullopt;
}

std::vector<int> cpu_list(std::string_view text) {
  std::vector<int> cpus;
  const std::string clean = trimmed(text);
  std::string_view rest = clean;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const std::string_view range = rest.substr(0, comma);
    const auto dash = range.find('-');
    const auto first = integer_in<int>(range.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : integer_in<int>(range.substr(dash + 1));
    constexpr int kMostCpus = 1 << 16;  // the kernel's own limit is 8192; a damaged list must not fill the memory
    if (!first || !last || *first < 0 || *last >= kMostCpus) {
      break;
    }
    for (int cpu = *first; cpu <= *last; ++cpu) {
      cpus.push_back(cpu);
    }
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  return cpus;
}

std::string cpu_list_text(const std::vector<int>& cpus) {
  std::string text;
  for (std::size_t first = 0; first < cpus.size();) {
    std::size_t last = first;
    while (last + 1 < cpus.size() && static_cast<long long>(cpus[last + 1]) == static_cast<long long>(cpus[last]) + 1) {
      ++last;
    }
    text += fmt::format("{}{}", text.empty() ? "" : ",", cpus[first]);
    if (last > first) {
      text += fmt::format("-{}", cpus[last]);
    }
    first = last + 1;
  }
  return text;
}

}  // namespace assay
