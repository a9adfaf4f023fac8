#include "analysis/schema_files.hpp"

#include <algorithm>
#include <array>

namespace assay {

namespace {

struct NamedSchema {
  std::string_view name;
  std::string_view (*text)();
};

constexpr std::array kSchemas{NamedSchema{"assay/run/1", run_schema},
                              NamedSchema{"assay/roofline/1", roofline_schema},
                              NamedSchema{"assay/bundle/1", bundle_schema},
                              NamedSchema{"assay/track/1", track_schema},
                              NamedSchema{"assay/realworld/1", real_world_schema},
                              NamedSchema{"assay/selftest/1", selftest_schema}};

}  // namespace

std::optional<std::string_view> schema_file(std::string_view name) {
  const auto* const found = std::ranges::find(kSchemas, name, &NamedSchema::name);
  return found == kSchemas.end() ? std::nullopt : std::optional(found->text());
}

std::vector<std::string_view> schema_names() {
  std::vector<std::string_view> names;
  names.reserve(kSchemas.size());
  for (const NamedSchema& schema : kSchemas) {
    names.push_back(schema.name);
  }
  return names;
}

}  // namespace assay
