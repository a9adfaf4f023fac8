#include "harness/decimal_text.hpp"

#include <charconv>
#include <stdexcept>
#include <system_error>

namespace assay {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) {
    ++at;
  }
  return at;
}

}  // namespace

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

std::optional<Decimal> read_decimal(std::string_view number) {
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

// Tens in the denominator are cancelled before anything is multiplied, so that "1.5KiB" is 1536 and no intermediate
// value can overflow when the result does not.
Fit whole_multiple(Decimal value, std::uint64_t factor, std::uint64_t& result) {
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

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string result = "\"";
  for (const char c : text.substr(0, kLongest)) {
    result += (c >= ' ' && c <= '~') ? c : '?';
  }
  return result + (text.size() > kLongest ? "...\"" : "\"");
}

void refuse_text(std::string_view text, std::string_view problem, std::string_view form) {
  throw std::invalid_argument(quoted(text) + " " + std::string(problem) + ": expected " + std::string(form));
}

}  // namespace assay
