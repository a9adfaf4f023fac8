#include "loadgen/trace_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <istream>
#include <optional>
#include <stdexcept>
#include <string>

namespace assay {

namespace {

constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kMostArrivals = 20'000'000;
/// 200 years: far from the end of a 64-bit count of nanoseconds.
constexpr std::int64_t kLatestSecond = 200LL * 365 * 86'400;
constexpr std::string_view kAccepted =
    "accepted are ascending times in the first column, as seconds (12.25) or YYYY-MM-DD HH:MM:SS.fff";

/// All of `text` as a number without a sign; nothing if it is none or has more than 12 digits.
std::optional<std::int64_t> whole_number(std::string_view text) {
  constexpr std::size_t kMostDigits = 12;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = !text.empty() && text.size() <= kMostDigits && text.front() >= '0' && error == std::errc{} &&
                    end == text.data() + text.size();
  return good ? std::optional(value) : std::nullopt;
}

/// The digits behind the point as nanoseconds; digits beyond the ninth are cut, so that order is kept.
std::optional<Nanoseconds> fraction(std::string_view digits) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    const char c = i < digits.size() ? digits[i] : '0';
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    value = value * 10 + (c - '0');
  }
  const bool rest_is_digits = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  return rest_is_digits && !digits.empty() ? std::optional(Nanoseconds{value}) : std::nullopt;
}

std::optional<Nanoseconds> decimal_seconds(std::string_view text) {
  const auto point = text.find('.');
  const auto whole = whole_number(text.substr(0, point));
  const auto rest = point == std::string_view::npos ? std::optional(Nanoseconds{0}) : fraction(text.substr(point + 1));
  if (!whole || !rest || *whole > kLatestSecond) {
    return std::nullopt;
  }
  return std::chrono::seconds{*whole} + *rest;
}

/// "2023-11-16 18:17:03.9799600" since 1970.
std::optional<Nanoseconds> date_and_time(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-dd dd:dd:dd";
  if (text.ends_with('Z')) {
    text.remove_suffix(1);
  }
  if (text.size() < kShape.size() || (text[10] != ' ' && text[10] != 'T') || text[4] != '-' || text[7] != '-' ||
      text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const auto year = whole_number(text.substr(0, 4));
  const auto month = whole_number(text.substr(5, 2));
  const auto day = whole_number(text.substr(8, 2));
  const auto hour = whole_number(text.substr(11, 2));
  const auto minute = whole_number(text.substr(14, 2));
  const auto second = decimal_seconds(text.substr(17));
  if (!year || !month || !day || !hour || !minute || !second || *hour > 23 || *minute > 59 ||
      *second >= std::chrono::seconds{61}) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < 1970 || *year > 2160) {
    return std::nullopt;
  }
  return std::chrono::sys_days{date}.time_since_epoch() + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         *second;
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos ? std::string_view{}
                                         : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

enum class TimeForm { seconds, date };

struct Arrival {
  Nanoseconds time{0};
  TimeForm form = TimeForm::seconds;
};

std::optional<Arrival> arrival_of(std::string_view column) {
  if (const auto time = decimal_seconds(column)) {
    return Arrival{.time = *time, .form = TimeForm::seconds};
  }
  if (const auto time = date_and_time(column)) {
    return Arrival{.time = *time, .form = TimeForm::date};
  }
  return std::nullopt;
}

/// A header names its column. What begins like a number is a time gone wrong: passing over it would lose an arrival.
bool may_be_header(std::string_view column) {
  return column.empty() || std::string_view("0123456789+-.").find(column.front()) == std::string_view::npos;
}

class TraceReader {
 public:
  explicit TraceReader(std::string_view name) : name_(name) {}

  void line(std::string_view text) {
    ++number_;
    if (text.size() > kLongestLine) {
      fail(fmt::format("a line of more than {} bytes", kLongestLine));
    }
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (number_ == 1 && text.starts_with(kByteOrderMark)) {
      text.remove_prefix(kByteOrderMark.size());
    }
    text = without_blanks(text);
    if (text.empty() || text.front() == '#') {
      return;
    }
    const std::string_view column = without_blanks(text.substr(0, text.find(',')));
    const auto arrival = arrival_of(column);
    if (!arrival) {
      if (first_ || header_seen_ || !may_be_header(column)) {
        fail(fmt::format("'{}' is no time", printable(column.substr(0, 40))));
      }
      header_seen_ = true;
      return;
    }
    add(*arrival);
  }

  std::vector<Nanoseconds> take() {
    if (offsets_.size() < 2 || offsets_.back() == Nanoseconds::zero()) {
      fail("the file ends; a trace needs at least two arrivals at different times");
    }
    return std::move(offsets_);
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(fmt::format("{}:{}: {}; {}", name_, number_, what, kAccepted));
  }

 private:
  static std::string printable(std::string_view text) {
    std::string shown(text);
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return shown;
  }

  void add(const Arrival& arrival) {
    first_ = first_ ? first_ : std::optional(arrival);
    if (arrival.form != first_->form) {
      fail("seconds and dates in one file");
    }
    const Nanoseconds offset = arrival.time - first_->time;
    if (offset < (offsets_.empty() ? Nanoseconds::zero() : offsets_.back())) {
      fail("the time goes back; sort the file by its first column");
    }
    if (offsets_.size() == kMostArrivals) {
      fail(fmt::format("more than {} arrivals", kMostArrivals));
    }
    offsets_.push_back(offset);
  }

  std::string name_;
  std::uint64_t number_ = 0;
  bool header_seen_ = false;
  std::optional<Arrival> first_;
  std::vector<Nanoseconds> offsets_;
};

}  // namespace

std::vector<Nanoseconds> read_trace(std::istream& text, std::string_view name) {
  TraceReader reader(name);
  std::string line;
  char c = 0;
  // Not std::getline: a file without line ends must not fill the memory.
  while (text.get(c)) {
    if (c == '\n') {
      reader.line(line);
      line.clear();
    } else if (line.size() <= kLongestLine) {
      line += c;
    }
  }
  if (text.bad()) {
    reader.fail("the file cannot be read any further");
  }
  if (!line.empty()) {
    reader.line(line);
  }
  return reader.take();
}

double mean_rate_hz(std::span<const Nanoseconds> offsets) {
  return static_cast<double>(offsets.size() - 1) / seconds(offsets.back() - offsets.front());
}

}  // namespace assay
