#include "lab/latency_window_text.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

#include "harness/decimal_text.hpp"
#include "harness/quantity.hpp"

namespace assay {
namespace {

constexpr std::string_view kWindowForm = "a duration, then @ and a percentile if wanted, such as 10ms@p99";
constexpr std::string_view kPercentileForm = "p and a number above 0 and below 100, such as p99 or p99.9";

}  // namespace

Percentile parse_percentile(std::string_view text) {
  if (!text.starts_with('p') || number_length(text.substr(1)) != text.size() - 1 || text.size() < 2) {
    refuse_text(text, "is not a percentile", kPercentileForm);
  }
  constexpr std::uint64_t kPartsPerMillionOfOnePercent = 10'000;
  const std::optional<Decimal> value = read_decimal(text.substr(1));
  std::uint64_t ppm = 0;
  const Fit fit = value ? whole_multiple(*value, kPartsPerMillionOfOnePercent, ppm) : Fit::not_whole;
  if (fit == Fit::not_whole) {
    refuse_text(text, "has more than four decimals", kPercentileForm);
  }
  if (fit == Fit::too_large || ppm == 0 || ppm >= 100 * kPartsPerMillionOfOnePercent) {
    refuse_text(text, "is out of range", kPercentileForm);
  }
  return Percentile::of_parts_per_million(static_cast<std::uint32_t>(ppm));
}

RequestedWindow parse_latency_window(std::string_view text) {
  const std::size_t at = text.find('@');
  RequestedWindow window;
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
    refuse_text(text, "is a window of no length", kWindowForm);
  }
  return window;
}

}  // namespace assay
