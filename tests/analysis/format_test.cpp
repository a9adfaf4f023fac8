#include "analysis/format.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "analysis/run_document.hpp"

namespace assay {
namespace {

// The cases are shared with analysis/web/format.js (tools/web/format.test.js).
nlohmann::json cases(const char* name) {
  std::ifstream file(ASSAY_ANALYSIS_TEST_DATA "/format_cases.json");
  return nlohmann::json::parse(file).at(name);
}

std::optional<double> number(const nlohmann::json& value) {
  return value.is_null() ? std::nullopt : std::optional<double>(value.get<double>());
}

template <class Function>
void expect_all(const char* name, Function&& text_of_case) {
  const auto rows = cases(name);
  ASSERT_GT(rows.size(), 2U);
  for (const auto& row : rows) {
    EXPECT_EQ(text_of_case(row), row.back().get<std::string>()) << row.dump();
  }
}

double value(const nlohmann::json& row) { return number(row[0]).value_or(std::numeric_limits<double>::quiet_NaN()); }

TEST(Format, Duration) {
  expect_all("duration", [](const auto& row) { return format_duration(value(row)); });
}

TEST(Format, Rate) {
  expect_all("rate", [](const auto& row) { return format_rate(value(row), row[1].template get<std::string>()); });
}

TEST(Format, Quantity) {
  expect_all("quantity",
             [](const auto& row) { return format_quantity(value(row), row[1].template get<std::string>()); });
  EXPECT_EQ(format_quantity(2.5e-5, "J", Charset::ascii), "25.0 uJ");
}

TEST(Format, Bytes) {
  expect_all("bytes", [](const auto& row) { return format_bytes(row[0].template get<std::uint64_t>()); });
}

TEST(Format, Bandwidth) {
  expect_all("bandwidth", [](const auto& row) { return format_bandwidth(value(row)); });
}

TEST(Format, Flops) {
  expect_all("flops", [](const auto& row) { return format_flops(value(row)); });
  expect_all("flops_per_second", [](const auto& row) { return format_flops_per_second(value(row)); });
}

TEST(Format, Percent) {
  expect_all("percent", [](const auto& row) { return format_percent(value(row)); });
}

TEST(Format, Count) {
  expect_all("count", [](const auto& row) { return format_count(row[0].template get<std::uint64_t>()); });
}

EstimateRecord estimate(const nlohmann::json& row) {
  return {.point = number(row[0]), .lower = number(row[1]), .upper = number(row[2]), .confidence = 0.95, .reason = ""};
}

TEST(Format, Estimates) {
  expect_all("duration_estimate", [](const auto& row) { return format_duration_estimate(estimate(row)); });
  expect_all("rate_estimate", [](const auto& row) { return format_rate_estimate(estimate(row), "queries/s"); });
}

TEST(Format, AsciiHasNoByteAbove127) {
  EXPECT_EQ(format_duration(12.3e-6, Charset::ascii), "12.3 us");
  const EstimateRecord open{.point = 7.3e-6, .lower = 6.6e-6, .upper = {}, .confidence = 0.95, .reason = ""};
  EXPECT_EQ(format_duration_estimate(open, Charset::ascii), "7.30 us [6.60, inf)");
}

// Eighteen decades, every mantissa of two digits: the text read back is within half a unit of the third digit.
TEST(Format, DurationsReadBackOverEighteenDecades) {
  const std::map<std::string, double> factors{{"ns", 1e-9}, {"µs", 1e-6}, {"ms", 1e-3}, {"s", 1.0}};
  for (int decade = -12; decade < 6; ++decade) {
    for (int mantissa = 10; mantissa < 100; ++mantissa) {
      const double seconds = mantissa * std::pow(10.0, decade);
      std::string text = format_duration(seconds);
      std::erase(text, ',');
      const auto space = text.find(' ');
      ASSERT_NE(space, std::string::npos);
      const double read = std::stod(text.substr(0, space)) * factors.at(text.substr(space + 1));
      EXPECT_NEAR(read / seconds, 1.0, 0.005) << seconds << " as " << text;
    }
  }
}

}  // namespace
}  // namespace assay
