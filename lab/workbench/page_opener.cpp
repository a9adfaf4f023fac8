#include "lab/workbench/page_opener.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <string_view>

#include "harness/digest.hpp"
#include "harness/environment.hpp"
#include "lab/command_error.hpp"

namespace assay {

namespace {

std::filesystem::path own_folder() {
  const std::string runtime = environment_value("XDG_RUNTIME_DIR");
  if (runtime.empty()) {
    return std::filesystem::temp_directory_path();
  }
  const std::filesystem::path folder = std::filesystem::path(runtime) / "assay";
  mkdir(folder.c_str(), S_IRWXU);
  return folder;
}

}  // namespace

std::string redirect_page(const std::string& url) {
  // The address holds digits, letters and ":/.#=" only.
  return fmt::format(
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">"
      "<meta http-equiv=\"refresh\" content=\"0; url={0}\"><title>Assay</title><a href=\"{0}\">To the workbench</a>\n",
      url);
}

RedirectFile::RedirectFile(const std::string& url)
    : path_(own_folder() / fmt::format("assay-open-{}-{}.html", getpid(), random_hex(4))) {
  // O_EXCL: in a folder that others can write, a link that waits under this name is not followed.
  const int file = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const std::string page = redirect_page(url);
  const bool written = file >= 0 && write(file, page.data(), page.size()) == static_cast<ssize_t>(page.size());
  const int error = errno;
  if (file >= 0) {
    close(file);
  }
  if (!written) {
    throw CommandError(ExitCode::file,
                       fmt::format("{}: {}; --no-open does without that file", path_.string(), std::strerror(error)));
  }
}

RedirectFile::~RedirectFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

bool open_in_browser(const std::filesystem::path& page) {
  if (environment_value("DISPLAY").empty() && environment_value("WAYLAND_DISPLAY").empty()) {
    return false;
  }
  const pid_t child = fork();
  if (child == 0) {
    // Twice, so that the browser is no child of ours and nobody has to wait for it.
    if (fork() == 0) {
      setsid();
      const int nothing = open("/dev/null", O_RDWR);
      if (nothing >= 0) {
        dup2(nothing, STDIN_FILENO);
        dup2(nothing, STDOUT_FILENO);
        dup2(nothing, STDERR_FILENO);
      }
      execlp("xdg-open", "xdg-open", page.c_str(), static_cast<char*>(nullptr));
    }
    _exit(0);
  }
  return child > 0 && waitpid(child, nullptr, 0) == child;
}

std::optional<std::string> tunnel_command(const std::string& connection, std::uint16_t local_port,
                                          const std::string& target, const std::string& user) {
  // "client-address client-port server-address server-port"
  std::istringstream words(connection);
  std::array<std::string, 4> word;
  for (std::string& each : word) {
    if (!(words >> each)) {
      return std::nullopt;
    }
  }
  const std::string host = user.empty() ? word[2] : user + "@" + word[2];
  const std::string port = word[3] == "22" ? "" : "-p " + word[3] + " ";
  return fmt::format("ssh -N -L {}:{} {}{}", local_port, target, port, host);
}

}  // namespace assay
