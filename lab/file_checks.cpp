#include "lab/file_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <stdexcept>

#include "analysis/bundle_file.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/schema_files.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/digest.hpp"
#include "lab/command_error.hpp"

namespace assay {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestLine = 400;
/// A folder with more files than this is not one of results.
constexpr std::size_t kMostFiles = 200'000;

FileCheck refused(const std::string& why) {
  FileCheck check;
  check.findings.push_back(why);
  return check;
}

/// "open PATH: No such file or directory" without the path, which the line begins with.
std::string reason_of(const std::exception& error, const fs::path& path) {
  std::string text = error.what();
  if (const auto at = text.find(path.string() + ": "); at != std::string::npos) {
    text.erase(0, at + path.string().size() + 2);
  }
  return text;
}

class Checker {
 public:
  explicit Checker(FileChecks& checks) : checks_(checks) {}

  void file(const fs::path& path) {
    if (path.filename() == kBundleFile) {
      bundle(path);
    } else {
      (void)one(path, "");
    }
  }

  void folder(const fs::path& root) {
    if (fs::exists(root / kBundleFile)) {
      bundle(root / kBundleFile);
      return;
    }
    for (const fs::path& path : json_files_below(root)) {
      if (seen_.contains(path.string())) {
        continue;
      }
      if (path.filename() == kBundleFile) {
        bundle(path);
        continue;
      }
      in_folder(path);
    }
  }

 private:
  /// A file that nobody named: only what says that it is a result file is judged.
  void in_folder(const fs::path& path) {
    const std::string name = path.filename().string();
    const bool by_name = name.ends_with(".run.json") || name.ends_with(".roofline.json");
    std::string schema;
    try {
      schema = schema_of(read_untrusted_file(path));
    } catch (const std::exception&) {
      schema.clear();
    }
    if (!by_name && !schema.starts_with("assay/")) {
      return;
    }
    if (!by_name && !schema_file(schema)) {
      checks_.notes.push_back(fmt::format("{}: not checked: there is no schema file for {}", path.string(),
                                          printable(schema, kLongestLine)));
      return;
    }
    (void)one(path, "");
  }

  /// `sha256` as a bundle has it; empty: of no bundle.
  bool one(const fs::path& path, const std::string& sha256) {
    if (!seen_.insert(path.string()).second) {
      return true;
    }
    FileCheck check;
    try {
      const std::string text = read_untrusted_file(path);
      check = check_result_text(text, path.string());
      if (!sha256.empty() && sha256_hex(text) != sha256 && check.state == FileState::ok) {
        check.state = FileState::changed;
        check.notes.emplace_back("its digest is not the one in bundle.json");
      }
    } catch (const std::exception& error) {
      check = refused(reason_of(error, path));
    }
    checks_.files.push_back({.path = path.string(), .check = std::move(check)});
    return checks_.files.back().check.state == FileState::ok;
  }

  void bundle(const fs::path& path) {
    if (!one(path, "") && checks_.files.back().check.state == FileState::invalid) {
      return;
    }
    const fs::path folder = path.parent_path();
    BundleRecord record;
    try {
      record = bundle_from_json(read_untrusted_file(path), path.string());
    } catch (const std::exception&) {
      return;  // its own line says why
    }
    std::set<std::string> listed;
    for (const BundleEntry& entry : record.entries) {
      listed.insert(entry.file);
      entry_of(folder, entry);
    }
    if (const auto& selftest = record.calibration.selftest) {
      listed.insert(selftest->file);
      (void)one(folder / selftest->file, selftest->sha256);
    }
    for (const fs::path& other : json_files_below(folder.empty() ? "." : folder)) {
      const std::string relative = other.lexically_relative(folder.empty() ? "." : folder).generic_string();
      if (relative != kBundleFile && !listed.contains(relative)) {
        checks_.notes.push_back(fmt::format("{}: not in bundle.json", other.string()));
      }
    }
  }

  void entry_of(const fs::path& folder, const BundleEntry& entry) {
    const fs::path path = folder / entry.file;
    std::error_code missing;
    std::error_code error;
    const fs::path real = fs::canonical(path, missing);
    const fs::path root = fs::canonical(folder.empty() ? "." : folder, error);
    if (!missing && !error && std::ranges::mismatch(root, real).in1 != root.end()) {
      checks_.files.push_back({.path = path.string(), .check = refused("a link leads out of the bundle")});
      return;
    }
    // What a step of another kind wrote has no schema file: its digest is all that can be checked.
    if (entry.kind == "run" || entry.kind == "roofline") {
      (void)one(path, entry.sha256);
      return;
    }
    FileCheck check;
    try {
      check.hashed = true;
      check.state = sha256_hex(read_untrusted_file(path)) == entry.sha256 ? FileState::ok : FileState::changed;
      check.schema = fmt::format("{}, by its digest", printable(entry.kind, kLongestLine));
    } catch (const std::exception& failure) {
      check = refused(reason_of(failure, path));
    }
    checks_.files.push_back({.path = path.string(), .check = std::move(check)});
  }

  std::vector<fs::path> json_files_below(const fs::path& root) {
    std::vector<fs::path> found;
    std::vector<fs::path> folders{root};
    while (!folders.empty() && found.size() < kMostFiles) {
      const fs::path current = folders.back();
      folders.pop_back();
      std::error_code error;
      for (fs::directory_iterator entry(current, error); !error && entry != fs::directory_iterator();
           entry.increment(error)) {
        if (entry->is_directory(error) && !entry->is_symlink(error)) {
          folders.push_back(entry->path());
        } else if (entry->path().extension() == ".json") {
          found.push_back(entry->path());
        }
      }
      if (error) {
        checks_.notes.push_back(fmt::format("{}: {}", current.string(), error.message()));
      }
    }
    std::ranges::sort(found);
    return found;
  }

  FileChecks& checks_;
  std::set<std::string> seen_;
};

}  // namespace

void check_path(const std::string& path, FileChecks& checks) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    throw CommandError(ExitCode::file, fmt::format("{}: there is no such file or folder", path));
  }
  const std::size_t before = checks.files.size();
  if (!fs::is_directory(status)) {
    Checker(checks).file(path);
    return;
  }
  Checker(checks).folder(path);
  if (checks.files.size() == before) {
    throw CommandError(ExitCode::file, fmt::format("{}: no result file in there; assay run writes *.run.json", path));
  }
}

std::string check_line(const CheckedFile& file) {
  const FileCheck& check = file.check;
  std::string line = printable(file.path, kLongestLine) + ": ";
  switch (check.state) {
    case FileState::ok:
      line += fmt::format("OK ({})", check.schema);
      break;
    case FileState::changed:
      line += fmt::format("CHANGED since it was written ({})", check.schema);
      break;
    case FileState::invalid:
      line += "INVALID FILE: " + printable(check.findings.empty() ? "" : check.findings.front(), kLongestLine);
      if (check.findings.size() > 1) {
        line += fmt::format(" (and {} more)", check.findings.size() - 1);
      }
      break;
  }
  return line;
}

bool all_ok(const FileChecks& checks) {
  return std::ranges::all_of(checks.files, [](const CheckedFile& file) { return file.check.state == FileState::ok; });
}

}  // namespace assay
