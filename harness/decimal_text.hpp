#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Decimal numbers as text, without rounding: what the readers of durations, sizes, counts and percentiles share.

namespace assay {

/// Length of the decimal number that `text` begins with: digits [. digits] [e [+-] digits]; 0 if there is none.
[[nodiscard]] std::size_t number_length(std::string_view text);

/// digits * 10^exponent, exactly.
struct Decimal {
  std::uint64_t digits = 0;
  std::int64_t exponent = 0;
};

/// `number`: a whole text of the form that number_length() accepts.
/// Absent if the significant digits or the exponent are more than the types hold.
[[nodiscard]] std::optional<Decimal> read_decimal(std::string_view number);

enum class Fit { exact, not_whole, too_large };

/// Sets `result` to `factor` times the decimal where that is a whole number that fits.
[[nodiscard]] Fit whole_multiple(Decimal value, std::uint64_t factor, std::uint64_t& result);

/// The text as it can stand in a one-line message: in quotation marks, no control bytes, not endless.
[[nodiscard]] std::string quoted(std::string_view text);

/// Throws std::invalid_argument: the quoted text, the problem, and the form that is accepted.
[[noreturn]] void refuse_text(std::string_view text, std::string_view problem, std::string_view form);

}  // namespace assay
