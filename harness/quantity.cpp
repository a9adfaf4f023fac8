#include "harness/quantity.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <system_error>

#include "harness/decimal_text.hpp"

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
    refuse_text(text, "is empty", form);
  }
  if (text.front() == '-' || text.front() == '+') {
    refuse_text(text, "has a sign", form);
  }
  if (length == 0) {
    refuse_text(text, "is not " + std::string(kind), form);
  }
}

const Unit& unit_after(std::string_view text, std::size_t length, std::span<const Unit> units, std::string_view form) {
  const std::string_view suffix = text.substr(length);
  const Unit* unit = find_unit(units, suffix);
  if (unit == nullptr) {
    refuse_text(text, suffix.empty() ? "has no unit" : "has the unknown unit " + quoted(suffix), form);
  }
  return *unit;
}

std::uint64_t parse_whole(std::string_view text, std::span<const Unit> units, std::uint64_t largest,
                          std::string_view kind, std::string_view form) {
  const std::size_t length = number_length(text);
  refuse_unless_number(text, length, kind, form);
  const Unit& unit = unit_after(text, length, units, form);
  const std::optional<Decimal> value = read_decimal(text.substr(0, length));
  if (!value) {
    refuse_text(text, "has more digits than can be held", form);
  }
  std::uint64_t result = 0;
  const Fit fit = whole_multiple(*value, unit.factor, result);
  if (fit == Fit::not_whole) {
    refuse_text(text, "is not a whole number of the smallest unit", form);
  }
  if (fit == Fit::too_large || result > largest) {
    refuse_text(text, "is too large", form);
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
    refuse_text(text, "has the unknown unit " + quoted(number.substr(length)), kRateForm);
  }
  double value = 0.0;
  const auto parsed = std::from_chars(number.data(), number.data() + length, value);
  value *= static_cast<double>(unit->factor);
  if (parsed.ec != std::errc{} || !std::isfinite(value)) {
    refuse_text(text, "is outside the range of a number", kRateForm);
  }
  if (value <= 0.0) {
    refuse_text(text, "is not positive", kRateForm);
  }
  return value;
}

std::string size_text(Bytes size) {
  constexpr std::array kBinary{Unit{"TiB", 1ULL << 40}, Unit{"GiB", 1ULL << 30}, Unit{"MiB", 1ULL << 20},
                               Unit{"KiB", 1ULL << 10}};
  for (const Unit& unit : kBinary) {
    if (size.count >= unit.factor && size.count % unit.factor == 0) {
      return std::to_string(size.count / unit.factor) + std::string(unit.suffix);
    }
  }
  return std::to_string(size.count) + "B";
}

}  // namespace assay
