#include "analysis/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>

#include "analysis/run_document.hpp"

namespace assay {
namespace {

constexpr const char* kNotAvailable = "not available";
constexpr int kDigits = 3;
constexpr int kMostDigits = 4;

struct Prefix {
  double factor;
  std::string_view utf8;
  std::string_view ascii;
};

constexpr std::array kDurations{Prefix{1e-9, "ns", "ns"}, Prefix{1e-6, "µs", "us"}, Prefix{1e-3, "ms", "ms"},
                                Prefix{1.0, "s", "s"}};
constexpr std::array kQuantities{Prefix{1e-9, "n", "n"}, Prefix{1e-6, "µ", "u"}, Prefix{1e-3, "m", "m"},
                                 Prefix{1.0, "", ""},    Prefix{1e3, "k", "k"},  Prefix{1e6, "M", "M"},
                                 Prefix{1e9, "G", "G"},  Prefix{1e12, "T", "T"}};
constexpr std::array kDecimal{Prefix{1.0, "", ""},   Prefix{1e3, "k", "k"},  Prefix{1e6, "M", "M"},
                              Prefix{1e9, "G", "G"}, Prefix{1e12, "T", "T"}, Prefix{1e15, "P", "P"}};
constexpr std::array kBinary{Prefix{1.0, "", ""},
                             Prefix{1024.0, "Ki", "Ki"},
                             Prefix{1048576.0, "Mi", "Mi"},
                             Prefix{1073741824.0, "Gi", "Gi"},
                             Prefix{1099511627776.0, "Ti", "Ti"},
                             Prefix{1125899906842624.0, "Pi", "Pi"}};

double power_of_ten(int exponent) {
  double power = 1.0;
  for (int i = 0; i < std::abs(exponent); ++i) {
    power *= 10.0;
  }
  return exponent < 0 ? 1.0 / power : power;
}

/// floor(log10(value)) without a logarithm: the last bit of log10 differs between C and JavaScript libraries.
int decimal_exponent(double value) {
  int exponent = 0;
  for (double bound = 10.0; value >= bound && exponent < 300; bound *= 10.0) {
    ++exponent;
  }
  for (double scaled = value; scaled < 1.0 && exponent > -300; scaled *= 10.0) {
    --exponent;
  }
  return exponent;
}

double round_half_up(double value, int decimals) {
  const double scale = power_of_ten(decimals);
  return std::floor(value * scale + 0.5) / scale;
}

/// Decimals that show `digits` significant digits of a positive value, after rounding: 9.999 shows as 10.0.
int decimals_for(double value, int digits) {
  const int exponent = decimal_exponent(value);
  const int decimals = std::max(0, digits - 1 - exponent);
  const bool carried = round_half_up(value, decimals) >= power_of_ten(exponent + 1);
  return carried ? std::max(0, decimals - 1) : decimals;
}

std::string with_separators(std::string digits) {
  const auto point = digits.find('.');
  const auto whole = static_cast<std::ptrdiff_t>(point == std::string::npos ? digits.size() : point);
  for (std::ptrdiff_t position = whole - 3; position > 0; position -= 3) {
    digits.insert(static_cast<std::size_t>(position), ",");
  }
  return digits;
}

std::string fixed(double value, int decimals) {
  return with_separators(fmt::format("{:.{}f}", round_half_up(value, decimals), decimals));
}

std::string significant(double value) { return value == 0.0 ? "0" : fixed(value, decimals_for(value, kDigits)); }

/// The largest prefix under which the *rounded* value is at least 1; the first for smaller values. Below
/// `unprefixed_limit` the first prefix is kept.
const Prefix& choose_prefix(double magnitude, std::span<const Prefix> prefixes, double step, double unprefixed_limit) {
  std::size_t chosen = 0;
  const auto rounded = [&](std::size_t i) {
    const double scaled = magnitude / prefixes[i].factor;
    return round_half_up(scaled, decimals_for(std::max(scaled, 1e-12), kDigits));
  };
  if (rounded(0) < unprefixed_limit) {
    return prefixes[0];
  }
  while (chosen + 1 < prefixes.size() && rounded(chosen) >= step) {
    ++chosen;
  }
  return prefixes[chosen];
}

std::string_view text_of(const Prefix& prefix, Charset charset) {
  return charset == Charset::utf8 ? prefix.utf8 : prefix.ascii;
}

std::string with_prefix(double value, std::span<const Prefix> prefixes, double step, std::string_view unit,
                        Charset charset) {
  if (!std::isfinite(value)) {
    return kNotAvailable;
  }
  const double magnitude = std::abs(value);
  const Prefix& prefix = choose_prefix(magnitude, prefixes, step, 0.0);
  const double scaled = magnitude / prefix.factor;
  const std::string_view sign = value < 0 ? "-" : "";
  if (scaled > 0.0 && scaled < 0.001) {
    return fmt::format("{}<0.001 {}{}", sign, text_of(prefix, charset), unit);
  }
  return fmt::format("{}{} {}{}", sign, significant(scaled), text_of(prefix, charset), unit);
}

/// Decimals that show two significant digits of the interval's half width, within what the point can carry.
int interval_decimals(double point, double lower, double upper) {
  const double half_width = (upper - lower) / 2.0;
  const int most = std::max(0, kMostDigits - 1 - decimal_exponent(std::max(point, 1e-12)));
  return half_width > 0.0 ? std::clamp(1 - decimal_exponent(half_width), 0, most) : most;
}

std::string format_estimate(const EstimateRecord& estimate, const Prefix& prefix, std::string_view unit,
                            Charset charset) {
  const double point = *estimate.point / prefix.factor;
  if (!estimate.lower && !estimate.upper) {
    return fmt::format("{} {}", significant(point), unit);
  }
  const char* const unlimited = charset == Charset::utf8 ? "∞" : "inf";
  const double lower = estimate.lower.value_or(0.0) / prefix.factor;
  if (!estimate.upper) {
    const int decimals = decimals_for(std::max(point, 1e-12), kDigits);
    return fmt::format("{} {} [{}, {})", fixed(point, decimals), unit, fixed(lower, decimals), unlimited);
  }
  const double upper = *estimate.upper / prefix.factor;
  const int decimals = interval_decimals(point, lower, upper);
  return fmt::format("{} {} [{}, {}]", fixed(point, decimals), unit, fixed(lower, decimals), fixed(upper, decimals));
}

}  // namespace

std::string format_duration(double seconds, Charset charset) {
  if (seconds == 0.0) {
    return "0 s";
  }
  return with_prefix(seconds, kDurations, 1000.0, "", charset);
}

std::string format_rate(double per_second, std::string_view unit) {
  if (!std::isfinite(per_second)) {
    return kNotAvailable;
  }
  const Prefix& prefix = choose_prefix(std::abs(per_second), kDecimal, 1000.0, 10'000.0);
  return with_prefix(per_second / prefix.factor, std::span(&kDecimal[0], 1), 1000.0,
                     prefix.utf8.empty() ? std::string(unit) : fmt::format("{} {}", prefix.utf8, unit), Charset::utf8);
}

std::string format_quantity(double value, std::string_view unit, Charset charset) {
  return value == 0.0 ? fmt::format("0 {}", unit) : with_prefix(value, kQuantities, 1000.0, unit, charset);
}

std::string format_bytes(std::uint64_t count) {
  if (count < 1024) {
    return fmt::format("{} B", count);
  }
  return with_prefix(static_cast<double>(count), kBinary, 1024.0, "B", Charset::utf8);
}

std::string format_bandwidth(double bytes_per_second) {
  return with_prefix(bytes_per_second, kDecimal, 1000.0, "B/s", Charset::utf8);
}

std::string format_flops(double flops) { return with_prefix(flops, kDecimal, 1000.0, "flop", Charset::utf8); }

std::string format_flops_per_second(double flops_per_second) {
  return with_prefix(flops_per_second, kDecimal, 1000.0, "flop/s", Charset::utf8);
}

std::string format_percent(double fraction) {
  if (!std::isfinite(fraction)) {
    return kNotAvailable;
  }
  const double percent = fraction * 100.0;
  const double magnitude = std::abs(percent);
  const std::string_view sign = percent < 0 ? "-" : "";
  if (magnitude == 0.0 || magnitude == 100.0) {
    return fmt::format("{}{} %", sign, magnitude);
  }
  if (magnitude < 0.0001) {
    return fmt::format("{}<0.0001 %", sign);
  }
  int decimals = decimals_for(magnitude, kDigits);
  if (magnitude > 99.0 && magnitude < 100.0) {
    // Two digits of what is missing to 100 %, at most six decimals.
    decimals = std::min(6, std::max(decimals, decimals_for(100.0 - magnitude, 2)));
    if (round_half_up(magnitude, decimals) >= 100.0) {
      return fmt::format("{}>99.999999 %", sign);
    }
  }
  return fmt::format("{}{} %", sign, fixed(magnitude, decimals));
}

std::string format_count(std::uint64_t count) { return with_separators(fmt::format("{}", count)); }

std::string format_duration_estimate(const EstimateRecord& estimate, Charset charset) {
  if (!estimate.point || !std::isfinite(*estimate.point)) {
    return kNotAvailable;
  }
  const Prefix& prefix = choose_prefix(*estimate.point, kDurations, 1000.0, 0.0);
  return format_estimate(estimate, prefix, text_of(prefix, charset), charset);
}

std::string format_rate_estimate(const EstimateRecord& estimate, std::string_view unit, Charset charset) {
  if (!estimate.point || !std::isfinite(*estimate.point)) {
    return kNotAvailable;
  }
  const Prefix& prefix = choose_prefix(*estimate.point, kDecimal, 1000.0, 10'000.0);
  return format_estimate(estimate, prefix,
                         prefix.utf8.empty() ? std::string(unit) : fmt::format("{} {}", prefix.utf8, unit), charset);
}

}  // namespace assay
