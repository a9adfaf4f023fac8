#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include "analysis/bundle_file.hpp"
#include "analysis/roofline_file.hpp"
#include "analysis/run_file.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/digest.hpp"

namespace assay {

namespace fs = std::filesystem;

namespace {

/// The file of an entry, where it lies within the folder also after symbolic links are followed.
fs::path file_within(const fs::path& folder, const std::string& file) {
  const fs::path root = fs::canonical(folder);
  const fs::path path = fs::canonical(root / file);
  if (std::ranges::mismatch(root, path).in1 != root.end()) {
    throw std::runtime_error(fmt::format("{}: leads out of the bundle", file));
  }
  return path;
}

void load_entry(LoadedBundle& bundle, const BundleEntry& entry) {
  const std::string text = read_untrusted_file(file_within(bundle.folder, entry.file));
  if (sha256_hex(text) != entry.sha256) {
    bundle.problems.push_back(fmt::format("{}: changed since the bundle was written", entry.file));
  }
  if (entry.kind == "run") {
    bundle.runs.push_back({.entry = entry, .run = run_document_from_json(text, entry.file)});
  } else if (entry.kind == "roofline" && !bundle.roofline) {
    bundle.roofline = roofline_from_json(text, entry.file);
  }
}

}  // namespace

std::vector<const RunDocument*> LoadedBundle::runs_of(std::string_view step) const {
  std::vector<const BundledRun*> found;
  for (const BundledRun& one : runs) {
    if (one.entry.step == step) {
      found.push_back(&one);
    }
  }
  std::ranges::stable_sort(found, {}, [](const BundledRun* one) { return one->entry.repeat; });
  std::vector<const RunDocument*> documents;
  documents.reserve(found.size());
  for (const BundledRun* one : found) {
    documents.push_back(&one->run);
  }
  return documents;
}

LoadedBundle load_bundle(const fs::path& path) {
  const bool is_file = path.filename() == kBundleFile;
  const fs::path file = is_file ? path : path / kBundleFile;
  LoadedBundle bundle;
  bundle.folder = is_file ? fs::absolute(path).parent_path() : path;
  bundle.record = bundle_from_json(read_untrusted_file(file), file.string());
  if (!bundle.record.hash_matches) {
    bundle.problems.push_back(fmt::format("{}: changed after it was written", kBundleFile));
  }
  for (const BundleEntry& entry : bundle.record.entries) {
    try {
      load_entry(bundle, entry);
    } catch (const std::exception& error) {
      bundle.problems.emplace_back(error.what());
    }
  }
  if (const auto& selftest = bundle.record.calibration.selftest) {
    try {
      if (sha256_hex(read_untrusted_file(file_within(bundle.folder, selftest->file))) != selftest->sha256) {
        bundle.problems.push_back(fmt::format("{}: changed since the bundle was written", selftest->file));
      }
    } catch (const std::exception& error) {
      bundle.problems.emplace_back(error.what());
    }
  }
  return bundle;
}

std::string bundle_folder_name(const BundleRecord& record) {
  if (record.limits.name.empty()) {
    return result_file_stem(record.created, {record.suite}, record.id);
  }
  return result_file_stem(record.created, {record.suite, record.limits.name}, record.id);
}

}  // namespace assay
