#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace assay {

/// A page that sends a browser on to `url`, in a file that only its owner can read: in the arguments of the program
/// that opens a browser every user of the machine could read the token. Goes away with the object.
class RedirectFile {
 public:
  /// In $XDG_RUNTIME_DIR/assay or, without that, in the folder for temporary files. Throws CommandError (file).
  explicit RedirectFile(const std::string& url);
  RedirectFile(const RedirectFile&) = delete;
  RedirectFile& operator=(const RedirectFile&) = delete;
  ~RedirectFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The text of such a page.
[[nodiscard]] std::string redirect_page(const std::string& url);

/// Asks the desktop for a browser; false where there is none.
bool open_in_browser(const std::filesystem::path& page);

/// What to type on the own computer where this one was reached by ssh; nothing where it was not. `connection`: the
/// value of SSH_CONNECTION. `target`: "127.0.0.1:4711" or a socket's path.
[[nodiscard]] std::optional<std::string> tunnel_command(const std::string& connection, std::uint16_t local_port,
                                                        const std::string& target, const std::string& user);

}  // namespace assay
