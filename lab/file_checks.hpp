#pragma once

#include <string>
#include <vector>

#include "analysis/result_file.hpp"

namespace assay {

/// One result file that was looked at.
struct CheckedFile {
  std::string path;
  FileCheck check;
};

struct FileChecks {
  std::vector<CheckedFile> files;
  std::vector<std::string> notes;  ///< files of a folder that were passed over, with the reason
};

/// Checks one result file; for a bundle (a folder with bundle.json, or that file) also each of its files, against its
/// own schema and against the digest in bundle.json. Of any other folder every "*.json" below it is checked that is a
/// result file with a schema, bundles as bundles. A file that cannot be opened is INVALID. Throws CommandError (file)
/// for a path that does not exist and for a folder without any result file.
void check_path(const std::string& path, FileChecks& checks);

/// One line for a person: "FILE: OK (assay/run/1)", "FILE: CHANGED since it was written",
/// "FILE: INVALID FILE: result.valid: is no boolean (and 2 more)".
[[nodiscard]] std::string check_line(const CheckedFile& file);

[[nodiscard]] bool all_ok(const FileChecks& checks);

}  // namespace assay
