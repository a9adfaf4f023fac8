#pragma once

#include <filesystem>
#include <string_view>

namespace assay {

/// Writes a new sibling ".tmp-<pid>", syncs it, renames it onto `path` and syncs the folder: the file is there whole or
/// not at all. Throws std::runtime_error naming the call, the path and the system's message; nothing is left behind.
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

/// Makes what was renamed into the folder durable; no more than the file system can. Throws std::runtime_error naming
/// the call and the folder.
void sync_folder(const std::filesystem::path& folder);

}  // namespace assay
