#pragma once

#include <string>
#include <string_view>

#include "analysis/selftest_record.hpp"

namespace assay {

inline constexpr std::string_view kSelftestSchema = "assay/selftest/1";

/// The file of schema assay/selftest/1 (schema/selftest-1.schema.json), with the hash of its content.
[[nodiscard]] std::string selftest_json(const SelftestRecord& record);

/// Reads untrusted text; an edited file is read, with hash_matches false. Throws std::runtime_error with one line
/// "NAME: checks[0].unit: ..." for text that is no such file.
[[nodiscard]] SelftestRecord selftest_from_json(std::string_view text, std::string_view source_name);

/// "2026-11-24T0312Z_selftest_7f3a.selftest.json"
[[nodiscard]] std::string selftest_file_name(const SelftestRecord& record);

}  // namespace assay
