#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "analysis/run_document.hpp"

namespace assay {

inline constexpr std::string_view kRunSchema = "assay/run/1";

/// The run file of schema assay/run/1 (schema/run-1.schema.json), indented for people, ending in a newline. Names
/// carry SI base units, numbers are never strings, what is absent is null and quality.not_available says why.
/// "hash" is "sha256:" of canonical_json() of the rest.
[[nodiscard]] std::string to_json(const RunDocument& document);

/// One line: no white space, keys sorted, doubles in their shortest exact form, without the member "hash".
/// Throws std::runtime_error if `json_text` is not JSON.
[[nodiscard]] std::string canonical_json(std::string_view json_text);

/// Reads untrusted text. Unknown members are accepted; an edited file is read, with hash_matches false. Throws
/// std::runtime_error with one line "NAME: result.latency.p99.point_s: expected a number or null, found a string" for
/// text that is no run file, another schema, over 16 MiB or nested deeper than 32.
[[nodiscard]] RunDocument run_document_from_json(std::string_view text, std::string_view source_name);

/// run_document_from_json() of a file. Throws std::runtime_error naming the path and the system's message.
[[nodiscard]] RunDocument read_run_file(const std::filesystem::path& path);

/// write_file_atomically() of to_json(): the file is there whole or not at all.
void write_run_file(const std::filesystem::path& path, const RunDocument& document);

/// Two runs with equal keys measured the same thing, on whatever machines: "sha256:" of the workload with version
/// and parameters, the scenario without its seed, the interference asked for, the thermal envelope emulated, the class
/// of the window and the schema.
[[nodiscard]] std::string comparability_key(const RunDocument& document);

/// What the key is the hash of, by its path: {"workload.params.n", "256"}, {"window", "short"}. Two runs have equal
/// members where they have equal keys.
[[nodiscard]] std::map<std::string, std::string> comparability_members(const RunDocument& document);

/// How long a run had to last, as the comparability key knows it: "short" below 10 s, "standard" below 60 s, "long"
/// below 600 s, "sustained" from there. Throttling shows after minutes, so a short and a sustained run do not compare.
[[nodiscard]] std::string window_class(double min_duration_s);

struct RandomBits80 {
  std::uint16_t high = 0;
  std::uint64_t low = 0;
};

/// A ULID: 48 bits of time, 80 random bits, 26 digits of Crockford's base 32, so that ids sort by time.
/// Throws std::invalid_argument for a time before 1970 or after 10889 AD.
[[nodiscard]] std::string new_run_id(std::int64_t unix_time_ms, RandomBits80 random);

/// "2026-11-24T03:12:09Z"
[[nodiscard]] std::string utc_timestamp(std::int64_t unix_time_s);

/// `text` as a part of a file name: what is not a letter, a digit or '-' becomes '-'; 60 characters at most.
[[nodiscard]] std::string for_file_name(std::string_view text);

/// "2026-11-24T0312Z_mlp_server_7f3a.run.json": minute, workload, scenario and the last four digits of the id; with
/// "emulated-phone" before the digits where that holds. Whatever is not a letter, a digit or '-' in the names becomes
/// '-'.
[[nodiscard]] std::string run_file_name(const RunDocument& document);

/// The part of such a name before its suffix, for any result: minute, words and the last four digits of the id.
[[nodiscard]] std::string result_file_stem(std::string_view created, std::initializer_list<std::string_view> words,
                                           std::string_view id);

}  // namespace assay
