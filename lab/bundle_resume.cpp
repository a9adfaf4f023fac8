#include "lab/bundle_resume.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <exception>
#include <system_error>

#include "analysis/untrusted_json.hpp"
#include "harness/digest.hpp"
#include "lab/bundle_writer.hpp"

namespace assay {

namespace fs = std::filesystem;

namespace {

bool continues(const BundleRecord& earlier, const BundleRecord& wanted) {
  return earlier.hash_matches && earlier.suite_sha256 == wanted.suite_sha256 && earlier.limits == wanted.limits &&
         earlier.identity.id == wanted.identity.id && earlier.identity.label == wanted.identity.label &&
         earlier.tool.version == wanted.tool.version && earlier.tool.revision == wanted.tool.revision;
}

/// In a folder that all may write to, a link or somebody else's folder may bear such a name.
bool is_own_folder(const fs::path& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid();
}

/// ".assay-bundle-" and the six letters or digits of mkdtemp(3).
bool is_hidden_bundle_name(const std::string& name) {
  constexpr std::size_t kDrawn = 6;
  const std::string_view begin = kHiddenBundle;
  return name.starts_with(begin) && name.size() == begin.size() + kDrawn &&
         std::ranges::all_of(name.substr(begin.size()), [](unsigned char letter) { return std::isalnum(letter) != 0; });
}

std::vector<fs::path> hidden_bundles(const fs::path& out) {
  std::vector<fs::path> hidden;
  std::error_code error;
  for (fs::directory_iterator entry(out, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (is_hidden_bundle_name(entry->path().filename().string()) && is_own_folder(entry->path())) {
      hidden.push_back(entry->path());
    }
  }
  return hidden;
}

fs::path show_as_interrupted(BundleWriter& writer, BundleRecord record) {
  record.notes.emplace_back("The suite was killed: what it had measured by then is here.");
  return writer.publish(record);
}

/// False where one of that name is there: then nothing more is moved.
bool lay_results_into(const fs::path& out, const fs::path& results, std::vector<fs::path>& shown) {
  for (const fs::directory_entry& entry : fs::directory_iterator(results)) {
    const fs::path place = out / entry.path().filename();
    if (fs::exists(fs::symlink_status(place))) {
      return false;
    }
    fs::rename(entry.path(), place);
    shown.push_back(place);
  }
  return true;
}

}  // namespace

std::optional<LoadedBundle> find_earlier_bundle(const fs::path& out, const BundleRecord& wanted) {
  std::optional<LoadedBundle> newest;
  std::error_code error;
  for (fs::directory_iterator entry(out, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path file = entry->path() / kBundleFile;
    // A hidden one is not finished, and may be somebody else's.
    if (std::error_code missing; entry->path().filename().string().starts_with('.') || !fs::exists(file, missing)) {
      continue;
    }
    try {
      const BundleRecord record = bundle_from_json(read_untrusted_file(file), file.string());
      if (continues(record, wanted) && (!newest || newest->record.id < record.id)) {  // ULIDs sort by time
        newest = load_bundle(entry->path());
      }
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): it is none that could be gone on with
    }
  }
  return newest;
}

std::vector<fs::path> show_abandoned_bundles(const fs::path& out, const BundleRecord& wanted) {
  std::vector<fs::path> shown;
  for (const fs::path& folder : hidden_bundles(out)) {
    try {
      const BundleRecord record = bundle_from_json(read_untrusted_file(folder / kBundleFile), folder.string());
      const auto writer = continues(record, wanted) ? BundleWriter::adopt(out, folder) : nullptr;
      if (writer) {
        shown.push_back(show_as_interrupted(*writer, record));
      }
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): it holds nothing to go on with
    }
  }
  return shown;
}

std::vector<fs::path> clear_abandoned_bundles(const fs::path& out) {
  std::vector<fs::path> shown;
  for (const fs::path& folder : hidden_bundles(out)) {
    try {
      std::optional<BundleRecord> record;
      if (fs::exists(fs::symlink_status(folder / kBundleFile))) {
        record = bundle_from_json(read_untrusted_file(folder / kBundleFile), folder.string());
      }
      const auto writer = BundleWriter::adopt(out, folder);
      if (!writer) {
        continue;
      }
      if (record) {
        shown.push_back(show_as_interrupted(*writer, *record));
      } else if (lay_results_into(out, folder / "runs", shown)) {
        fs::remove_all(folder);
      }
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): nothing of it is understood, so it stays
    }
  }
  return shown;
}

std::optional<FinishedResult> finished_result(const LoadedBundle& bundle, std::string_view step, std::uint64_t repeat) {
  for (const BundleEntry& entry : bundle.record.entries) {
    if (entry.step != step || entry.repeat != repeat || !entry.valid || entry.interrupted) {
      continue;
    }
    try {
      std::string text = read_untrusted_file(bundle.folder / entry.file);
      if (sha256_hex(text) == entry.sha256) {
        return FinishedResult{.entry = entry, .text = std::move(text)};
      }
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): then it is measured again
    }
  }
  return std::nullopt;
}

}  // namespace assay
