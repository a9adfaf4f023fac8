#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace assay {

struct EstimateRecord;

/// What the reader's screen can show: "µs" or "us", "[6.61, ∞)" or "[6.61, inf)".
enum class Charset { utf8, ascii };

/// All of these are pure, independent of the locale, and rounded half up so that analysis/web/format.js prints the
/// same text for the same number (tests/analysis/data/format_cases.json holds both to it). Three significant digits,
/// trailing zeros kept because they were measured. NaN and infinity read "not available".

/// "12.3 ns", "7.30 ms", "1,000 s". Seconds; below a picosecond "<0.001 ns".
[[nodiscard]] std::string format_duration(double seconds, Charset charset = Charset::utf8);

/// "799 queries/s", "1,450 queries/s", "14.5 k queries/s". No prefix below 10,000 per second.
[[nodiscard]] std::string format_rate(double per_second, std::string_view unit);

/// With a prefix from n to T: "45.2 W", "3.20 GHz", "150 mJ". 0 has none.
[[nodiscard]] std::string format_quantity(double value, std::string_view unit, Charset charset = Charset::utf8);

/// Capacity in powers of 1024: "512 B", "32.0 KiB", "1.50 GiB".
[[nodiscard]] std::string format_bytes(std::uint64_t count);

/// Traffic in powers of 1000: "6.10 GB/s".
[[nodiscard]] std::string format_bandwidth(double bytes_per_second);

/// "33.6 Mflop". An FMA counts as two.
[[nodiscard]] std::string format_flops(double flops);

/// "1.23 Tflop/s". An FMA counts as two.
[[nodiscard]] std::string format_flops_per_second(double flops_per_second);

/// A share: 0.123 is "12.3 %". Never rounds up to "100 %" nor down to "0 %": 0.99996 is "99.996 %".
[[nodiscard]] std::string format_percent(double fraction);

/// "12,480"
[[nodiscard]] std::string format_count(std::uint64_t count);

/// "7.30 ms [6.61, 8.02]": point and interval share a unit, and the interval's half width decides the digits (two of
/// it, at most four of the point). "[6.61, ∞)" without an upper limit; the point alone without any limit;
/// "not available" without a point. Seconds.
[[nodiscard]] std::string format_duration_estimate(const EstimateRecord& estimate, Charset charset = Charset::utf8);

/// The same for a rate: "799 queries/s [791, 806]".
[[nodiscard]] std::string format_rate_estimate(const EstimateRecord& estimate, std::string_view unit,
                                               Charset charset = Charset::utf8);

}  // namespace assay
