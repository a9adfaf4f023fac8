#include "lab/json_output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "harness/atomic_file.hpp"
#include "lab/command_error.hpp"

namespace assay {

void write_text(const std::string& target, const std::string& text) {
  std::error_code error;
  if (std::filesystem::exists(target, error) && !std::filesystem::is_regular_file(target, error)) {
    std::ofstream device(target);  // a pipe or /dev/stdout cannot be replaced
    device << text << std::flush;
    if (!device) {
      throw CommandError(ExitCode::file, fmt::format("{}: cannot be written", target));
    }
    return;
  }
  try {
    write_file_atomically(target, text);
  } catch (const std::runtime_error& failure) {
    throw CommandError(ExitCode::file, fmt::format("{} cannot be written: {}", target, failure.what()));
  }
}

void require_writable(const std::string& flag, const std::string& target) {
  const auto parent = std::filesystem::path(target).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw CommandError(ExitCode::file, fmt::format("{}={}: {}: {}", flag, target, folder, std::strerror(errno)));
  }
}

void require_json_target(const std::optional<std::string>& target) {
  if (target && *target != "-") {
    require_writable("--json", *target);
  }
}

void write_json(const std::optional<std::string>& target, const std::string& json, Console& console) {
  if (target == "-") {
    console.result(json);
  } else if (target) {
    write_text(*target, json);
  }
}

std::string runs_json(const std::string& schema, const std::vector<std::string>& runs) {
  return fmt::format("{{\"schema\":\"{}\",\"runs\":[\n{}\n]}}\n", schema, fmt::join(runs, ",\n"));
}

}  // namespace assay
