#include "scenarios/datasheets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace assay {
namespace {

using ::testing::HasSubstr;

constexpr const char* kOne = R"([[device]]
id = "mine"
title = "Mine"
announced = "2026-01"
source = "its sheet"
peak_tera_per_s = { f32 = 1.5 }
bandwidth_gb_per_s = 100
)";

std::string fault_of(const std::string& text) {
  try {
    (void)datasheets_from_toml(text, "mine.toml");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

std::string with(const std::string& line) { return std::string(kOne) + line + "\n"; }

TEST(Datasheets, OfTheCatalogueHoldWhatTheLabLists) {
  const std::vector<Datasheet> all = shipped_datasheets();
  EXPECT_EQ(all.size(), 14U);
  const Datasheet h100 = find_datasheet("h100-sxm");
  EXPECT_DOUBLE_EQ(h100.peak_per_s.at("f16"), 989e12);
  EXPECT_DOUBLE_EQ(*h100.bandwidth_bytes_per_s, 3350e9);
  EXPECT_DOUBLE_EQ(*h100.power_w, 700.0);
  // Ridges of the chapter: A100 153, H100 295, H200 206 flop/byte.
  const auto ridge = [](const char* id) {
    const Datasheet sheet = find_datasheet(id);
    return sheet.peak_per_s.at("f16") / *sheet.bandwidth_bytes_per_s;
  };
  EXPECT_NEAR(ridge("a100-80g"), 153.0, 0.5);
  EXPECT_NEAR(ridge("h100-sxm"), 295.0, 0.5);
  EXPECT_NEAR(ridge("h200"), 206.0, 0.5);
  for (const Datasheet& sheet : all) {
    EXPECT_FALSE(sheet.source.empty()) << sheet.id;
    EXPECT_EQ(sheet.announced.size(), 7U) << sheet.id;
    EXPECT_TRUE(sheet.bandwidth_bytes_per_s) << sheet.id;
  }
}

TEST(Datasheets, ReadWhatAPersonWrote) {
  const std::vector<Datasheet> sheets = datasheets_from_toml(kOne, "mine.toml");
  ASSERT_EQ(sheets.size(), 1U);
  EXPECT_DOUBLE_EQ(sheets[0].peak_per_s.at("f32"), 1.5e12);
  EXPECT_FALSE(sheets[0].power_w);
}

TEST(Datasheets, SayWhatIsWrongAndWhere) {
  EXPECT_THAT(fault_of(with("power_w = -1")), HasSubstr("mine.toml, line 8: power_w must be a number above 0"));
  EXPECT_THAT(fault_of(with("power_w = nan")), HasSubstr("power_w"));
  EXPECT_THAT(fault_of(with("watts = 1")), HasSubstr("unknown key watts"));
  EXPECT_THAT(fault_of(with("note = \"a\\u0007\"")), HasSubstr("note must be one line"));
  EXPECT_THAT(fault_of(std::string(kOne) + kOne), HasSubstr("id mine is there twice"));
  EXPECT_THAT(fault_of("a = 1"), HasSubstr("[[device]]"));
  EXPECT_THAT(fault_of("[[device]]\nid = \"x\"\n"), HasSubstr("lacks title"));
  EXPECT_THAT(fault_of("=\x1b"), HasSubstr("no TOML"));
  EXPECT_THAT(fault_of("a = " + std::string(500, '[')), HasSubstr("nested"));
  EXPECT_THAT(fault_of(std::string(100'000, '#')), HasSubstr("longer than"));
}

TEST(Datasheets, AreFoundByNameOrRefused) {
  EXPECT_THROW((void)find_datasheet("h1000"), std::invalid_argument);
  EXPECT_THROW((void)find_datasheet(""), std::invalid_argument);
  try {
    (void)find_datasheet("h1000");
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("h100-sxm"));
  }
}

}  // namespace
}  // namespace assay
