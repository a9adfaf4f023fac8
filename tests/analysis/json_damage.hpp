#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace assay::test_support {

/// The place of every value in `value`; of an array only the first `elements`.
inline void add_places(const nlohmann::json& value, const nlohmann::json::json_pointer& here, std::size_t elements,
                       std::vector<nlohmann::json::json_pointer>& places) {
  places.push_back(here);
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      add_places(member, here / key, elements, places);
    }
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size() && i < elements; ++i) {
      add_places(value[i], here / i, elements, places);
    }
  }
}

/// Of the pairs of a place and a replacement, the one in so many that is tried: a sanitizer makes all of them take
/// minutes. It has no divisor in common with the number of replacements, so that each of them and each place is met.
#ifdef ASSAY_SANITIZED
inline constexpr std::size_t kDamageStride = 4;
#else
inline constexpr std::size_t kDamageStride = 1;
#endif

struct DamageOptions {
  std::size_t array_elements = 2;      ///< of an array: for one whose elements are alike
  std::vector<std::string> leave_out;  ///< beginnings of places
};

struct DamageCount {
  std::size_t places = 0;
  std::size_t accepted = 0;
  std::size_t refused = 0;
};

/// Each value of a good file in turn becomes one that a careless or hostile program could have written. A fuzzer that
/// changes bytes seldom gets here. `accepts` reads a text, tests what must hold if it can be read, and says if it was;
template <class Accepts>
DamageCount damage_every_value(const nlohmann::json& good, const Accepts& accepts, const DamageOptions& options = {}) {
  const std::vector<nlohmann::json> replacements{
      nullptr, -1, 9.2e9, std::numeric_limits<double>::max(), "\x1b[31m", nlohmann::json::object(), true};
  std::vector<nlohmann::json::json_pointer> places;
  add_places(good, nlohmann::json::json_pointer(), options.array_elements, places);
  std::erase_if(places, [&](const auto& place) {
    return std::ranges::any_of(options.leave_out,
                               [&](const std::string& begin) { return place.to_string().starts_with(begin); });
  });
  DamageCount count{.places = places.size()};
  std::size_t pair = 0;
  for (const auto& place : places) {
    for (const nlohmann::json& replacement : replacements) {
      if (pair++ % kDamageStride != 0) {
        continue;
      }
      nlohmann::json damaged = good;
      damaged[place] = replacement;
      ++(accepts(damaged.dump()) ? count.accepted : count.refused);
    }
  }
  return count;
}

}  // namespace assay::test_support
