#include "lab/quantity.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>

namespace assay {
namespace {

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

constexpr Unit kDurationUnits[] = {{"ns", 1},
                                   {"us", 1'000},
                                   {"ms", 1'000'000},
                                   {"s", 1'000'000'000},
                                   {"min", 60'000'000'000},
                                   {"h", 3'600'000'000'000}};
constexpr Unit kSizeUnits[] = {{"B", 1},
                               {"kB", 1'000},
                               {"MB", 1'000'000},
                               {"GB", 1'000'000'000},
                               {"TB", 1'000'000'000'000},
                               {"KiB", 1ULL << 10},
                               {"MiB", 1ULL << 20},
                               {"GiB", 1ULL << 30},
                               {"TiB", 1ULL << 40}};
constexpr Unit kMultiples[] = {{"", 1}, {"k", 1'000}, {"M", 1'000'000}, {"G", 1'000'000'000}};

constexpr std::string_view kDurationForm = "a number with ns, us, ms, s, min or h, such as 10ms or 1.5s";
constexpr std::string_view kRateForm = "a positive number per second, with k, M or G if wanted, such as 800 or 5k";
constexpr std::string_view kSizeForm = "a number with B, kB, MB, GB, TB, KiB, MiB, GiB or TiB, such as 64MiB";
constexpr std::string_view kCountForm = "a whole number, with k, M or G if wanted, such as 24576 or 5k";
constexpr std::string_view kWindowForm = "a duration, then @ and a percentile if wanted, such as 10ms@p99";
constexpr std::string_view kPercentileForm = "p and a number above 0 and below 100, such as p99 or p99.9";

/// The text as it can stand in a one-line message: no control bytes, not endless.
std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string result = "\"";
  for (const char c : text.substr(0, kLongest)) {
    result += (c >= ' ' && c <= '~') ? c : '?';
  }
  return result + (text.size() > kLongest ? "...\"" : "\"");
}

[[noreturn]] void refuse(std::string_view text, std::string_view problem, std::string_view form) {
  throw std::invalid_argument(quoted(text) + " " + std::string(problem) + ": expected " + std::string(form));
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) {
    ++at;
  }
  return at;
}

/// Length of the decimal number that `text` begins with: digits [. digits] [e [+-] digits]; 0 if there is none.
std::size_t number_length(std::string_view text) {
  std::size_t end = skip_digits(text, 0);
  if (end == 0) {
    return 0;
  }
  if (end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) {
    end = skip_digits(text, end + 1);
  }
  if (end < text.size() && text[end] == 'e') {
    const std::size_t sign = (end + 1 < text.size() && (text[end + 1] == '+' || text[end + 1] == '-')) ? 1 : 0;
    const std::size_t exponent_end = skip_digits(text, end + 1 + sign);
    if (exponent_end > end + 1 + sign) {
      end = exponent_end;
    }
  }
  return end;
}

/// digits * 10^exponent, exactly.
struct Decimal {
  std::uint64_t digits = 0;
  std::int64_t exponent = 0;
};

/// Absent if the significant digits or the exponent are more than the types hold.
std::optional<Decimal> decimal(std::string_view number) {
  Decimal value;
  const std::size_t e = number.find('e');
  if (e != std::string_view::npos) {
    std::string_view exponent = number.substr(e + 1);
    if (exponent.front() == '+') {
      exponent.remove_prefix(1);
    }
    std::int32_t parsed = 0;
    if (std::from_chars(exponent.data(), exponent.data() + exponent.size(), parsed).ec != std::errc{}) {
      return std::nullopt;
    }
    value.exponent = parsed;
  }
  bool fraction = false;
  std::int64_t zeros = 0;  // not yet multiplied in: trailing zeros must not overflow
  for (const char c : number.substr(0, e)) {
    if (c == '.') {
      fraction = true;
      continue;
    }
    value.exponent -= fraction ? 1 : 0;
    if (c == '0') {
      ++zeros;
      continue;
    }
    for (; zeros > 0 && value.digits != 0; --zeros) {
      if (__builtin_mul_overflow(value.digits, std::uint64_t{10}, &value.digits)) {
        return std::nullopt;
      }
    }
    zeros = 0;
    if (__builtin_mul_overflow(value.digits, std::uint64_t{10}, &value.digits) ||
        __builtin_add_overflow(value.digits, static_cast<std::uint64_t>(c - '0'), &value.digits)) {
      return std::nullopt;
    }
  }
  value.exponent += value.digits != 0 ? zeros : 0;
  return value;
}

enum class Fit { exact, not_whole, too_large };

/// `factor` times the decimal, as a whole number. Tens in the denominator are cancelled before anything is
/// multiplied, so that "1.5KiB" is 1536 and no intermediate value can overflow when the result does not.
Fit whole(Decimal value, std::uint64_t factor, std::uint64_t& result) {
  result = 0;
  if (value.digits == 0) {
    return Fit::exact;
  }
  for (; value.exponent < 0; ++value.exponent) {
    for (const std::uint64_t prime : {2U, 5U}) {
      if (value.digits % prime == 0) {
        value.digits /= prime;
      } else if (factor % prime == 0) {
        factor /= prime;
      } else {
        return Fit::not_whole;
      }
    }
  }
  if (__builtin_mul_overflow(value.digits, factor, &result)) {
    return Fit::too_large;
  }
  for (; value.exponent > 0; --value.exponent) {
    if (__builtin_mul_overflow(result, std::uint64_t{10}, &result)) {
      return Fit::too_large;
    }
  }
  return Fit::exact;
}

const Unit* find_unit(std::span<const Unit> units, std::string_view suffix) {
  for (const Unit& unit : units) {
    if (unit.suffix == suffix) {
      return &unit;
    }
  }
  return nullptr;
}

/// What stands before the first digit, or instead of the unit, deserves its own words.
void refuse_unless_number(std::string_view text, std::size_t length, std::string_view kind, std::string_view form) {
  if (text.empty()) {
    refuse(text, "is empty", form);
  }
  if (text.front() == '-' || text.front() == '+') {
    refuse(text, "has a sign", form);
  }
  if (length == 0) {
    refuse(text, "is not " + std::string(kind), form);
  }
}

const Unit& unit_after(std::string_view text, std::size_t length, std::span<const Unit> units, std::string_view form) {
  const std::string_view suffix = text.substr(length);
  const Unit* unit = find_unit(units, suffix);
  if (unit == nullptr) {
    refuse(text, suffix.empty() ? "has no unit" : "has the unknown unit " + quoted(suffix), form);
  }
  return *unit;
}

std::uint64_t parse_whole(std::string_view text, std::span<const Unit> units, std::uint64_t largest,
                          std::string_view kind, std::string_view form) {
  const std::size_t length = number_length(text);
  refuse_unless_number(text, length, kind, form);
  const Unit& unit = unit_after(text, length, units, form);
  const std::optional<Decimal> value = decimal(text.substr(0, length));
  if (!value) {
    refuse(text, "has more digits than can be held", form);
  }
  std::uint64_t result = 0;
  const Fit fit = whole(*value, unit.factor, result);
  if (fit == Fit::not_whole) {
    refuse(text, "is not a whole number of the smallest unit", form);
  }
  if (fit == Fit::too_large || result > largest) {
    refuse(text, "is too large", form);
  }
  return result;
}

}  // namespace

Nanoseconds parse_duration(std::string_view text) {
  // One below the maximum, which is kNever.
  constexpr auto kLongest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - 1);
  return Nanoseconds{
      static_cast<std::int64_t>(parse_whole(text, kDurationUnits, kLongest, "a duration", kDurationForm))};
}

Bytes parse_size(std::string_view text) {
  return {parse_whole(text, kSizeUnits, std::numeric_limits<std::uint64_t>::max(), "a size", kSizeForm)};
}

std::uint64_t parse_count(std::string_view text) {
  return parse_whole(text, kMultiples, std::numeric_limits<std::uint64_t>::max(), "a count", kCountForm);
}

double parse_rate(std::string_view text) {
  std::string_view number = text;
  if (number.ends_with("/s")) {
    number.remove_suffix(2);
  }
  const std::size_t length = number_length(number);
  refuse_unless_number(text, length, "a rate", kRateForm);
  const Unit* unit = find_unit(kMultiples, number.substr(length));
  if (unit == nullptr) {
    refuse(text, "has the unknown unit " + quoted(number.substr(length)), kRateForm);
  }
  double value = 0.0;
  const auto parsed = std::from_chars(number.data(), number.data() + length, value);
  value *= static_cast<double>(unit->factor);
  if (parsed.ec != std::errc{} || !std::isfinite(value)) {
    refuse(text, "is outside the range of a number", kRateForm);
  }
  if (value <= 0.0) {
    refuse(text, "is not positive", kRateForm);
  }
  return value;
}

Percentile parse_percentile(std::string_view text) {
  if (!text.starts_with('p') || number_length(text.substr(1)) != text.size() - 1 || text.size() < 2) {
    refuse(text, "is not a percentile", kPercentileForm);
  }
  constexpr std::uint64_t kPartsPerMillionOfOnePercent = 10'000;
  const std::optional<Decimal> value = decimal(text.substr(1));
  std::uint64_t ppm = 0;
  const Fit fit = value ? whole(*value, kPartsPerMillionOfOnePercent, ppm) : Fit::not_whole;
  if (fit == Fit::not_whole) {
    refuse(text, "has more than four decimals", kPercentileForm);
  }
  if (fit == Fit::too_large || ppm == 0 || ppm >= 100 * kPartsPerMillionOfOnePercent) {
    refuse(text, "is out of range", kPercentileForm);
  }
  return Percentile::of_parts_per_million(static_cast<std::uint32_t>(ppm));
}

LatencyWindow parse_latency_window(std::string_view text) {
  const std::size_t at = text.find('@');
  LatencyWindow window;
  try {
    window.limit = parse_duration(text.substr(0, at));
    if (at != std::string_view::npos) {
      window.percentile = parse_percentile(text.substr(at + 1));
    }
  } catch (const std::invalid_argument& part) {
    if (at == std::string_view::npos) {
      throw;
    }
    throw std::invalid_argument(quoted(text) + " is not a latency window: " + part.what());
  }
  if (window.limit == Nanoseconds::zero()) {
    refuse(text, "is a window of no length", kWindowForm);
  }
  return window;
}

}  // namespace assay
