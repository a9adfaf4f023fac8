#include "lab/host_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>

#include "analysis/run_file_field.hpp"

namespace assay {

namespace {

constexpr std::size_t kLongestList = 4096;
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kMostDigits = 9;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_name_letter(char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class HostList {
 public:
  explicit HostList(std::string_view list) : list_(list) {}

  std::vector<std::string> expand() {
    if (list_.size() > kLongestList) {
      fail("it is longer than 4096 bytes");
    }
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t i = 0; i <= list_.size(); ++i) {
      const char c = i < list_.size() ? list_[i] : ',';
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      if (i == list_.size() || (c == ',' && depth == 0)) {
        expand_name(list_.substr(begin, i - begin));
        begin = i + 1;
      }
    }
    return std::move(hosts_);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw std::invalid_argument(
        fmt::format("host list '{}': {}; write it like n[01-24,30],login", printable(list_, 80), what));
  }

  void expand_name(std::string_view name) {
    std::vector<std::string> names{""};
    while (!name.empty()) {
      if (name.front() != '[') {
        const std::size_t end = std::min(name.find('['), name.size());
        append(names, {std::string(name.substr(0, end))});
        name.remove_prefix(end);
        continue;
      }
      const std::size_t end = name.find(']');
      if (end == std::string_view::npos) {
        fail("a bracket is not closed");
      }
      append(names, numbers_of(name.substr(1, end - 1)));
      name.remove_prefix(end + 1);
    }
    for (std::string& one : names) {
      check(one);
      if (known_.insert(one).second) {
        hosts_.push_back(std::move(one));
      }
    }
    if (hosts_.size() > kMostHosts) {
      fail("more than 10000 hosts");
    }
  }

  void append(std::vector<std::string>& names, const std::vector<std::string>& endings) const {
    if (names.size() * endings.size() > kMostHosts) {
      fail("more than 10000 hosts");
    }
    std::vector<std::string> longer;
    for (const std::string& name : names) {
      for (const std::string& ending : endings) {
        longer.push_back(name + ending);
      }
    }
    names = std::move(longer);
  }

  void check(const std::string& name) const {
    if (name.empty()) {
      fail("a name is empty");
    }
    if (name.size() > kLongestName) {
      fail("a name is longer than 255 letters");
    }
    if (!is_letter_or_digit(name.front()) || !std::ranges::all_of(name, is_name_letter)) {
      fail("a name has letters, digits, '-', '_' and '.' and begins with a letter or a digit");
    }
  }

  /// Of "01-24,30".
  [[nodiscard]] std::vector<std::string> numbers_of(std::string_view text) const {
    std::vector<std::string> numbers;
    while (true) {
      const std::size_t comma = std::min(text.find(','), text.size());
      add_range(text.substr(0, comma), numbers);
      if (comma == text.size()) {
        return numbers;
      }
      text.remove_prefix(comma + 1);
    }
  }

  void add_range(std::string_view range, std::vector<std::string>& numbers) const {
    const std::size_t dash = std::min(range.find('-'), range.size());
    const std::string_view first = range.substr(0, dash);
    const std::string_view last = dash == range.size() ? first : range.substr(dash + 1);
    const unsigned long begin = number_of(first);
    const unsigned long end = number_of(last);
    // "[01-100]" has the width of its first number at least, "[1-024]" no width at all.
    if (last.size() < first.size() || (last.size() > first.size() && last.front() == '0')) {
      fail("both ends of a range have the same width");
    }
    if (end < begin) {
      fail("a range goes up");
    }
    if (end - begin >= kMostHosts || numbers.size() + (end - begin) >= kMostHosts) {
      fail("more than 10000 hosts");
    }
    for (unsigned long number = begin; number <= end; ++number) {
      numbers.push_back(fmt::format("{:0{}}", number, first.size()));
    }
  }

  [[nodiscard]] unsigned long number_of(std::string_view digits) const {
    if (digits.empty() || digits.size() > kMostDigits || !std::ranges::all_of(digits, is_digit)) {
      fail("in brackets stand numbers and ranges of them");
    }
    unsigned long number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
  }

  std::string_view list_;
  std::vector<std::string> hosts_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace

std::vector<std::string> expand_hosts(std::string_view list) { return HostList(list).expand(); }

}  // namespace assay
