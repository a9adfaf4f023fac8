#include "harness/machine_identity.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "harness/digest.hpp"
#include "harness/file_source.hpp"

namespace assay {
namespace {

constexpr int kSaltBytes = 32;
constexpr std::size_t kShownDigits = 16;  // 64 bits: two of a million machines collide with probability 3e-8

bool is_salt(const std::string& text) {
  return text.size() == 2 * std::size_t{kSaltBytes} && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Writes a file that only its owner reads; false if that fails.
bool write_private_file(const std::filesystem::path& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) {
    return false;
  }
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return (close(file) == 0) && written;
}

std::filesystem::path own_temporary(const std::filesystem::path& path) {
  return path.string() + ".tmp-" + std::to_string(getpid());
}

/// The salt of this installation, made if there is none; nothing if the folder cannot be written.
std::optional<std::string> kept_salt(const std::filesystem::path& folder) {
  const SystemFiles files;
  const auto path = folder / "salt";
  if (const auto salt = files.read_line(path.string()); salt && is_salt(*salt)) {
    return salt;
  }
  std::error_code error;
  if (std::filesystem::create_directories(folder, error)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  const auto temporary = own_temporary(path);
  if (error || !write_private_file(temporary, random_hex(kSaltBytes) + "\n")) {
    return std::nullopt;
  }
  // A hard link appears whole or not at all, and only for the first of two processes; the second reads its salt.
  const bool linked = link(temporary.c_str(), path.c_str()) == 0;
  if (!linked && errno == EEXIST) {
    // Another process's salt is there whole; anything else, an empty file too, is damaged and replaced.
    const auto other = files.read_line(path.string());
    if (!other || !is_salt(*other)) {
      std::filesystem::rename(temporary, path, error);
    }
  } else if (!linked) {
    std::filesystem::rename(temporary, path, error);  // a file system without hard links
  }
  std::filesystem::remove(temporary, error);
  const auto salt = files.read_line(path.string());
  return salt && is_salt(*salt) ? salt : std::nullopt;
}

}  // namespace

bool is_machine_label(const std::string& text) {
  constexpr std::size_t kLongest = 40;
  return !text.empty() && text.size() <= kLongest &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
             std::string::npos;
}

std::string machine_class(const Machine& machine) {
  constexpr std::uint64_t kGibibyte = 1ULL << 30U;
  std::string shape = machine.cpu_model + "|" + machine.architecture + "|packages " +
                      std::to_string(machine.package_count) + "|cores " + std::to_string(machine.core_count) +
                      "|threads " + std::to_string(machine.hardware_threads.size()) + "|nodes " +
                      std::to_string(machine.numa_node_count);
  for (const auto& cache : machine.data_caches) {
    shape += "|L" + std::to_string(cache.level) + " " + std::to_string(cache.size.count) + "/" +
             std::to_string(cache.sharing_cores) + "x" + std::to_string(cache.instance_count);
  }
  std::vector<int> kinds;
  for (const auto& thread : machine.hardware_threads) {
    kinds.push_back(thread.core_kind);
  }
  std::sort(kinds.begin(), kinds.end());
  for (const int kind : kinds) {
    shape += "|k" + std::to_string(kind);
  }
  shape += "|GiB " + std::to_string((machine.memory_total.count + kGibibyte / 2) / kGibibyte);
  return "c:" + sha256_hex(shape).substr(0, kShownDigits);
}

MachineIdentity identify_in(const std::filesystem::path& folder, const std::string& machine_id,
                            const Machine& machine) {
  const auto kept = folder.empty() ? std::nullopt : kept_salt(folder);
  // Without a place for the salt there is none: the processes of one run must agree on who they are.
  const std::string salt = kept.value_or("");
  // machine-id(5) asks applications to hash it with a key of their own; cloned images share it, so the salt decides.
  const std::string digest = hmac_sha256_hex(machine_id, "assay/1\n" + salt);
  MachineIdentity identity{
      .label = "machine-" + digest.substr(0, 4),
      .id = "k:" + digest.substr(0, kShownDigits),
      .machine_class = machine_class(machine),
  };
  if (!kept) {
    identity.label += "-unsaved";
    return identity;
  }
  const SystemFiles files;
  if (const auto label = files.read_line((folder / "label").string()); label && is_machine_label(*label)) {
    identity.label = *label;
  }
  return identity;
}

std::filesystem::path configuration_folder() {
  const char* configured = std::getenv("XDG_CONFIG_HOME");
  if (configured != nullptr && *configured == '/') {  // the XDG specification ignores relative paths
    return std::filesystem::path{configured} / "assay";
  }
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? std::filesystem::path{home} / ".config" / "assay" : std::filesystem::path{};
}

void save_machine_label(const std::filesystem::path& folder, const std::string& label) {
  if (!is_machine_label(label)) {
    throw std::invalid_argument("machine label \"" + label + "\": use 1 to 40 letters, digits, '-', '_' or '.'");
  }
  if (folder.empty()) {
    throw std::runtime_error("machine label: neither XDG_CONFIG_HOME nor HOME says where to keep it");
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const auto path = folder / "label";
  const auto temporary = own_temporary(path);
  const bool written = write_private_file(temporary, label + "\n");
  if (written) {
    std::filesystem::rename(temporary, path, error);
  }
  if (!written || error) {
    const std::string reason = error ? error.message() : std::generic_category().message(errno);
    throw std::runtime_error("writing " + path.string() + ": " + reason);
  }
}

MachineIdentity identify(const Machine& machine) {
  const SystemFiles files;
  MachineIdentity identity =
      identify_in(configuration_folder(), files.read_line("/etc/machine-id").value_or(""), machine);
  if (const char* const label = std::getenv(kLabelVariable); label != nullptr && is_machine_label(label)) {
    identity.label = label;
  }
  return identity;
}

}  // namespace assay
