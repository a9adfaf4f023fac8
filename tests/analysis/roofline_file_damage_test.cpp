#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/fuzz/roofline_file_property.hpp"

namespace assay {
namespace {

using nlohmann::json;

/// The place of every value in `value`; of an array only the first two elements, the others being alike.
void add_places(const json& value, const json::json_pointer& here, std::vector<json::json_pointer>& places) {
  places.push_back(here);
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      add_places(member, here / key, places);
    }
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size() && i < 2; ++i) {
      add_places(value[i], here / i, places);
    }
  }
}

// Each value of a good file in turn becomes one that a careless or hostile program could have written: it is refused in
// one line, or read and then written so that it reads equal. A fuzzer that changes bytes seldom gets here.
TEST(RooflineFileDamage, EveryValueMayBeAnything) {
  std::ifstream file(ASSAY_ANALYSIS_TEST_DATA "/golden.roofline.json");
  json golden = json::parse(file);
  golden.erase("derived");  // which is not read
  std::vector<json::json_pointer> places;
  add_places(golden, json::json_pointer(), places);
  std::erase_if(places, [](const json::json_pointer& place) {  // the run file's test has these
    return place.to_string().starts_with("/machine/") || place.to_string().starts_with("/conditions/");
  });
  ASSERT_GT(places.size(), 100U);
  const std::vector<json> replacements{nullptr,       -1, 9.2e9, std::numeric_limits<double>::max(), "\x1b[31m",
                                       json::object()};
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (const json::json_pointer& place : places) {
    for (const json& replacement : replacements) {
      json damaged = golden;
      damaged[place] = replacement;
      ++(check_roofline_file(damaged.dump()) ? accepted : refused);
    }
  }
  EXPECT_GT(accepted, 0U);
  EXPECT_GT(refused, accepted / 2);  // many members are texts, which may be anything
}

}  // namespace
}  // namespace assay
