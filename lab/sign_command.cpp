#include "lab/sign_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "analysis/bundle_file.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/environment.hpp"
#include "harness/file_source.hpp"
#include "lab/file_checks.hpp"
#include "lab/json_output.hpp"
#include "lab/ssh_keygen.hpp"

namespace assay {

namespace {

namespace fs = std::filesystem;

/// Signatures for another purpose do not count here, nor these elsewhere (ssh-keygen(1), -n).
constexpr const char* kNamespace = "assay";
constexpr std::size_t kLongestMessage = 300;

/// What is signed: the file itself, of a bundle bundle.json, whose digests cover the rest.
fs::path signed_file(const fs::path& path) {
  if (!fs::is_directory(path)) {
    return path;
  }
  if (!fs::exists(path / kBundleFile)) {
    throw CommandError(ExitCode::file, fmt::format("{}: a folder without {}: name a result file or a bundle",
                                                   path.string(), kBundleFile));
  }
  return path / kBundleFile;
}

std::string bytes_of(const fs::path& path) {
  try {
    return read_untrusted_file(path);
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file, error.what());
  }
}

std::string one_line(const std::string& text) {
  const std::vector<std::string> lines = lines_of(text);
  return lines.empty() ? "it gave no reason" : printable(trimmed(lines.back()), kLongestMessage);
}

std::string key_of(const SignCommandOptions& options) {
  if (!options.key.empty()) {
    return options.key;
  }
  return environment_value("HOME") + "/.ssh/id_ed25519";
}

/// The lines of the files that are not as they were written.
std::vector<std::string> bad_files(const FileChecks& checks) {
  std::vector<std::string> lines;
  for (const CheckedFile& file : checks.files) {
    if (file.check.state != FileState::ok) {
      lines.push_back(check_line(file));
    }
  }
  return lines;
}

constexpr const char* kWhatItProves =
    "  proves: who signed, and that not a byte changed since. It does not prove that the numbers were measured "
    "honestly.\n";

ExitCode say(Console& console, const char* verdict, const fs::path& file, const std::string& why) {
  console.result(fmt::format("{}: {}: {}\n", verdict, file.string(), why));
  return ExitCode::file;
}

/// Whose key made the signature, by the file of allowed signers; empty where it is nobody's in it.
std::string principal_of(const fs::path& signature, const std::string& signers) {
  const SshKeygenResult found = run_ssh_keygen({"-Y", "find-principals", "-s", signature.string(), "-f", signers}, "");
  const std::vector<std::string> names = lines_of(found.out);
  return found.exit_code == 0 && !names.empty() ? names.front() : "";
}

}  // namespace

ExitCode sign_command(const SignCommandOptions& options) {
  Console console(options.console);
  FileChecks checks;
  check_path(options.path, checks);
  const fs::path file = signed_file(options.path);
  if (const auto bad = bad_files(checks); !bad.empty()) {
    throw CommandError(ExitCode::file, fmt::format("{}; only a file that is as it was written is signed", bad.front()));
  }
  const std::string key = key_of(options);
  if (!fs::exists(key)) {
    throw CommandError(ExitCode::file,
                       fmt::format("--key {}: there is no such key; ssh-keygen -t ed25519 makes one", key));
  }
  const SshKeygenResult made = run_ssh_keygen({"-Y", "sign", "-f", key, "-n", kNamespace}, bytes_of(file));
  if (made.exit_code != 0 || made.out.find("SSH SIGNATURE") == std::string::npos) {
    throw CommandError(ExitCode::file, fmt::format("--key {}: ssh-keygen did not sign: {}", key, one_line(made.err)));
  }
  const std::string signature = file.string() + ".sig";
  write_text(signature, made.out);
  console.result(
      fmt::format("signed: {} ({} {})\n", signature, checks.files.size(), checks.files.size() == 1 ? "file" : "files"));
  console.note(fmt::format("hand in both; assay verify {} --signers FILE checks it", file.string()));
  return ExitCode::ok;
}

ExitCode verify_command(const VerifyCommandOptions& options) {
  Console console(options.console);
  FileChecks checks;
  check_path(options.path, checks);
  const fs::path file = signed_file(options.path);
  const fs::path signature = file.string() + ".sig";
  if (!fs::exists(options.signers)) {
    throw CommandError(ExitCode::file, fmt::format("--signers {}: there is no such file; a line in it is: NAME "
                                                   "ssh-ed25519 KEY (ssh-keygen(1), ALLOWED SIGNERS)",
                                                   options.signers));
  }
  if (!fs::exists(signature)) {
    return say(console, "NOT SIGNED", file, fmt::format("there is no {}", signature.filename().string()));
  }
  const std::string principal = options.identity.empty() ? principal_of(signature, options.signers) : options.identity;
  if (principal.empty()) {
    return say(console, "BAD", file, fmt::format("signed by no key in {}", options.signers));
  }
  const SshKeygenResult verified = run_ssh_keygen(
      {"-Y", "verify", "-f", options.signers, "-I", principal, "-n", kNamespace, "-s", signature.string()},
      bytes_of(file));
  if (verified.exit_code != 0) {
    return say(console, "BAD", file,
               fmt::format("the signature is not {}'s for these bytes: {}", printable(principal, kLongestMessage),
                           one_line(verified.err.empty() ? verified.out : verified.err)));
  }
  if (const auto bad = bad_files(checks); !bad.empty()) {
    return say(console, "BAD", file,
               fmt::format("the signature holds, but {}{}", bad.front(),
                           bad.size() > 1 ? fmt::format(" (and {} more files)", bad.size() - 1) : ""));
  }
  console.result(fmt::format("GOOD: {}: signed by {}; {} {} as written\n{}", file.string(),
                             printable(principal, kLongestMessage), checks.files.size(),
                             checks.files.size() == 1 ? "file is" : "files are", kWhatItProves));
  return ExitCode::ok;
}

}  // namespace assay
