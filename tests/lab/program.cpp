#include "tests/lab/program.hpp"
#include "harness/argument_pointers.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace assay::test_support {

namespace fs = std::filesystem;

namespace {

constexpr int kLook_ms = 10;

void redirect(const std::string& path, int descriptor) {
  const int opened = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (opened < 0 || dup2(opened, descriptor) < 0) {
    _exit(120);
  }
  close(opened);
}

/// Becomes readable when the process ends.
int process_descriptor(pid_t process) { return static_cast<int>(syscall(SYS_pidfd_open, process, 0)); }

bool ended_within(pid_t process, int milliseconds) {
  const int descriptor = process_descriptor(process);
  if (descriptor < 0) {
    return true;
  }
  pollfd waited{.fd = descriptor, .events = POLLIN, .revents = 0};
  const bool ended = poll(&waited, 1, milliseconds) > 0;
  close(descriptor);
  return ended;
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::string pattern = (fs::temp_directory_path() / "assay-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("mkdtemp " + pattern);
  }
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<std::string> ScratchFolder::files() const {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(path_)) {
    if (entry.is_regular_file()) {
      files.push_back(fs::relative(entry.path(), path_).string());
    }
  }
  std::ranges::sort(files);
  return files;
}

Program::Program(const ScratchFolder& folder, const std::vector<std::string>& arguments, const std::string& stdout_path,
                 const std::vector<std::string>& wrapper)
    : out_path_(stdout_path.empty() ? folder / "stdout" : stdout_path), err_path_(folder / "stderr") {
  std::vector<std::string> words = wrapper;
  words.emplace_back(wrapper.empty() ? "assay" : ASSAY_PROGRAM);
  words.insert(words.end(), arguments.begin(), arguments.end());
  const std::vector<char*> pointers = argument_pointers(words);
  fs::create_directories(folder.path() / "tmp");
  const std::string temporary = folder / "tmp";
  const std::string configuration = folder / "config";
  const std::string cache = folder / "cache";
  pid_ = fork();
  if (pid_ == 0) {
    setenv("TMPDIR", temporary.c_str(), 1);
    setenv("XDG_CONFIG_HOME", configuration.c_str(), 1);
    setenv("XDG_CACHE_HOME", cache.c_str(), 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    redirect(out_path_, STDOUT_FILENO);
    redirect(err_path_, STDERR_FILENO);
    if (chdir(folder.path().c_str()) == 0) {
      if (wrapper.empty()) {
        execv(ASSAY_PROGRAM, pointers.data());
      }
      execvp(pointers[0], pointers.data());
    }
    _exit(121);
  }
}

Program::~Program() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

bool Program::wait_for_output(const std::string& text) { return wait_for_text(out_path_, text); }

bool Program::wait_for_error(const std::string& text) { return wait_for_text(err_path_, text); }

bool Program::ends_within(int milliseconds) const { return ended_within(pid_, milliseconds); }

bool Program::wait_for_text(const std::string& path, const std::string& text) const {
  while (text_of(path).find(text) == std::string::npos) {
    if (ended_within(pid_, kLook_ms)) {
      return text_of(path).find(text) != std::string::npos;
    }
  }
  return true;
}

bool Program::wait_for_file(const ScratchFolder& folder, const std::string& ending) {
  const auto is_there = [&] {
    return std::ranges::any_of(folder.files(), [&](const std::string& file) { return file.ends_with(ending); });
  };
  while (!is_there()) {
    if (ended_within(pid_, kLook_ms)) {
      return is_there();
    }
  }
  return true;
}

void Program::signal(int number) const { kill(pid_, number); }

ProgramResult Program::finish() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .out = text_of(out_path_),
          .err = text_of(err_path_)};
}

ProgramResult run_assay(const ScratchFolder& folder, const std::vector<std::string>& arguments) {
  return Program(folder, arguments).finish();
}

std::vector<pid_t> children_of(pid_t parent) {
  std::istringstream text(text_of("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children"));
  std::vector<pid_t> children;
  for (pid_t child = 0; text >> child;) {
    children.push_back(child);
  }
  return children;
}

bool wait_until_gone(pid_t process) {
  constexpr int kMinute_ms = 60'000;
  return ended_within(process, kMinute_ms);
}

std::string text_of(const std::string& path) {
  if (fs::is_character_file(path) || fs::is_fifo(path)) {
    return "";
  }
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace assay::test_support
