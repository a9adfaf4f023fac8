#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/bundle_record.hpp"
#include "analysis/roofline_measurement.hpp"
#include "analysis/run_document.hpp"

namespace assay {

inline constexpr std::string_view kBundleSchema = "assay/bundle/1";
inline constexpr std::string_view kBundleFile = "bundle.json";
inline constexpr std::size_t kMostBundleEntries = 4096;
inline constexpr std::size_t kMostEntryFigures = 64;

/// The file of schema assay/bundle/1 (schema/bundle-1.schema.json), in the manner of a run file. "hash" is "sha256:" of
/// canonical_json() of the rest; through the entries' digests it covers every file of the bundle.
[[nodiscard]] std::string bundle_json(const BundleRecord& record);

/// Reads untrusted text, in the manner of run_document_from_json(): an edited file is read, with hash_matches false.
/// Throws std::runtime_error with one line "NAME: entries[3].file: expected ...", also for a path that is absolute or
/// leaves the folder.
[[nodiscard]] BundleRecord bundle_from_json(std::string_view text, std::string_view source_name);

/// One result file of a bundle that was read.
struct BundledRun {
  BundleEntry entry;
  RunDocument run;
};

/// A bundle with what is in it.
struct LoadedBundle {
  std::filesystem::path folder;
  BundleRecord record;
  std::vector<BundledRun> runs;  ///< in the order of the entries
  std::optional<RooflineMeasurement> roofline;
  std::vector<std::string> problems;  ///< files that are missing, unreadable or changed since; one line each

  /// The runs of a step, by repeat.
  [[nodiscard]] std::vector<const RunDocument*> runs_of(std::string_view step) const;
};

/// Reads a folder with a bundle.json, or that file. What cannot be read of its results becomes a problem. A symbolic
/// link is not followed out of the folder. Throws std::runtime_error naming the path where bundle.json itself is
/// missing or none.
[[nodiscard]] LoadedBundle load_bundle(const std::filesystem::path& path);

/// "2026-11-24T0312Z_edge_narrow_7f3a": minute, suite, envelope if any, last four digits of the id.
[[nodiscard]] std::string bundle_folder_name(const BundleRecord& record);

}  // namespace assay
