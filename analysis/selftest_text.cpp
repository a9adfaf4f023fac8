#include "analysis/selftest_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace assay {

namespace {

std::string value_text(double value, std::string_view unit, Charset charset) {
  if (unit == "s") {
    return value < 0.0 ? "-" + format_duration(-value, charset) : format_duration(value, charset);
  }
  if (unit == "share") {
    return format_percent(std::clamp(value, 0.0, 1.0));
  }
  if (unit == "Hz") {
    return format_quantity(value, unit, charset);
  }
  if (unit == "ratio") {
    return fmt::format("{:.3f}", value);
  }
  if (unit == "verdicts") {
    return fmt::format("{:.0f}", value);
  }
  return fmt::format("{:.1f} {}", value, unit);
}

std::string text_or_dash(const std::optional<double>& value, std::string_view unit, Charset charset) {
  return value ? value_text(*value, unit, charset) : "-";
}

std::string interval_text(const SelftestCheck& check, Charset charset) {
  if (!check.measured.lower && !check.measured.upper) {
    return "-";
  }
  return fmt::format("[{}, {}]", text_or_dash(check.measured.lower, check.unit, charset),
                     text_or_dash(check.measured.upper, check.unit, charset));
}

/// Columns on a screen, not bytes.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

using Row = std::array<std::string, 5>;

}  // namespace

std::string selftest_counts(const SelftestRecord& record) {
  return fmt::format("{} PASS, {} FAIL, {} NOT POSSIBLE HERE", record.count(SelftestVerdict::pass),
                     record.count(SelftestVerdict::fail), record.count(SelftestVerdict::not_possible));
}

std::string selftest_text(const SelftestRecord& record, Charset charset) {
  std::vector<Row> rows{{"check", "truth", "measured", "interval", "verdict"}};
  rows.reserve(record.checks.size() + 1);
  for (const SelftestCheck& check : record.checks) {
    rows.push_back({check.title, text_or_dash(check.truth, check.unit, charset),
                    text_or_dash(check.measured.point, check.unit, charset), interval_text(check, charset),
                    name_of(check.verdict)});
  }
  std::array<std::size_t, 5> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths.at(i) = std::max(widths.at(i), width_of(row.at(i)));
    }
  }
  std::string text = fmt::format("the instrument against known truths, {}, seed {}, {}\n\n", record.identity.label,
                                 record.seed, record.scheduling);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      line += rows[r].at(i) + std::string(widths.at(i) - width_of(rows[r].at(i)) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
    if (r > 0) {
      text += "    " + record.checks[r - 1].evidence + "\n";
    }
  }
  text += fmt::format("\n{} in {}{}\n", selftest_counts(record), format_duration(record.duration_s, charset),
                      record.interrupted ? "; interrupted: the other checks were not made" : "");
  if (record.foreign_cpu_share && record.steal_share) {
    text += fmt::format("meanwhile others took {} of the machine's CPU time, the hypervisor {}\n",
                        format_percent(*record.foreign_cpu_share), format_percent(*record.steal_share));
  }
  return text;
}

}  // namespace assay
