#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "analysis/untrusted_json.hpp"
#include "tests/fuzz/gbench_file_property.hpp"

namespace assay {
namespace {

using nlohmann::json;

void add_places(const json& value, const json::json_pointer& here, std::vector<json::json_pointer>& places) {
  places.push_back(here);
  for (const auto& [key, member] : value.items()) {
    if (value.is_object()) {
      add_places(member, here / key, places);
    } else if (value.is_array()) {
      add_places(member, here / std::stoul(key), places);
    }
  }
}

// Each value of a good file in turn becomes one that a careless or hostile program could have written: it is refused in
// one line, or read, shown and written.
TEST(GbenchFileDamage, EveryValueMayBeAnything) {
  const std::string text = read_untrusted_file(ASSAY_ANALYSIS_TEST_DATA "/golden.gbench.json");
  const json golden = json::parse(with_null_for_not_finite(text).text);
  std::vector<json::json_pointer> places;
  add_places(golden, json::json_pointer(), places);
  ASSERT_GT(places.size(), 100U);
  const std::vector<json> replacements{nullptr,        -1,  9.2e9, std::numeric_limits<double>::max(), "\x1b[31m",
                                       json::object(), true};
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (const json::json_pointer& place : places) {
    for (const json& replacement : replacements) {
      json damaged = golden;
      damaged[place] = replacement;
      ++(check_gbench_file(damaged.dump()) ? accepted : refused);
    }
  }
  EXPECT_GT(accepted, 0U);
  EXPECT_GT(refused, 0U);
}

}  // namespace
}  // namespace assay
