#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace assay::test_support {

/// A folder of its own that goes away with the object.
class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  /// Every regular file below, relative to the folder, sorted.
  [[nodiscard]] std::vector<std::string> files() const;

 private:
  std::filesystem::path path_;
};

struct ProgramResult {
  int exit_code = -1;  ///< 128 + signal where a signal ended it
  std::string out;
  std::string err;
};

/// The program under test, running. Its working folder, TMPDIR (where the machine's lock lies), XDG_CONFIG_HOME and
/// XDG_CACHE_HOME are in `folder`, so that tests may run side by side.
class Program {
 public:
  /// `stdout_path`: a device to write to instead of a captured file. `wrapper`: a program and its arguments, found on
  /// the PATH, that starts the program under test with what follows.
  Program(const ScratchFolder& folder, const std::vector<std::string>& arguments, const std::string& stdout_path = "",
          const std::vector<std::string>& wrapper = {});
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Waits until stdout holds `text`; false if the program ended without it.
  [[nodiscard]] bool wait_for_output(const std::string& text);
  /// The same of stderr.
  [[nodiscard]] bool wait_for_error(const std::string& text);
  [[nodiscard]] bool ends_within(int milliseconds) const;
  /// Waits until a file below the folder has a path that ends so; false if the program ended without it.
  [[nodiscard]] bool wait_for_file(const ScratchFolder& folder, const std::string& ending);
  void signal(int number) const;
  [[nodiscard]] ProgramResult finish();

 private:
  [[nodiscard]] bool wait_for_text(const std::string& path, const std::string& text) const;

  std::string out_path_;
  std::string err_path_;
  pid_t pid_ = -1;
};

[[nodiscard]] ProgramResult run_assay(const ScratchFolder& folder, const std::vector<std::string>& arguments);

/// The processes that `parent` started and that still run.
[[nodiscard]] std::vector<pid_t> children_of(pid_t parent);

/// Waits until a process that is no child of ours is gone; false after a minute.
[[nodiscard]] bool wait_until_gone(pid_t process);

[[nodiscard]] std::string text_of(const std::string& path);

}  // namespace assay::test_support
