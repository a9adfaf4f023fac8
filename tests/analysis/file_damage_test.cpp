// Each value of a good file in turn becomes something else: it is refused in one line, or read and then written so that
// it reads equal.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/analysis/json_damage.hpp"
#include "tests/fuzz/roofline_file_property.hpp"
#include "tests/fuzz/run_file_property.hpp"

namespace assay {
namespace {

using nlohmann::json;

TEST(RooflineFileDamage, EveryValueMayBeAnything) {
  std::ifstream file(ASSAY_ANALYSIS_TEST_DATA "/golden.roofline.json");
  json golden = json::parse(file);
  golden.erase("derived");  // which is not read
  const test_support::DamageCount count = test_support::damage_every_value(
      golden, check_roofline_file, {.leave_out = {"/machine/", "/conditions/"}});  // a run file has these
  ASSERT_GT(count.places, 100U);
  EXPECT_GT(count.accepted, 0U);
  EXPECT_GT(count.refused, count.accepted / 2);  // many members are texts, which may be anything
}

TEST(RunFileDamage, EveryValueMayBeAnything) {
  std::ifstream file(ASSAY_ANALYSIS_TEST_DATA "/golden.run.json");
  const test_support::DamageCount count = test_support::damage_every_value(json::parse(file), check_run_file);
  ASSERT_GT(count.places, 200U);
  EXPECT_GT(count.accepted, 0U);
  EXPECT_GT(count.refused, count.accepted);
}

}  // namespace
}  // namespace assay
