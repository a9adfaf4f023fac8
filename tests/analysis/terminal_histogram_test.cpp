#include "analysis/terminal_histogram.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "analysis/log_linear_histogram.hpp"

namespace assay {
namespace {

/// Counts at exact powers of two [ns], so that columns can be worked out by hand.
LatencyRecord record(std::initializer_list<std::pair<std::int64_t, std::uint64_t>> values) {
  LatencyRecord latency;
  for (const auto& [value, count] : values) {
    latency.histogram.emplace_back(LogLinearHistogram::index_of(value), count);
    latency.count += count;
  }
  latency.min_s = static_cast<double>(std::data(values)[0].first) / 1e9;
  latency.max_s = static_cast<double>(std::data(values)[values.size() - 1].first) / 1e9;
  return latency;
}

// 2^10 ns to 2^20 ns on 10 columns: one octave a column. A bin at the lower end of an octave lies within one column.
TEST(TerminalHistogram, OneOctaveAColumn) {
  LatencyRecord latency = record({{1 << 10, 80}, {1 << 11, 40}, {1 << 12, 10}, {1 << 15, 1}, {1 << 20, 1}});
  latency.mean_s = 2100e-9;                            // octave 1
  latency.percentiles_s["p95"] = {.point = 4500e-9};   // octave 2
  latency.percentiles_s["p99"] = {.point = 33000e-9};  // octave 5
  EXPECT_EQ(terminal_histogram(latency, {.charset = Charset::utf8, .colour = false, .columns = 10}),
            " 1.02 µs █▄▁  ▁   ▁ 1.05 ms (log)\n"
            "          m 95 99\n");
  EXPECT_EQ(terminal_histogram(latency, {.charset = Charset::ascii, .colour = false, .columns = 10}),
            " 1.02 us @=.  .   . 1.05 ms (log)\n"
            "          m 95 99\n");
}

TEST(TerminalHistogram, MarksStandUnderTheirColumnsWhereThereIsRoom) {
  LatencyRecord latency = record({{1 << 10, 80}, {1 << 20, 1}});
  latency.mean_s = 1024e-9;
  latency.percentiles_s["p95"] = {.point = 8192e-9};    // 3 of 10 octaves: column 18 of 60
  latency.percentiles_s["p99"] = {.point = 524288e-9};  // 9 of 10 octaves: column 54
  const std::string text = terminal_histogram(latency, {});
  const std::string marks = text.substr(text.find('\n') + 1);
  EXPECT_EQ(marks.find('m'), 9U);
  EXPECT_EQ(marks.find("95"), 9U + 18U);
  EXPECT_EQ(marks.find("99"), 9U + 54U);
}

// Two of 100 and 1: one eighth is the least for anything, nothing for nothing.
TEST(TerminalHistogram, ASingleOutlierStaysVisible) {
  const std::string text = terminal_histogram(record({{1 << 10, 1'000'000}, {1 << 20, 1}}), {.columns = 10});
  EXPECT_EQ(text, " 1.02 µs █        ▁ 1.05 ms (log)\n\n");
}

TEST(TerminalHistogram, OneValueIsDrawnOnAWidenedAxis) {
  // 2^20 ns / sqrt(1.25) to 2^20 ns * sqrt(1.25); the bin [2^20, 2^20 * 33/32) covers ln(33/32) / ln(1.25) = 13.8 % of
  // 20 columns from the middle on: columns 10, 11, 12.
  const std::string text = terminal_histogram(record({{1 << 20, 7}}), {.columns = 20});
  EXPECT_EQ(text, " 938 µs           ██▇        1.17 ms (log)\n\n");
}

TEST(TerminalHistogram, SaysWhatIsMissing) {
  EXPECT_EQ(terminal_histogram(LatencyRecord{.count = 3, .lost_count = 3}, {}),
            " no query completed: there is no latency to draw\n");
  LatencyRecord latency = record({{1 << 10, 8}, {1 << 20, 1}});
  latency.lost_count = 1200;
  latency.max_s.reset();  // infinite: the axis ends with the last bin, [2^20, 2^20 * 33/32)
  EXPECT_EQ(terminal_histogram(latency, {.columns = 10}),
            " 1.02 µs █        ▁ 1.08 ms (log, 1,200 never completed)\n\n");
}

TEST(TerminalHistogram, RefusesTooFewColumns) {
  EXPECT_THROW((void)terminal_histogram(record({{1, 1}}), {.columns = 9}), std::invalid_argument);
}

}  // namespace
}  // namespace assay
