// Each value of a good file in turn becomes something else: it is refused in one line, or read, shown and written.
#include <gtest/gtest.h>

#include "analysis/untrusted_json.hpp"
#include "tests/analysis/json_damage.hpp"
#include "tests/fuzz/gbench_file_property.hpp"

namespace assay {
namespace {

TEST(GbenchFileDamage, EveryValueMayBeAnything) {
  const std::string text = read_untrusted_file(ASSAY_ANALYSIS_TEST_DATA "/golden.gbench.json");
  const test_support::DamageCount count = test_support::damage_every_value(
      nlohmann::json::parse(with_null_for_not_finite(text).text), check_gbench_file, {.array_elements = 100});
  ASSERT_GT(count.places, 100U);
  EXPECT_GT(count.accepted, 0U);
  EXPECT_GT(count.refused, 0U);
}

}  // namespace
}  // namespace assay
